package dev.kintsugi.tokens.domain.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IncomingTest {

  private static final long START = 1_767_571_200_000L;
  private static final long MINUTE = 60_000;

  private final Forecaster forecaster = Forecaster.of(Duration.ofHours(1));

  /** Somebody who writes every few hours, and answers what comes within some minutes. */
  private long answering(UserActivity user, long from, int times, Random random) {
    long at = from;
    for (int i = 0; i < times; i++) {
      forecaster.observe(user, at);
      if (i % 2 == 0) {
        long incoming = at + (long) ((5 + 40 * random.nextDouble()) * MINUTE);
        forecaster.observeIncoming(user, incoming);
        at = incoming + (long) ((1 + 6 * random.nextDouble()) * MINUTE);
      } else {
        at += (long) ((180 + 300 * random.nextDouble()) * MINUTE);
      }
    }
    forecaster.observe(user, at);
    return at;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void who_answers_is_forecast_to_answer(long seed) {
    UserActivity user = forecaster.newUser();
    long last = answering(user, START, 3_000, new Random(seed));
    double silent = forecaster.forecast(user).probability(1800, 2400);
    forecaster.observeIncoming(user, last + 30 * MINUTE);
    assertThat(forecaster.forecast(user).probability(1800, 2400))
        .isGreaterThan(Math.min(0.6, 3 * silent));
    forecaster.observe(user, last + 31 * MINUTE);
    assertThat(user.unanswered()).isZero();
  }

  @Test
  void what_comes_before_the_first_request_is_not_noted() {
    UserActivity user = forecaster.newUser();
    forecaster.observeIncoming(user, START);
    assertThat(user.isNew()).isTrue();
    assertThat(user.unanswered()).isZero();
    forecaster.observe(user, START - 1);
    assertThat(user.lastMillis()).isEqualTo(START - 1);
  }

  @Test
  void what_comes_late_counts_as_of_the_newest_event() {
    UserActivity user = forecaster.newUser();
    forecaster.observe(user, START);
    forecaster.observeIncoming(user, START - 5 * MINUTE);
    assertThat(user.silentSeconds()).isZero();
    forecaster.observeIncoming(user, START + MINUTE);
    forecaster.observeIncoming(user, START + 1);
    assertThat(user.silentSeconds()).isEqualTo(60);
    assertThat(user.unanswered()).isEqualTo(3);
    forecaster.observe(user, START + 1);
    assertThat(user.silentSeconds()).isZero();
    assertThat(user.lastMillis()).isEqualTo(START + 1);
  }

  @Test
  void a_flood_in_one_instant_and_one_from_the_end_of_time_break_nothing() {
    UserActivity user = forecaster.newUser();
    forecaster.observe(user, START);
    forecaster.observe(user, START + MINUTE);
    for (int i = 0; i < 100_000; i++) {
      forecaster.observeIncoming(user, START + 2 * MINUTE);
    }
    assertThat(forecaster.forecast(user).probability(60, 3600)).isBetween(0.0, 1.0);
    forecaster.observeIncoming(user, 253_402_300_799_000L);
    forecaster.observe(user, START + 3 * MINUTE);
    assertThat(forecaster.forecast(user).probability(0, 3600)).isBetween(0.0, 1.0);
  }

  @Test
  void silence_is_learned_from_once_however_often_it_is_looked_at() {
    UserActivity user = forecaster.newUser();
    long last = answering(user, START, 200, new Random(5));
    forecaster.observeIncoming(user, last + 10 * MINUTE);
    double surprise = forecaster.surprise();
    forecaster.observeIncoming(user, last + 10 * MINUTE);
    assertThat(forecaster.surprise()).isEqualTo(surprise);
    forecaster.observeIncoming(user, last + 11 * MINUTE);
    assertThat(forecaster.surprise()).isGreaterThan(surprise);
  }

  @Test
  void a_forecast_is_the_same_whoever_was_asked_about_before() {
    UserActivity user = forecaster.newUser();
    UserActivity other = forecaster.newUser();
    answering(other, START, 200, new Random(6));
    long last = answering(user, START, 200, new Random(7));
    forecaster.observeIncoming(user, last + 10 * MINUTE);
    double first = forecaster.forecast(user).probability(600, 1200);
    var _ = forecaster.forecast(other);
    assertThat(forecaster.forecast(user).probability(600, 1200)).isEqualTo(first);
  }

  @Test
  void a_snapshot_holds_what_has_come() {
    UserActivity user = forecaster.newUser();
    long last = answering(user, START, 200, new Random(8));
    forecaster.observeIncoming(user, last + 10 * MINUTE);
    Forecaster restored = Forecaster.of(Duration.ofHours(1));
    restored.restore(forecaster.snapshot());
    UserActivity same = restored.user(forecaster.snapshot(user));
    assertThat(restored.forecast(same).probability(600, 1200))
        .isEqualTo(forecaster.forecast(user).probability(600, 1200));
    assertThat(same.unanswered()).isEqualTo(1);
  }
}
