package dev.kintsugi.tokens.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.tokens.domain.Backoff;
import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.runtime.TokenEvents.Trigger;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A thousand grants are due while their provider is away for ten minutes, on simulated time. */
class ProviderOutageTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long OUTAGE_NANOS = 600 * SECOND;
  private static final int GRANTS = 1_000;
  private static final ProviderLimits LIMITS =
      new ProviderLimits(32, 100, 0.25, Duration.ofSeconds(1), 20, Duration.ofMillis(1_500));
  private static final Backoff AHEAD = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

  private record Event(long atNanos, long order, Runnable action) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::order));
  private final List<Long> calls = new ArrayList<>();
  private final ProviderGate gate = new ProviderGate("idp", LIMITS, () -> now());
  private Random random = new Random();
  private long nowNanos;
  private long order;
  private long latencyNanos;
  private int underWay;
  private int renewed;

  private long now() {
    return nowNanos;
  }

  private void after(Duration time, Runnable action) {
    events.add(new Event(nowNanos + time.toNanos(), order++, action));
  }

  /** One grant, tried until it is renewed. */
  private final class Renewal {

    private int failures;

    void attempt() {
      Optional<Admission.Closed> barred = gate.barred();
      if (barred.isPresent()) {
        again(Optional.of(barred.get().retryAfter()));
      } else if (underWay == LIMITS.aheadParallel()) {
        again(Optional.of(LIMITS.longestQueue()));
      } else {
        underWay++;
        queue(0);
      }
    }

    private void queue(int lane) {
      List<RateLimiter> lanes = gate.lanes(Trigger.AHEAD);
      if (lane == lanes.size()) {
        gate.enter().ifPresentOrElse(closed -> leave(closed.retryAfter()), this::call);
        return;
      }
      OptionalLong wait = ProviderGate.turn(lanes.get(lane));
      if (wait.isEmpty()) {
        leave(gate.overRate().retryAfter());
      } else {
        after(Duration.ofNanos(wait.getAsLong()), () -> queue(lane + 1));
      }
    }

    private void leave(Duration retryAfter) {
      underWay--;
      again(Optional.of(retryAfter));
    }

    private void call() {
      calls.add(nowNanos);
      boolean away = nowNanos < OUTAGE_NANOS;
      long took = away ? latencyNanos : SECOND / 20;
      after(Duration.ofNanos(took), () -> answered(away, took));
    }

    private void answered(boolean away, long took) {
      underWay--;
      if (away) {
        gate.left(new ProviderAnswer.Failed(FailureReason.TIMEOUT, Optional.empty()), took);
        again(Optional.empty());
        return;
      }
      gate.left(
          new ProviderAnswer.Granted(
              new Secret("a"), Optional.empty(), Optional.empty(), Optional.empty()),
          took);
      renewed++;
    }

    private void again(Optional<Duration> retryAfter) {
      after(AHEAD.pause(++failures, retryAfter, random.nextDouble()), this::attempt);
    }
  }

  @ParameterizedTest(name = "seed {0}, failing after {1} ms")
  @CsvSource({"1, 0", "2, 3", "3, 50", "5, 1000", "8, 4000", "13, 4000"})
  void it_is_tried_once_in_a_while_and_comes_back_to_an_even_pace(long seed, long latencyMillis) {
    random = new Random(seed);
    latencyNanos = latencyMillis * 1_000_000;
    for (int i = 0; i < GRANTS; i++) {
      after(Duration.ofNanos(random.nextLong(60 * SECOND)), new Renewal()::attempt);
    }
    run();
    assertThat(renewed).isEqualTo(GRANTS);
    List<Long> during = calls.stream().filter(at -> at < OUTAGE_NANOS).toList();
    assertThat(during.size()).as("calls in ten minutes").isLessThan(500);
    List<Long> noticed = during.stream().filter(at -> at > 10 * SECOND).toList();
    assertThat(noticed).as("it is tried at all").hasSizeGreaterThan(60);
    assertThat(mostWithin(SECOND, noticed)).as("a second").isEqualTo(1);
    List<Long> afterwards = calls.stream().filter(at -> at >= OUTAGE_NANOS).toList();
    assertThat(mostWithin(SECOND, afterwards)).as("a second").isBetween(20, 76);
    assertThat(mostWithin(SECOND / 10, afterwards)).as("a tenth").isLessThanOrEqualTo(9);
    assertThat(nowNanos - OUTAGE_NANOS).as("back in time").isLessThan(70 * SECOND);
  }

  private void run() {
    while (!events.isEmpty()) {
      Event next = events.remove();
      nowNanos = next.atNanos();
      next.action().run();
    }
  }

  private static int mostWithin(long spanNanos, List<Long> times) {
    int most = 0;
    int first = 0;
    for (int last = 0; last < times.size(); last++) {
      while (times.get(last) - times.get(first) >= spanNanos) {
        first++;
      }
      most = Math.max(most, last - first + 1);
    }
    return most;
  }
}
