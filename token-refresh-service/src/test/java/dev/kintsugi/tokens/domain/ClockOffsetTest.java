package dev.kintsugi.tokens.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClockOffsetTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00.300Z");

  private static Duration ms(long millis) {
    return Duration.ofMillis(millis);
  }

  /** An answer of a machine whose clock is ahead, dated half-way. */
  private static ClockOffset answered(
      ClockOffset known, Instant sent, Duration roundTrip, Duration lead) {
    Instant date = sent.plus(roundTrip.dividedBy(2)).plus(lead).truncatedTo(ChronoUnit.SECONDS);
    return known.after(sent, sent.plus(roundTrip), date);
  }

  @Test
  void nothing_is_known_before_the_first_answer() {
    assertThat(ClockOffset.UNKNOWN.lead()).isZero();
    assertThat(ClockOffset.UNKNOWN.span(START)).isEmpty();
  }

  @Test
  void half_the_round_trip_and_half_a_second_bound_what_one_answer_tells() {
    ClockOffset one = answered(ClockOffset.UNKNOWN, START, ms(100), Duration.ofSeconds(7));
    ClockOffset.Span span = one.span(START.plus(ms(100))).orElseThrow();
    assertThat(span.error()).isEqualTo(ms(550));
    assertThat(span.middle().minusSeconds(7).abs()).isLessThanOrEqualTo(span.error());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
  void the_truth_lies_in_the_span_which_many_answers_narrow(long seed) {
    Random random = new Random(seed);
    Duration lead = ms(random.nextLong(-200_000, 200_000));
    ClockOffset known = ClockOffset.UNKNOWN;
    Instant now = START;
    for (int i = 0; i < 500; i++) {
      now = now.plus(ms(random.nextLong(1, 2_000)));
      Duration roundTrip = ms(random.nextLong(2, 400));
      Duration there = ms(random.nextLong(0, roundTrip.toMillis() + 1));
      Instant date = now.plus(there).plus(lead).truncatedTo(ChronoUnit.SECONDS);
      known = known.after(now, now.plus(roundTrip), date);
      ClockOffset.Span span = known.span(now.plus(roundTrip)).orElseThrow();
      assertThat(span.least()).isLessThanOrEqualTo(lead);
      assertThat(span.most()).isGreaterThanOrEqualTo(lead);
    }
    assertThat(known.lead().minus(lead).abs()).isLessThan(ms(100));
  }

  @Test
  void what_was_learnt_widens_with_time() {
    ClockOffset one = answered(ClockOffset.UNKNOWN, START, ms(100), Duration.ZERO);
    Instant later = START.plus(Duration.ofHours(10));
    assertThat(one.span(later).orElseThrow().error()).isBetween(ms(4_000), ms(4_300));
    assertThat(one.span(later.plus(Duration.ofDays(36_500))).orElseThrow().error())
        .isLessThan(Duration.ofMinutes(5));
  }

  @Test
  void one_date_that_contradicts_the_others_is_taken_for_a_mistake() {
    ClockOffset known = ClockOffset.UNKNOWN;
    for (int i = 0; i < 5; i++) {
      known = answered(known, START.plus(ms(1_170L * i)), ms(20), Duration.ofSeconds(3));
    }
    Duration before = known.lead();
    Instant later = START.plusSeconds(10);
    ClockOffset once = answered(known, later, ms(20), Duration.ofMinutes(-1));
    assertThat(once.lead()).isEqualTo(before);
    ClockOffset agreed = answered(once, later.plusSeconds(1), ms(20), Duration.ofSeconds(3));
    assertThat(agreed.contender()).isEmpty();
    assertThat(agreed.lead().minusSeconds(3).abs()).isLessThan(ms(600));
  }

  @Test
  void a_clock_that_was_set_contradicts_itself_twice_and_is_believed() {
    ClockOffset known = answered(ClockOffset.UNKNOWN, START, ms(20), Duration.ofSeconds(3));
    for (int i = 1; i <= 2; i++) {
      known = answered(known, START.plusSeconds(i), ms(20), Duration.ofMinutes(-1));
    }
    assertThat(known.lead().plusSeconds(60).abs()).isLessThan(ms(600));
  }

  @Test
  void dates_far_off_are_no_clocks() {
    for (Instant senseless :
        new Instant[] {
          Instant.EPOCH, Instant.MIN, Instant.MAX, START.plusSeconds(400), START.minusSeconds(400)
        }) {
      assertThat(ClockOffset.UNKNOWN.after(START, START.plusMillis(10), senseless))
          .isEqualTo(ClockOffset.UNKNOWN);
    }
  }

  @Test
  void an_answer_that_took_too_long_or_no_time_at_all_tells_nothing() {
    Instant date = START.truncatedTo(ChronoUnit.SECONDS);
    assertThat(ClockOffset.UNKNOWN.after(START, START.plusSeconds(31), date))
        .isEqualTo(ClockOffset.UNKNOWN);
    assertThat(ClockOffset.UNKNOWN.after(START, START.minusMillis(1), date))
        .as("our clock was set meanwhile")
        .isEqualTo(ClockOffset.UNKNOWN);
  }
}
