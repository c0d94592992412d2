package dev.kintsugi.tokens.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.Backoff;
import dev.kintsugi.tokens.domain.CostControl;
import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.Submission;
import dev.kintsugi.tokens.domain.ThresholdPolicy;
import dev.kintsugi.tokens.domain.TokenCheck;
import dev.kintsugi.tokens.runtime.TokenAnswer.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The store is away for a minute, in which most grants become due. Told time: it passes only while
 * the loop over the schedule pauses.
 */
@Timeout(240)
class StoreAwayTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant AWAY = START.plusSeconds(100);
  private static final Instant BACK = AWAY.plusSeconds(60);
  private static final int GRANTS = 120;
  private static final int PARALLEL = 4;

  private record Redeemed(String token, Instant at) {}

  private final FakeStore store = new FakeStore();
  private final Queue<Redeemed> redeemed = new ConcurrentLinkedQueue<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger mostUnderWay = new AtomicInteger();
  private final AtomicInteger stalls = new AtomicInteger();
  private final AtomicInteger fromMemory = new AtomicInteger();
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private volatile Instant now = START;
  private volatile boolean away;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5})
  void nobody_waits_nothing_is_redeemed_and_what_is_due_catches_up(long seed) throws Exception {
    Random random = new Random(seed);
    List<GrantKey> keys = new ArrayList<>();
    try (TokenRuntime runtime = runtime(random)) {
      for (int i = 0; i < GRANTS; i++) {
        keys.add(put(runtime, "g" + i, 180 + random.nextInt(90)));
      }
      onPause =
          () -> {
            if (!away && now.isAfter(AWAY) && now.isBefore(BACK)) {
              assertThat(redeemed).as("due before").isEmpty();
              away = true;
              store.fail(_ -> true, false);
            }
            if (away) {
              read(runtime, keys.get(random.nextInt(GRANTS)));
            }
            if (away && !now.isBefore(BACK)) {
              away = false;
              store.recover();
            }
          };
      runtime.start();
      end.get();
    }
    assertThat(fromMemory.get()).as("reads while it was away").isGreaterThan(200);
    assertThat(stalls).hasValue(0);
    assertThat(redeemed).allSatisfy(one -> assertThat(one.at()).isAfterOrEqualTo(BACK));
    assertThat(redeemed).extracting(Redeemed::token).doesNotHaveDuplicates();
    assertThat(redeemed.stream().filter(one -> one.at().isBefore(BACK.plusSeconds(10))).count())
        .as("caught up")
        .isGreaterThanOrEqualTo(overdue);
    assertThat(mostUnderWay.get()).isBetween(1, PARALLEL);
    for (GrantKey key : keys) {
      Grant grant = store.load(key).grant().orElseThrow();
      assertThat(grant.isDead()).isFalse();
    }
  }

  private volatile Runnable onPause = () -> {};
  private volatile long overdue;

  private void read(TokenRuntime runtime, GrantKey key) {
    try {
      TokenAnswer answer = runtime.tokens().accessToken(key, Optional.empty());
      assertThat(answer).isInstanceOf(TokenAnswer.Token.class);
      assertThat(((TokenAnswer.Token) answer).source()).isEqualTo(Source.MEMORY);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  /** After the minute it passes slowly, so that what runs on other threads keeps up with it. */
  private synchronized void pause(Duration time) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    try {
      boolean catchingUp = !now.isBefore(BACK);
      now = now.plus(catchingUp ? Duration.ofMillis(1) : time);
      onPause.run();
      if (catchingUp && overdue == 0) {
        overdue = overdue();
      }
      if (catchingUp) {
        LockSupport.parkNanos(100_000);
      }
      if ((overdue > 0 && redeemed.size() >= overdue) || now.isAfter(BACK.plusSeconds(60))) {
        end.complete(null);
      }
    } catch (AssertionError wrong) {
      end.completeExceptionally(wrong);
    }
  }

  private long overdue() {
    long count = 0;
    for (int i = 0; i < GRANTS; i++) {
      count += store.planned(key("g" + i)).filter(at -> !at.isAfter(BACK)).isPresent() ? 1 : 0;
    }
    return count;
  }

  private TokenRuntime runtime(Random random) {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2));
    RefreshSettings settings =
        new RefreshSettings(
            Duration.ofDays(1),
            Duration.ofSeconds(15),
            Duration.ofSeconds(8),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            backoff,
            backoff);
    return new TokenRuntime(
        store,
        store,
        new Providers(Map.of("idp", new Rotating()), Optional.of("idp")),
        Shares.UNDIVIDED,
        new ThresholdPolicy(Duration.ofMinutes(5)),
        new Costs(new CostControl.Aim.Ratio(0.15), () -> Duration.between(START, now).toNanos()),
        new Counted(),
        settings,
        new Surroundings(
            () -> now,
            () -> Duration.between(START, now).toNanos(),
            this::pause,
            new Random(random.nextLong())),
        Duration.ofMillis(250),
        PARALLEL,
        RevocationFeed.NONE,
        Duration.ofSeconds(2));
  }

  private static GrantKey key(String id) {
    return new GrantKey(new ApplicationId("webmail"), new GrantId(id));
  }

  private static GrantKey put(TokenRuntime runtime, String id, int seconds) {
    Submission submission =
        new Submission(
            new UserId("alice"),
            "idp",
            Optional.of(new Secret(id + ".0")),
            Optional.of(new Secret("given")),
            Optional.of(Duration.ofSeconds(seconds)),
            "openid",
            Duration.ZERO);
    assertThat(runtime.grants().put(key(id), submission)).isPresent();
    return key(id);
  }

  /** Each refresh token can be redeemed once. */
  private final class Rotating implements Provider {

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
    public ProviderAnswer redeem(Secret token) {
      mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
      redeemed.add(new Redeemed(token.value(), now));
      underWay.decrementAndGet();
      String next = token.value() + "1";
      return new ProviderAnswer.Granted(
          new Secret("access-" + next),
          Optional.of(new Secret(next)),
          Optional.of(Duration.ofHours(1)),
          Optional.empty());
    }

    @Override
    public TokenCheck check(Secret accessToken) {
      return new TokenCheck.Unchecked();
    }

    @Override
    public Revocation revoke(Grant grant) {
      return Revocation.DONE;
    }
  }

  private final class Counted implements TokenEvents {

    @Override
    public void refreshed(String provider, Trigger trigger, Duration took) {}

    @Override
    public void failed(String provider, FailureReason reason) {}

    @Override
    public void heldBack(String provider, FailureReason reason) {}

    @Override
    public void stalled(Duration waited) {
      stalls.incrementAndGet();
    }

    @Override
    public void servedFromMemory() {
      fromMemory.incrementAndGet();
    }

    @Override
    public void revoked(String provider, Provider.Revocation outcome) {}

    @Override
    public void unreadable() {}
  }
}
