package dev.kintsugi.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BusiestWindowTest {

  private static ActivityEvent mail(long second, String from, String... to) {
    List<TraceUser> peers = java.util.Arrays.stream(to).map(TraceUser::new).toList();
    return new ActivityEvent(
        new TraceUser(from), ActionKind.SEND, peers, Instant.ofEpochSecond(second));
  }

  private static int requests(ActivityEvent event) {
    return 3 + event.peers().size();
  }

  @Test
  void the_shortest_stretch_with_enough_of_both_wins() {
    List<ActivityEvent> events =
        List.of(
            mail(0, "a", "b"),
            mail(50, "a", "b"),
            mail(60, "c", "d"),
            mail(90, "c", "d"),
            mail(95, "a", "b"),
            mail(200, "a", "b"));

    BusiestWindow window = BusiestWindow.find(events, 4, 8, BusiestWindowTest::requests);

    assertThat(window.from()).isEqualTo(Instant.ofEpochSecond(90));
    assertThat(window.length()).isEqualTo(Duration.ofSeconds(5));
    assertThat(window.users()).isEqualTo(4);
    assertThat(window.requests()).isEqualTo(8);
    assertThat(window.enough()).isTrue();
  }

  @Test
  void a_trace_that_is_too_small_is_taken_whole_and_says_so() {
    List<ActivityEvent> events = List.of(mail(0, "a", "b"), mail(9, "b", "a"));

    BusiestWindow window = BusiestWindow.find(events, 200, 5_000, BusiestWindowTest::requests);

    assertThat(window.enough()).isFalse();
    assertThat(window.events()).isEqualTo(events);
    assertThat(window.users()).isEqualTo(2);
    assertThat(window.requests()).isEqualTo(8);
  }

  @Test
  void an_empty_trace_has_no_window() {
    assertThatThrownBy(() -> BusiestWindow.find(List.of(), 1, 1, BusiestWindowTest::requests))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
  void it_is_what_trying_every_window_finds(long seed) {
    Random random = new Random(seed);
    List<ActivityEvent> events = new ArrayList<>();
    long second = 0;
    for (int i = 0; i < 120; i++) {
      second += random.nextInt(4) == 0 ? random.nextInt(100) : random.nextInt(3);
      events.add(mail(second, "u" + random.nextInt(30), "u" + random.nextInt(30)));
    }

    BusiestWindow window = BusiestWindow.find(events, 12, 40, BusiestWindowTest::requests);

    assertThat(window.length()).isEqualTo(byTrying(events, 12, 40));
  }

  private static Duration byTrying(List<ActivityEvent> events, int users, int requests) {
    Duration best = Duration.ofDays(1_000);
    for (int from = 0; from < events.size(); from++) {
      Set<TraceUser> seen = new HashSet<>();
      int count = 0;
      for (int to = from; to < events.size(); to++) {
        seen.add(events.get(to).user());
        seen.addAll(events.get(to).peers());
        count += requests(events.get(to));
        Duration length = Duration.between(events.get(from).at(), events.get(to).at());
        if (seen.size() >= users && count >= requests && length.compareTo(best) < 0) {
          best = length;
        }
      }
    }
    return best;
  }
}
