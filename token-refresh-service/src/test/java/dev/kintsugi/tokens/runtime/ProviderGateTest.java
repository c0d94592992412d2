package dev.kintsugi.tokens.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.runtime.TokenEvents.Trigger;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The gate on told time. */
class ProviderGateTest {

  private static final ProviderLimits LIMITS =
      new ProviderLimits(32, 100, 0.25, Duration.ofSeconds(1), 10, Duration.ofSeconds(2));
  private static final ProviderAnswer GRANTED =
      new ProviderAnswer.Granted(
          new Secret("a"), Optional.empty(), Optional.empty(), Optional.empty());

  private long nanos = -5_000_000_000L;
  private final ProviderGate gate = new ProviderGate("idp", LIMITS, () -> nanos);

  private void pass(long millis) {
    nanos += millis * 1_000_000;
  }

  private static ProviderAnswer failed(FailureReason reason) {
    return new ProviderAnswer.Failed(reason, Optional.empty());
  }

  private void call(ProviderAnswer answer) {
    assertThat(gate.enter()).isEmpty();
    gate.left(answer, 0);
  }

  private void fall() {
    for (int i = 0; i < 5; i++) {
      call(failed(FailureReason.TIMEOUT));
    }
    assertThat(gate.isAway()).isTrue();
  }

  private static Admission.Closed closed(FailureReason reason, long millis) {
    return new Admission.Closed(reason, Duration.ofMillis(millis));
  }

  @Test
  void a_provider_that_fails_again_and_again_is_tried_by_one_call_at_a_time() {
    fall();
    assertThat(gate.barred()).contains(closed(FailureReason.CIRCUIT_OPEN, 2_000));
    pass(1_500);
    assertThat(gate.enter()).contains(closed(FailureReason.CIRCUIT_OPEN, 500));
    pass(500);
    assertThat(gate.barred()).isEmpty();
    assertThat(gate.enter()).isEmpty();
    assertThat(gate.enter()).contains(closed(FailureReason.CIRCUIT_OPEN, 2_000));
    gate.left(failed(FailureReason.TIMEOUT), 0);
    assertThat(gate.enter()).contains(closed(FailureReason.CIRCUIT_OPEN, 2_000));
  }

  @Test
  void one_answer_proves_that_it_is_back() {
    fall();
    pass(2_000);
    call(GRANTED);
    assertThat(gate.isAway()).isFalse();
    for (int i = 0; i < 20; i++) {
      call(GRANTED);
    }
  }

  @Test
  void a_probe_that_was_not_made_is_left_to_the_next() {
    fall();
    pass(2_000);
    assertThat(gate.enter()).isEmpty();
    gate.leftUnused();
    call(GRANTED);
    assertThat(gate.isAway()).isFalse();
  }

  @Test
  void failures_of_calls_from_before_do_not_put_the_probe_off() {
    assertThat(gate.enter()).isEmpty();
    fall();
    pass(1_900);
    gate.left(failed(FailureReason.TIMEOUT), 0);
    pass(100);
    assertThat(gate.enter()).isEmpty();
  }

  @Test
  void a_refusal_is_an_answer() {
    for (int i = 0; i < 20; i++) {
      call(new ProviderAnswer.Refused("invalid_grant"));
      call(failed(FailureReason.CLIENT_REFUSED));
    }
    assertThat(gate.isAway()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = FailureReason.class,
      names = {"RATE_LIMITED", "SERVER_ERROR", "TIMEOUT", "UNREACHABLE", "MALFORMED", "TOO_LARGE"})
  void whatever_shows_that_it_is_not_well_counts(FailureReason reason) {
    for (int i = 0; i < 5; i++) {
      call(failed(reason));
    }
    assertThat(gate.isAway()).isTrue();
  }

  @Test
  void while_it_wants_to_be_left_alone_it_is() {
    assertThat(gate.enter()).isEmpty();
    gate.left(
        new ProviderAnswer.Failed(FailureReason.RATE_LIMITED, Optional.of(Duration.ofSeconds(30))),
        0);
    assertThat(gate.barred()).contains(closed(FailureReason.RESTING, 30_000));
    pass(29_999);
    assertThat(gate.enter()).contains(closed(FailureReason.RESTING, 1));
    pass(1);
    assertThat(gate.enter()).isEmpty();
  }

  @Test
  void no_provider_can_stop_its_renewals_for_days() {
    assertThat(gate.enter()).isEmpty();
    gate.left(
        new ProviderAnswer.Failed(FailureReason.SERVER_ERROR, Optional.of(Duration.ofDays(3_650))),
        0);
    assertThat(gate.barred()).contains(closed(FailureReason.RESTING, 600_000));
  }

  @Test
  void turns_come_one_by_one_and_are_not_saved_up() {
    RateLimiter lane = gate.lanes(Trigger.STALL).getFirst();
    pass(60_000);
    for (int i = 0; i < 100; i++) {
      assertThat(ProviderGate.turn(lane).orElseThrow())
          .isBetween(i * 10_000_000L - 10_000_000, i * 10_000_000L);
    }
    assertThat(ProviderGate.turn(lane).orElseThrow()).isLessThanOrEqualTo(1_000_000_000);
    assertThat(ProviderGate.turn(lane)).as("too late").isEmpty();
    assertThat(gate.overRate()).isEqualTo(closed(FailureReason.OVER_RATE, 1_000));
  }

  @Test
  void what_is_done_ahead_of_time_leaves_turns_to_those_who_wait() {
    RateLimiter ahead = gate.lanes(Trigger.AHEAD).getFirst();
    while (ProviderGate.turn(ahead).isPresent()) {
      // Until its lane is full.
    }
    assertThat(ProviderGate.turn(gate.lanes(Trigger.STALL).getFirst()).orElseThrow()).isZero();
  }
}
