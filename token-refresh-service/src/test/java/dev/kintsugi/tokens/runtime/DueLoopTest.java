package dev.kintsugi.tokens.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.AccessToken;
import dev.kintsugi.tokens.domain.Backoff;
import dev.kintsugi.tokens.domain.CostControl;
import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.RefreshPolicy;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.Submission;
import dev.kintsugi.tokens.domain.ThresholdPolicy;
import dev.kintsugi.tokens.domain.TokenCheck;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What comes between a decision and what is done about it. A pause lets the clocks pass, or never
 * ends.
 */
class DueLoopTest {

  private static final ApplicationId WEBMAIL = new ApplicationId("webmail");
  private static final GrantKey KEY = new GrantKey(WEBMAIL, new GrantId("g"));
  private static final UserId ALICE = new UserId("alice");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration POLL = Duration.ofMillis(250);
  private static final RefreshPolicy.Decision NOT_NEEDED =
      new RefreshPolicy.Decision.Never(
          RefreshPolicy.Why.FORECAST, new RefreshPolicy.Expectation(0, 0, 9));

  private static final RefreshPolicy.Decision LATER =
      new RefreshPolicy.Decision.Later(
          START.plus(Duration.ofDays(1)), RefreshPolicy.Expectation.NONE);

  private final FakeStore store = new FakeStore();
  private final CompletableFuture<Void> decided = new CompletableFuture<>();
  private final CompletableFuture<String> redeemed = new CompletableFuture<>();
  private final CountDownLatch revoking = new CountDownLatch(2);
  private final CountDownLatch revoked = new CountDownLatch(1);
  private final List<Duration> pauses = new CopyOnWriteArrayList<>();
  private volatile Supplier<RefreshPolicy.Decision> decision = () -> NOT_NEEDED;
  private volatile Instant now = START;
  private volatile long nanos;
  private volatile Runnable onPause = () -> {};
  private volatile boolean once;
  private volatile Runnable onRedeem = () -> {};
  private final TokenRuntime one = runtime();
  private final TokenRuntime two = runtime();

  @AfterEach
  void stop() {
    revoked.countDown();
    one.close();
    two.close();
  }

  private final class Scripted implements RefreshPolicy {
    @Override
    public Plan plan(GrantFacts grant, ActivityFacts activity, Instant at) {
      return new Plan.Between(at, at);
    }

    @Override
    public Decision decide(GrantFacts grant, ActivityFacts activity, Instant at) {
      Decision made = decision.get();
      decided.complete(null);
      return made;
    }
  }

  private final class Idp implements Provider {
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
      redeemed.complete(refreshToken.value());
      onRedeem.run();
      return new ProviderAnswer.Refused("invalid_grant");
    }

    @Override
    public TokenCheck check(Secret accessToken) {
      return new TokenCheck.Unchecked();
    }

    @Override
    public Revocation revoke(Grant grant) {
      revoking.countDown();
      try {
        revoked.await();
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
      }
      return Revocation.DONE;
    }
  }

  private static final class QuietEvents implements TokenEvents {
    @Override
    public void refreshed(String provider, Trigger trigger, Duration took) {}

    @Override
    public void failed(String provider, FailureReason reason) {}

    @Override
    public void heldBack(String provider, FailureReason reason) {}

    @Override
    public void stalled(Duration waited) {}

    @Override
    public void servedFromMemory() {}

    @Override
    public void revoked(String provider, Provider.Revocation outcome) {}

    @Override
    public void unreadable() {}
  }

  /** They came back together, and each was asked about when his new token was a second old. */
  @Test
  void a_crowd_that_is_asked_about_too_early_is_spread_all_the_same() {
    RefreshPolicy late = new ThresholdPolicy(Duration.ofMinutes(5));
    Planner planner =
        new Planner(
            late,
            () -> 0.1,
            new TokenLives(),
            store,
            Shares.UNDIVIDED,
            new Decisions(),
            new QuietEvents(),
            new Surroundings(() -> now, () -> nanos, this::pause, new Random(7)));
    Map<Long, Integer> perSecond = new HashMap<>();
    for (int i = 0; i < 3_000; i++) {
      Grant grant = grant(new GrantKey(WEBMAIL, new GrantId("g" + i)));
      RefreshPolicy.Decision asked = planner.decide(grant, now);
      assertThat(asked).isInstanceOf(RefreshPolicy.Decision.Later.class);
      planner.later(grant, now, ((RefreshPolicy.Decision.Later) asked).at());
      perSecond.merge(store.planned(grant.key()).orElseThrow().getEpochSecond(), 1, Integer::sum);
    }
    // A tenth of an hour: 8.3 a second if they were spread evenly; 30 disturb nobody.
    assertThat(perSecond.values()).allMatch(count -> count <= 45);
  }

  private static Grant grant(GrantKey key) {
    return new Grant(
        key,
        ALICE,
        "idp",
        Optional.of(new Secret("r")),
        Optional.of(new AccessToken(new Secret("a"), START, START.plus(Duration.ofHours(1)))),
        "openid",
        1,
        Duration.ZERO,
        Optional.empty(),
        "");
  }

  private TokenRuntime runtime() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2));
    return new TokenRuntime(
        store,
        store,
        new Providers(Map.of("idp", new Idp()), Optional.of("idp")),
        Shares.UNDIVIDED,
        new Scripted(),
        new Costs(new CostControl.Aim.Ratio(0.05), () -> nanos),
        new QuietEvents(),
        new RefreshSettings(
            Duration.ofDays(1),
            Duration.ofSeconds(15),
            Duration.ofSeconds(8),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            backoff,
            backoff),
        new Surroundings(() -> now, () -> nanos, this::pause, new Random(7)),
        POLL,
        4,
        RevocationFeed.NONE,
        Duration.ofSeconds(2));
  }

  private synchronized void pause(Duration time) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (once) {
      new CountDownLatch(1).await();
    }
    pauses.add(time);
    now = now.plus(time);
    nanos += time.toNanos();
    onPause.run();
  }

  private void put(GrantKey key) {
    Submission submission =
        new Submission(
            ALICE,
            "idp",
            Optional.of(new Secret("r-" + key.id().value())),
            Optional.of(new Secret("given")),
            Optional.of(Duration.ofHours(8)),
            "openid",
            Duration.ZERO);
    assertThat(one.grants().put(key, submission)).isPresent();
  }

  private void decideOnce() throws Exception {
    put(KEY);
    once = true;
    one.start();
    decided.get(10, TimeUnit.SECONDS);
    one.close();
  }

  @Test
  void who_is_not_needed_is_off_the_schedule() throws Exception {
    decideOnce();
    assertThat(store.planned(KEY)).isEmpty();
  }

  @Test
  void a_grant_that_is_used_while_it_is_decided_about_stays_planned() throws Exception {
    decision =
        () -> {
          now = now.plusSeconds(1);
          decision = () -> LATER;
          try {
            assertThat(two.tokens().accessToken(KEY, Optional.empty()))
                .isInstanceOf(TokenAnswer.Token.class);
          } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
          }
          return NOT_NEEDED;
        };
    decideOnce();
    assertThat(store.planned(KEY)).isPresent();
  }

  @Test
  void activity_while_it_is_decided_about_is_not_missed() throws Exception {
    decision =
        () -> {
          decision = () -> LATER;
          one.active(new UserKey(WEBMAIL, ALICE));
          return NOT_NEEDED;
        };
    decideOnce();
    assertThat(store.planned(KEY)).isPresent();
  }

  @Test
  void a_task_that_comes_due_before_its_grant_is_stored_does_not_get_lost() {
    store.beforePut(store::forgetAll);
    put(KEY);
    assertThat(store.planned(KEY)).isPresent();
  }

  @Test
  void a_clock_that_is_set_back_stops_nothing() throws Exception {
    CompletableFuture<Void> looked = new CompletableFuture<>();
    onPause =
        () -> {
          if (pauses.size() == 3) {
            now = now.minus(Duration.ofHours(1));
          }
          if (pauses.size() == 6) {
            looked.complete(null);
          }
        };
    one.start();
    looked.get(10, TimeUnit.SECONDS);
    one.close();
    assertThat(pauses).allMatch(pause -> pause.compareTo(POLL) <= 0);
  }

  @Test
  void a_provider_that_is_slow_to_revoke_keeps_nobody_from_being_renewed() throws Exception {
    for (int i = 0; i < 12; i++) {
      GrantKey key = new GrantKey(WEBMAIL, new GrantId("ended-" + i));
      put(key);
      one.grants().delete(key);
    }
    now = now.plusSeconds(5);
    decision = () -> new RefreshPolicy.Decision.Renew(RefreshPolicy.Expectation.NONE);
    one.start();
    assertThat(revoking.await(10, TimeUnit.SECONDS)).isTrue();
    put(KEY);
    assertThat(redeemed.get(10, TimeUnit.SECONDS)).isEqualTo("r-g");
  }

  @Test
  void nobody_shares_a_renewal_that_was_broken_off() throws Exception {
    put(KEY);
    now = now.plus(Duration.ofHours(9));
    onRedeem =
        () -> {
          throw new AssertionError("no memory, or a class that is missing");
        };
    assertThatThrownBy(() -> one.tokens().accessToken(KEY, Optional.empty()))
        .hasMessageContaining("renewing");
    onRedeem = () -> {};
    assertThat(one.tokens().accessToken(KEY, Optional.empty()))
        .isInstanceOf(TokenAnswer.Dead.class);
  }

  @Test
  void after_the_end_nobody_waits() {
    put(KEY);
    now = now.plus(Duration.ofHours(9));
    one.close();
    assertThatThrownBy(() -> one.tokens().accessToken(KEY, Optional.empty()))
        .hasMessageContaining("renewing");
  }
}
