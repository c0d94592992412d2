package dev.kintsugi.tokens.domain.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.forecast.ModelShare.Taken;
import dev.kintsugi.tokens.domain.forecast.ModelShare.Written;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelShareTest {

  private static final Duration HORIZON = Duration.ofMinutes(30);
  private static final long START = 1_767_571_200_000L;
  private static final UserKey ALICE = user("alice");
  private static final UserKey BOB = user("bob");

  private final ModelShare share = new ModelShare(HORIZON, 1_000);

  private static UserKey user(String name) {
    return new UserKey(new ApplicationId("webmail"), new UserId(name));
  }

  private record Event(UserKey user, long at) {}

  private static List<Event> events(int count, long seed) {
    Random random = new Random(seed);
    List<Event> events = new ArrayList<>();
    long at = START;
    for (int i = 0; i < count; i++) {
      at += random.nextInt(20_000);
      events.add(new Event(user("user-" + random.nextInt(20)), at));
    }
    return events;
  }

  private static void take(ModelShare share, List<Event> events, int from, int to) {
    for (int i = from; i < to; i++) {
      Event event = events.get(i);
      var _ = share.take(event.user(), event.at(), i, event.at());
    }
  }

  private static double need(ModelShare share, UserKey user) {
    return share.outlook(user, 60, 10, 900, 1800, 0.05).orElseThrow().need();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void after_a_crash_anywhere_the_models_are_as_if_there_had_been_none(long seed) {
    List<Event> events = events(2_000, seed);
    take(share, events, 0, events.size());
    Random random = new Random(seed);
    Map<Optional<UserKey>, Written> topic = new LinkedHashMap<>();
    ModelShare crashing = new ModelShare(HORIZON, 1_000);
    int committed = 0;
    int read = 0;
    while (read < events.size()) {
      int next = Math.min(events.size(), read + 1 + random.nextInt(200));
      take(crashing, events, read, next);
      read = next;
      if (random.nextBoolean()) {
        crashing.changes().forEach(change -> topic.put(change.user(), change));
        committed = read;
      } else if (random.nextInt(3) == 0) {
        crashing = new ModelShare(HORIZON, 1_000);
        topic.values().forEach(crashing::restore);
        read = committed;
      }
    }
    for (int i = 0; i < 20; i++) {
      assertThat(need(crashing, user("user-" + i))).isEqualTo(need(share, user("user-" + i)));
    }
  }

  @Test
  void what_comes_twice_late_or_from_the_future_is_no_request() {
    assertThat(share.take(ALICE, START, 0, START)).isEqualTo(Taken.LEARNED);
    assertThat(share.take(ALICE, START, 0, START)).isEqualTo(Taken.KNOWN);
    assertThat(share.take(ALICE, START + 999, 1, START)).isEqualTo(Taken.SAME_SECOND);
    assertThat(share.take(ALICE, START - 1, 2, START)).isEqualTo(Taken.LATE);
    assertThat(share.take(ALICE, START + 300_001, 3, START)).isEqualTo(Taken.FUTURE);
    assertThat(share.take(ALICE, Long.MAX_VALUE, 4, START)).isEqualTo(Taken.FUTURE);
    assertThat(share.take(ALICE, -1, 5, START)).isEqualTo(Taken.FUTURE);
    assertThat(share.take(BOB, START - 86_400_000, 6, START)).isEqualTo(Taken.LEARNED);
    assertThat(share.find(ALICE).orElseThrow().requests()).isEqualTo(1);
    assertThat(share.users()).isEqualTo(2);
  }

  @Test
  void a_user_with_a_million_events_is_one_user() {
    for (int i = 0; i < 1_000_000; i++) {
      var _ = share.take(ALICE, START + 1_000L * i, i, START + 1_000L * i);
    }
    assertThat(share.find(ALICE).orElseThrow().requests()).isEqualTo(1_000_000);
    assertThat(share.changes()).hasSize(2);
    assertThat(need(share, ALICE)).isGreaterThan(0.5);
  }

  @Test
  void of_more_users_than_fit_those_away_the_longest_are_forgotten_everywhere() {
    ModelShare small = new ModelShare(HORIZON, 3);
    for (int i = 0; i < 5; i++) {
      var _ = small.take(user("user-" + i), START + i * 60_000L, i, START + i * 60_000L);
    }
    var _ = small.take(user("user-2"), START + 600_000, 5, START + 600_000);
    var _ = small.take(ALICE, START + 700_000, 6, START + 700_000);
    assertThat(small.users()).isEqualTo(3);
    assertThat(small.find(user("user-2"))).isPresent();
    assertThat(small.find(user("user-3"))).isEmpty();
    List<Optional<UserKey>> forgotten =
        small.changes().stream().filter(one -> one.state().isEmpty()).map(Written::user).toList();
    assertThat(forgotten)
        .containsExactly(
            Optional.of(user("user-0")), Optional.of(user("user-1")), Optional.of(user("user-3")));
  }

  @Test
  void changes_that_were_not_written_down_come_again() {
    var _ = share.take(ALICE, START, 0, START);
    List<Written> changes = share.changes();
    assertThat(share.unwritten()).isZero();
    share.unwritten(changes);
    assertThat(share.changes()).hasSameSizeAs(changes);
    assertThat(share.changes()).isEmpty();
  }

  @Test
  void what_cannot_be_read_is_as_if_it_had_never_been_written() {
    assertThat(share.restore(new Written(Optional.of(ALICE), 7, Optional.of(new byte[100]))))
        .isFalse();
    assertThat(share.restore(new Written(Optional.empty(), 7, Optional.of(new byte[100]))))
        .isFalse();
    assertThat(share.take(ALICE, START, 0, START)).isEqualTo(Taken.LEARNED);
  }

  /**
   * A topic that was not compacted yet holds several records of a user, and more users than fit.
   */
  @Test
  void of_what_was_written_down_the_last_word_about_each_user_counts() {
    ModelShare writer = new ModelShare(HORIZON, 1_000);
    List<Written> topic = new ArrayList<>();
    List<UserKey> order = List.of(ALICE, BOB, user("carol"), ALICE, user("dave"));
    for (int i = 0; i < order.size(); i++) {
      var _ = writer.take(order.get(i), START + i * 60_000L, i, START + i * 60_000L);
      topic.addAll(writer.changes());
    }
    topic.add(new Written(Optional.of(user("dave")), 4, Optional.empty()));
    ModelShare small = new ModelShare(HORIZON, 2);
    topic.forEach(small::restore);
    assertThat(small.find(ALICE)).isPresent();
    assertThat(small.find(user("dave"))).isEmpty();
    assertThat(small.changes().stream().filter(one -> one.state().isEmpty()).map(Written::user))
        .as("nobody is deleted of whom there is a model here")
        .doesNotContain(Optional.of(ALICE), Optional.of(user("dave")));
  }

  @Test
  void a_stranger_is_taken_for_everybody() {
    take(share, events(2_000, 1), 0, 2_000);
    assertThat(need(share, ALICE)).isBetween(0.01, 1.0);
    assertThat(share.find(ALICE)).isEmpty();
  }

  @Test
  void it_has_room_for_somebody() {
    assertThatThrownBy(() -> new ModelShare(HORIZON, 0)).hasMessageContaining("1 user");
  }

  @Test
  void what_comes_for_a_user_changes_what_is_expected_but_is_no_request() {
    take(share, events(2_000, 5), 0, 2_000);
    UserKey user = user("user-3");
    UserActivity activity = share.find(user).orElseThrow();
    long last = activity.lastMillis();
    var heard = share.heardMillis(user);
    double before = need(share, user);
    var _ = share.changes();
    assertThat(share.takeIncoming(user, last + 30_000, 3_000, last + 30_000))
        .isEqualTo(Taken.LEARNED);
    assertThat(need(share, user)).isNotEqualTo(before);
    assertThat(activity.lastMillis()).isEqualTo(last);
    assertThat(share.heardMillis(user)).isEqualTo(heard);
    assertThat(share.changes()).hasSize(2);
    assertThat(share.takeIncoming(user, last + 30_000, 3_000, last + 30_000))
        .isEqualTo(Taken.KNOWN);
    assertThat(share.takeIncoming(user, last + 600_000, 3_001, last)).isEqualTo(Taken.FUTURE);
    assertThat(share.takeIncoming(user("nobody"), last, 3_002, last)).isEqualTo(Taken.NOBODY);
    assertThat(share.find(user("nobody"))).isEmpty();
  }
}
