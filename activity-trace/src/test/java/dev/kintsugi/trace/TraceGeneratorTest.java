package dev.kintsugi.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The numbers of docs/trace-generator.md, and how far other seeds stray from them. */
class TraceGeneratorTest {

  private static List<ActivityEvent> events(long seed) {
    return new TraceGenerator(seed, 400, 28).generate().events();
  }

  @Test
  void seed_1_has_the_documented_statistics() {
    List<ActivityEvent> events = events(1);
    GapStatistics gaps = GapStatistics.of(events);

    assertThat(events).hasSize(15_188);
    assertThat(gaps.quantile(0.25)).hasSeconds(746);
    assertThat(gaps.quantile(0.5)).hasSeconds(7_164);
    assertThat(gaps.quantile(0.75)).hasSeconds(67_834);
    assertThat(gaps.shareUnder(Duration.ofMinutes(30))).isCloseTo(0.340, within(0.0006));
    assertThat(gaps.shareUnder(Duration.ofHours(1))).isCloseTo(0.418, within(0.0006));
    assertThat(gaps.shareUnder(Duration.ofHours(8))).isCloseTo(0.652, within(0.0006));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void gaps_are_like_those_of_real_mail(long seed) {
    GapStatistics gaps = GapStatistics.of(events(seed));

    assertThat(gaps.quantile(0.25).toSeconds()).isBetween(640L, 960L);
    assertThat(gaps.quantile(0.5).toSeconds()).isBetween(6_000L, 9_500L);
    assertThat(gaps.quantile(0.75).toSeconds()).isBetween(57_000L, 82_000L);
    assertThat(gaps.shareUnder(Duration.ofMinutes(30))).isCloseTo(0.33, within(0.03));
    assertThat(gaps.shareUnder(Duration.ofHours(1))).isCloseTo(0.41, within(0.03));
    assertThat(gaps.shareUnder(Duration.ofHours(8))).isCloseTo(0.63, within(0.04));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void activity_differs_between_users_days_and_hours(long seed) {
    List<ActivityEvent> events = events(seed);
    List<Long> perUser =
        events.stream()
            .collect(Collectors.groupingBy(ActivityEvent::user, Collectors.counting()))
            .values()
            .stream()
            .sorted()
            .toList();
    Map<DayOfWeek, Long> perDay = per(events, ActivityEvent::at, t -> t.getDayOfWeek());
    Map<Integer, Long> perHour = per(events, ActivityEvent::at, t -> t.getHour());

    assertThat(perUser.getLast()).isGreaterThan(8 * perUser.get(perUser.size() / 2));
    assertThat(perDay.get(DayOfWeek.TUESDAY)).isGreaterThan(3 * perDay.get(DayOfWeek.SATURDAY));
    assertThat(perHour.get(10)).isGreaterThan(10 * perHour.get(3));
  }

  private static <K> Map<K, Long> per(
      List<ActivityEvent> events,
      Function<ActivityEvent, java.time.Instant> time,
      Function<java.time.ZonedDateTime, K> key) {
    return events.stream()
        .collect(
            Collectors.groupingBy(
                e -> key.apply(time.apply(e).atZone(ZoneOffset.UTC)), Collectors.counting()));
  }

  @Test
  void some_mails_go_to_many() {
    List<ActivityEvent> events = events(1);

    assertThat(share(events, 1)).isCloseTo(0.81, within(0.02));
    assertThat(events.stream().filter(e -> e.peers().size() >= 10).count())
        .isBetween(events.size() / 200L, events.size() / 60L);
    assertThat(events).noneMatch(e -> e.peers().isEmpty() || e.peers().contains(e.user()));
  }

  private static double share(List<ActivityEvent> events, int recipients) {
    return (double) events.stream().filter(e -> e.peers().size() == recipients).count()
        / events.size();
  }

  @ParameterizedTest(name = "seed {0}, {1} users, {2} days")
  @CsvSource({"1, 2, 3", "7, 50, 1", "9, 30, 14"})
  void the_same_seed_gives_the_same_trace_in_order(long seed, int users, int days) {
    ActivityTrace one = new TraceGenerator(seed, users, days).generate();
    ActivityTrace two = new TraceGenerator(seed, users, days).generate();
    ActivityTrace other = new TraceGenerator(seed + 1, users, days).generate();

    assertThat(one).isEqualTo(two).isNotEqualTo(other);
    assertThat(one.events()).isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()));
  }

  @Test
  void impossible_sizes_are_refused() {
    assertThatThrownBy(() -> new TraceGenerator(1, 1, 1)).hasMessageContaining("2 to 100000 users");
    assertThatThrownBy(() -> new TraceGenerator(1, 2, 0)).hasMessageContaining("1 to 3660 days");
  }
}
