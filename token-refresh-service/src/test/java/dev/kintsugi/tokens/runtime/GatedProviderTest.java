package dev.kintsugi.tokens.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.TokenCheck;
import dev.kintsugi.tokens.runtime.TokenEvents.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The gate of a provider from outside; a pause lets the clock pass and nothing else. */
class GatedProviderTest {

  private static final Secret TOKEN = new Secret("r0");
  private static final ProviderAnswer GRANTED =
      new ProviderAnswer.Granted(
          new Secret("a"), Optional.empty(), Optional.empty(), Optional.empty());
  private static final ProviderAnswer FAILED =
      new ProviderAnswer.Failed(FailureReason.UNREACHABLE, Optional.empty());

  private final AtomicLong nanos = new AtomicLong();
  private final FakeProvider provider = new FakeProvider();

  private GatedProvider gated(int parallel) {
    ProviderLimits limits =
        new ProviderLimits(parallel, 1_000, 0.25, Duration.ZERO, 4, Duration.ofSeconds(1));
    return gated(limits);
  }

  private GatedProvider gated(ProviderLimits limits) {
    return new GatedProvider(
        provider,
        limits,
        new Surroundings(
            () -> Instant.EPOCH.plusNanos(nanos.get()),
            nanos::get,
            time -> nanos.addAndGet(time.toNanos()),
            new Random(7)));
  }

  private static Admission.Open open(GatedProvider gated, Trigger trigger) {
    Admission admission = gated.admit(trigger);
    assertThat(admission).isInstanceOf(Admission.Open.class);
    return (Admission.Open) admission;
  }

  private void nextTurn() {
    nanos.addAndGet(2_000_000);
  }

  @Test
  void a_place_is_given_back_once_whether_used_or_not() {
    GatedProvider gated = gated(1);
    Admission.Open unused = open(gated, Trigger.STALL);
    unused.close();
    unused.close();
    nextTurn();
    Admission.Open used = open(gated, Trigger.STALL);
    assertThat(used.redeem(TOKEN)).isEqualTo(GRANTED);
    assertThatIllegalStateException().isThrownBy(() -> used.redeem(TOKEN));
    assertThat(gated.admit(Trigger.STALL))
        .isEqualTo(new Admission.Closed(FailureReason.CROWDED, Duration.ZERO));
    used.close();
    used.close();
    nextTurn();
    assertThat(gated.redeem(TOKEN)).isEqualTo(GRANTED);
  }

  @Test
  void what_is_done_ahead_of_time_leaves_places_to_those_who_wait() {
    GatedProvider gated = gated(4);
    List<Admission.Open> ahead = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ahead.add(open(gated, Trigger.AHEAD));
      nextTurn();
    }
    assertThat(gated.admit(Trigger.AHEAD)).isInstanceOf(Admission.Closed.class);
    open(gated, Trigger.STALL).close();
    ahead.forEach(Admission.Open::close);
    nextTurn();
    open(gated, Trigger.AHEAD).close();
  }

  @Test
  void a_turn_is_waited_for_unless_it_comes_too_late() {
    GatedProvider gated =
        gated(new ProviderLimits(50, 10, 0, Duration.ofMillis(250), 4, Duration.ofSeconds(1)));
    List<Long> turns = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      open(gated, Trigger.STALL).close();
      turns.add(nanos.get());
    }
    for (int i = 1; i < 4; i++) {
      assertThat(turns.get(i) - turns.get(i - 1)).isBetween(1L, 100_000_000L);
    }
    assertThat(turns.get(3)).isEqualTo(300_000_000);
    assertThat(gated.timeout()).isEqualTo(provider.timeout().plusSeconds(1));
  }

  /** After an outage there may be nothing but revocations to ask for. */
  @Test
  void a_revocation_finds_out_that_it_is_back() {
    GatedProvider gated = gated(4);
    provider.answer = () -> FAILED;
    for (int i = 0; i < 2; i++) {
      assertThat(gated.redeem(TOKEN)).isEqualTo(FAILED);
      nextTurn();
    }
    assertThat(gated.revoke(grant())).isEqualTo(Provider.Revocation.HELD_BACK);
    nanos.addAndGet(1_000_000_000);
    assertThat(gated.revoke(grant())).isEqualTo(Provider.Revocation.DONE);
    assertThat(gated.isAway()).isFalse();
    nextTurn();
    assertThat(gated.revoke(grant())).isEqualTo(Provider.Revocation.DONE);
  }

  @Test
  void while_it_is_away_nothing_is_revoked_and_that_is_no_failure() {
    GatedProvider gated = gated(4);
    provider.answer = () -> FAILED;
    for (int i = 0; i < 2; i++) {
      assertThat(gated.redeem(TOKEN)).isEqualTo(FAILED);
      nextTurn();
    }
    assertThat(gated.isAway()).isTrue();
    assertThat(gated.revoke(grant())).isEqualTo(Provider.Revocation.HELD_BACK);
    assertThat(provider.revocations).hasValue(0);
    assertThat(gated.redeem(TOKEN))
        .isEqualTo(
            new ProviderAnswer.Failed(
                FailureReason.CIRCUIT_OPEN, Optional.of(Duration.ofMillis(998))));
    nanos.addAndGet(1_000_000_000);
    provider.answer = () -> GRANTED;
    assertThat(gated.redeem(TOKEN)).isEqualTo(GRANTED);
    nextTurn();
    assertThat(gated.revoke(grant())).isEqualTo(Provider.Revocation.DONE);
  }

  @Test
  void a_call_that_breaks_leaves_nothing_behind() {
    GatedProvider gated = gated(1);
    provider.answer =
        () -> {
          throw new IllegalStateException("broken");
        };
    for (int i = 0; i < 2; i++) {
      assertThatIllegalStateException().isThrownBy(() -> gated.redeem(TOKEN));
      nextTurn();
    }
    assertThat(gated.isAway()).isTrue();
    nanos.addAndGet(1_000_000_000);
    provider.answer = () -> GRANTED;
    assertThat(gated.redeem(TOKEN)).isEqualTo(GRANTED);
  }

  @Test
  void never_more_are_under_way_than_there_are_places() throws Exception {
    GatedProvider gated =
        gated(
            new ProviderLimits(
                8, 100_000, 0.25, Duration.ofSeconds(10), 20, Duration.ofSeconds(1)));
    AtomicInteger underWay = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    provider.answer =
        () -> {
          most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
          underWay.decrementAndGet();
          return GRANTED;
        };
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<ProviderAnswer>> all = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        all.add(threads.submit(() -> gated.redeem(TOKEN)));
      }
      for (Future<ProviderAnswer> each : all) {
        assertThat(each.get(20, TimeUnit.SECONDS)).isEqualTo(GRANTED);
      }
    }
    assertThat(most.get()).isLessThanOrEqualTo(8);
  }

  private static Grant grant() {
    return new Grant(
        new GrantKey(new ApplicationId("webmail"), new GrantId("g1")),
        new UserId("alice"),
        "idp",
        Optional.of(TOKEN),
        Optional.empty(),
        "",
        1,
        Duration.ZERO,
        Optional.empty(),
        "");
  }

  private static final class FakeProvider implements Provider {

    private final AtomicInteger revocations = new AtomicInteger();
    private volatile Supplier<ProviderAnswer> answer = () -> GRANTED;

    @Override
    public String name() {
      return "idp";
    }

    @Override
    public Duration timeout() {
      return Duration.ofSeconds(4);
    }

    @Override
    public Duration assumedLifetime() {
      return Duration.ofMinutes(5);
    }

    @Override
    public ProviderAnswer redeem(Secret refreshToken) {
      return answer.get();
    }

    @Override
    public TokenCheck check(Secret accessToken) {
      return new TokenCheck.Unchecked();
    }

    @Override
    public Revocation revoke(Grant grant) {
      revocations.incrementAndGet();
      return Revocation.DONE;
    }
  }
}
