package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Incarnation;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseTest {

  private static final Incarnation SELF = new Incarnation(1);
  private static final long MILLI = 1_000_000;

  private final Lease lease = new Lease(Duration.ofMillis(200), Duration.ofMillis(50), SELF, 0);

  @Test
  void nothing_may_be_read_before_a_heartbeat_came_back() {
    assertThat(lease.covers(0, 0, at(0))).isFalse();
    beatAt(0);
    assertThat(lease.covers(0, 10 * MILLI, at(10))).isFalse();
  }

  @Test
  void a_lease_counts_from_the_sending_and_not_from_the_coming_back() {
    long beat = beatAt(0);
    assertThat(back(beat, 150)).isTrue();
    assertThat(lease.covers(160 * MILLI, 199 * MILLI, at(199))).isTrue();
    assertThat(lease.covers(160 * MILLI, 200 * MILLI, at(200))).isFalse();
  }

  @Test
  void however_late_it_comes_back_a_heartbeat_proves_the_reads_before_its_sending() {
    long beat = beatAt(100);
    assertThat(back(beat, 5_000)).isTrue();
    assertThat(lease.covers(99 * MILLI, 5_001 * MILLI, at(5_001))).isTrue();
    assertThat(lease.covers(101 * MILLI, 5_001 * MILLI, at(5_001))).isFalse();
  }

  @Test
  void a_fence_ends_it_until_the_node_joins_again() {
    long beat = beatAt(0);
    back(beat, 1);
    assertThat(lease.fence(new Incarnation(9))).isFalse();
    assertThat(lease.fence(SELF)).isTrue();
    assertThat(lease.covers(0, 2 * MILLI, at(2))).isFalse();
    assertThat(lease.beatIfDue(1_000 * MILLI, at(1_000))).isEmpty();
    lease.rejoin(new Incarnation(2), 1_000 * MILLI);
    long fresh = lease.beatIfDue(1_000 * MILLI, at(1_000)).orElseThrow();
    assertThat(lease.readBack(SELF, fresh, 1_001 * MILLI, at(1_001))).isFalse();
    assertThat(lease.readBack(new Incarnation(2), fresh, 1_001 * MILLI, at(1_001))).isTrue();
  }

  @Test
  void clocks_that_disagree_prove_nothing() {
    long beat = beatAt(0);
    assertThat(lease.readBack(SELF, beat, 10 * MILLI, at(10_000))).isFalse();
    assertThat(lease.covers(0, 11 * MILLI, at(11))).isFalse();
  }

  @Test
  void a_ticker_that_stood_still_for_longer_than_the_lease_does_not_lengthen_it() {
    back(beatAt(100), 110);
    assertThat(lease.covers(120 * MILLI, 130 * MILLI, at(130))).isTrue();
    assertThat(lease.covers(120 * MILLI, 130 * MILLI, at(10_130))).as("after a sleep").isFalse();
    long after = lease.beatIfDue(160 * MILLI, at(10_160)).orElseThrow();
    assertThat(lease.readBack(SELF, after, 161 * MILLI, at(10_161))).isTrue();
    assertThat(lease.covers(162 * MILLI, 162 * MILLI, at(10_162))).isTrue();
  }

  @Test
  void a_heartbeat_proves_no_read_of_the_very_moment_of_its_sending_for_the_ticker_may_stand() {
    back(beatAt(100), 5_000);
    assertThat(lease.covers(100 * MILLI, 5_001 * MILLI, at(5_001))).isFalse();
  }

  @ParameterizedTest(name = "by {0} s")
  @ValueSource(longs = {86_400, 1, -1, -3_600, -2_000_000_000})
  void a_wall_clock_that_is_set_ends_a_lease_until_the_next_heartbeat(long seconds) {
    back(beatAt(100), 110);
    Instant set = at(120).plusSeconds(seconds);
    assertThat(lease.covers(119 * MILLI, 120 * MILLI, set)).isFalse();
    assertThat(lease.covers(99 * MILLI, 120 * MILLI, set)).as("proven by its sending").isTrue();
    long next = lease.beatIfDue(160 * MILLI, set.plusMillis(40)).orElseThrow();
    assertThat(lease.readBack(SELF, next, 170 * MILLI, set.plusMillis(50))).isTrue();
    assertThat(lease.covers(359 * MILLI, 359 * MILLI, set.plusMillis(239))).isTrue();
    assertThat(lease.covers(360 * MILLI, 360 * MILLI, set.plusMillis(240))).isFalse();
  }

  @Test
  void a_waiting_read_brings_the_next_heartbeat_forward() {
    beatAt(0);
    assertThat(lease.beatIfDue(30 * MILLI, at(30))).isEmpty();
    lease.hurry(30 * MILLI);
    assertThat(lease.beatIfDue(30 * MILLI, at(30))).isPresent();
  }

  @Test
  void reads_that_wait_bring_forward_no_more_than_four_heartbeats_in_an_interval() {
    long sent = 0;
    for (long millis = 0; millis < 1_000; millis++) {
      lease.hurry(millis * MILLI);
      sent += lease.beatIfDue(millis * MILLI, at(millis)).isPresent() ? 1 : 0;
    }
    assertThat(sent).as("in 1 s, at an interval of 50 ms").isEqualTo(77);
  }

  @Test
  void a_lease_has_ended_for_as_long_as_nothing_newer_was_proven() {
    Duration second = Duration.ofSeconds(1);
    assertThat(lease.endedWithin(second, 0, at(0))).isFalse();
    back(beatAt(100), 150);
    assertThat(lease.endedWithin(second, 200 * MILLI, at(200))).as("it lasts").isTrue();
    assertThat(lease.endedWithin(second, 1_300 * MILLI, at(1_300))).isTrue();
    assertThat(lease.endedWithin(second, 1_301 * MILLI, at(1_301))).isFalse();
    assertThat(lease.endedWithin(Duration.ZERO, 300 * MILLI, at(300))).isTrue();
    assertThat(lease.endedWithin(Duration.ZERO, 301 * MILLI, at(301))).isFalse();
  }

  @Test
  void the_longer_time_counts_for_how_long_ago_a_lease_ended() {
    Duration second = Duration.ofSeconds(1);
    back(beatAt(100), 150);
    assertThat(lease.endedWithin(second, 200 * MILLI, at(1_301))).isFalse();
    assertThat(lease.endedWithin(second, 1_301 * MILLI, at(200))).isFalse();
    assertThat(lease.endedWithin(second, 200 * MILLI, at(-5_000))).isTrue();
  }

  @Test
  void a_fenced_lease_has_not_ended_lately_but_for_good() {
    back(beatAt(100), 150);
    lease.fence(SELF);
    assertThat(lease.endedWithin(Duration.ofMinutes(10), 200 * MILLI, at(200))).isFalse();
    lease.rejoin(new Incarnation(2), 200 * MILLI);
    assertThat(lease.endedWithin(Duration.ofMinutes(10), 201 * MILLI, at(201))).isFalse();
  }

  private long beatAt(long millis) {
    return lease.beatIfDue(millis * MILLI, at(millis)).orElseThrow();
  }

  private boolean back(long beat, long millis) {
    return lease.readBack(SELF, beat, millis * MILLI, at(millis));
  }

  private static Instant at(long millis) {
    return Instant.EPOCH.plusMillis(millis);
  }
}
