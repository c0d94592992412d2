package dev.kintsugi.client.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.domain.Door.Admission;
import dev.kintsugi.client.domain.Door.Ending;
import dev.kintsugi.client.domain.Door.Purpose;
import dev.kintsugi.client.domain.Pursuit.Action;
import dev.kintsugi.client.domain.Pursuit.Event;
import dev.kintsugi.client.domain.Pursuit.Step;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PursuitTest {

  private static final Limits LIMITS =
      Limits.of(Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofSeconds(5));
  private static final Target A = target("node-a", 1);
  private static final Target B = target("node-b", 2);
  private static final Target STANDBY = target("node-s", 1);
  private static final Event TICK = new Event.Tick();

  private long now = Long.MAX_VALUE - 1_000_000; // near the ticker's wrap-around

  private Pursuit begun(boolean safe, Route route) {
    return new Pursuit(LIMITS, safe, false, route, new Random(1), Door.OPEN, now);
  }

  /** A read whose caller says what it has seen. */
  private Pursuit beginsWithSeen(Route route) {
    return new Pursuit(LIMITS, true, true, route, new Random(1), Door.OPEN, now);
  }

  @Test
  void the_first_attempt_goes_to_the_owner_at_once() {
    Step step = begun(true, route(1, A)).start();
    assertThat(step.actions()).containsExactly(new Action.Send(1, A));
    assertThat(step.wakeAtNanos() - now).isEqualTo(LIMITS.attempt().toNanos());
  }

  @Test
  void a_map_read_before_the_start_gives_the_first_target_and_ends_nothing() {
    Pursuit pursuit = begun(true, route(1, A));
    Step early = pursuit.on(new Event.MapRead(route(2, B)), now);
    assertThat(early.done()).isFalse();
    assertThat(early.actions()).isEmpty();
    assertThat(pursuit.start().actions()).containsExactly(new Action.Send(1, B));
    assertThatThrownBy(pursuit::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void what_is_dropped_before_the_start_sends_nothing() {
    Pursuit pursuit = begun(true, route(1, A));
    assertThat(pursuit.on(new Event.Dropped(), now).done()).isTrue();
    Step step = pursuit.start();
    assertThat(step.actions()).isEmpty();
    assertThat(step.done()).isTrue();
  }

  @Test
  void a_final_answer_is_passed_on() {
    Pursuit pursuit = begun(false, route(1, A));
    pursuit.start();
    Step step = pursuit.on(new Event.Replied(1, Reply.FINAL), now);
    assertThat(step.actions()).containsExactly(new Action.PassOn(1, 0));
    assertThat(step.done()).isTrue();
  }

  @Test
  void when_the_owner_changes_under_a_silent_attempt_it_is_abandoned_and_replayed_at_once() {
    Pursuit pursuit = begun(false, route(1, A));
    pursuit.start();
    Step step = pursuit.on(new Event.MapRead(route(2, B)), after(700));
    assertThat(step.actions())
        .containsExactly(new Action.Abandon(1, Trouble.MOVED), new Action.Send(2, B));
    assertThat(pursuit.on(new Event.Replied(1, Reply.FINAL), now).actions()).isEmpty();
    assertThat(pursuit.on(new Event.Replied(2, Reply.FINAL), now).actions())
        .containsExactly(new Action.PassOn(2, 0));
  }

  @Test
  void a_higher_grant_of_the_same_node_is_another_target() {
    Pursuit pursuit = begun(false, route(1, A));
    pursuit.start();
    Target again = target("node-a", 2);
    assertThat(pursuit.on(new Event.MapRead(route(2, again)), now).actions())
        .containsExactly(new Action.Abandon(1, Trouble.MOVED), new Action.Send(2, again));
  }

  @Test
  void a_newer_map_that_names_the_same_owner_or_none_leaves_the_attempt_alone() {
    Pursuit pursuit = begun(false, route(1, A));
    pursuit.start();
    assertThat(pursuit.on(new Event.MapRead(route(2, A)), now).actions()).isEmpty();
    assertThat(pursuit.on(new Event.MapRead(nobody(3)), now).actions()).isEmpty();
  }

  @Test
  void an_older_map_is_ignored() {
    Pursuit pursuit = begun(false, route(5, A));
    pursuit.start();
    assertThat(pursuit.on(new Event.MapRead(route(4, B)), now).actions()).isEmpty();
  }

  @Test
  void after_421_any_newer_map_is_a_reason_to_try_again() {
    Pursuit pursuit = begun(false, route(1, A));
    pursuit.start();
    Step parked = pursuit.on(new Event.Replied(1, Reply.NOT_OWNER), now);
    assertThat(parked.actions()).containsExactly(new Action.Park(Trouble.NOT_OWNER));
    assertThat(parked.wakeAtNanos() - now).isEqualTo(Duration.ofMillis(50).toNanos());
    assertThat(pursuit.on(new Event.MapRead(route(2, A)), after(10)).actions())
        .containsExactly(new Action.Send(2, A));
  }

  @Test
  void after_421_without_a_newer_map_the_node_is_asked_again_after_50_ms() {
    Pursuit pursuit = begun(false, route(1, A));
    pursuit.start();
    pursuit.on(new Event.Replied(1, Reply.NOT_OWNER), now);
    assertThat(pursuit.on(TICK, after(49)).actions()).isEmpty();
    assertThat(pursuit.on(TICK, after(1)).actions()).containsExactly(new Action.Send(2, A));
  }

  @ParameterizedTest
  @EnumSource(names = {"REFUSED", "UNREACHED", "UNSENT", "UNKNOWN", "LOST"})
  void a_failed_owner_is_tried_again_after_a_pause_and_another_one_at_once(Reply reply) {
    Pursuit pursuit = begun(false, route(1, A));
    pursuit.start();
    Step parked = pursuit.on(new Event.Replied(1, reply), now);
    assertThat(Duration.ofNanos(parked.wakeAtNanos() - now))
        .isBetween(Duration.ofMillis(10), Duration.ofMillis(20));
    assertThat(pursuit.on(new Event.MapRead(route(2, A)), after(1)).actions()).isEmpty();
    assertThat(pursuit.on(new Event.MapRead(route(3, B)), after(1)).actions())
        .containsExactly(new Action.Send(2, B));
  }

  @Test
  void pauses_double_up_to_100_ms() {
    for (int attempt = 1; attempt < 40; attempt++) {
      double most = Math.min(100, 20 * Math.pow(2, attempt - 1));
      assertThat(LIMITS.pauseNanos(attempt, 0)).isEqualTo((long) (most / 2 * 1e6));
      assertThat(LIMITS.pauseNanos(attempt, 0.999_999))
          .isBetween((long) (most * 0.99 * 1e6), (long) (most * 1e6));
    }
  }

  @Test
  void without_an_owner_it_parks_two_seconds_and_then_refuses() {
    Pursuit pursuit = begun(false, nobody(1));
    Step parked = pursuit.start();
    assertThat(parked.actions()).containsExactly(new Action.Park(Trouble.NO_OWNER));
    assertThat(parked.wakeAtNanos() - now).isEqualTo(LIMITS.park().toNanos());
    assertThat(pursuit.on(new Event.MapRead(nobody(2)), after(1000)).actions()).isEmpty();
    assertThat(pursuit.on(TICK, after(1000)).actions())
        .containsExactly(
            new Action.GiveUp(Outcome.REFUSED, Trouble.NO_OWNER, 0, LIMITS.park().toNanos()));
  }

  @Test
  void one_attempt_of_unknown_fate_makes_the_whole_write_unknown() {
    Pursuit pursuit = begun(false, route(1, A));
    pursuit.start();
    pursuit.on(new Event.Replied(1, Reply.LOST), now);
    pursuit.on(new Event.MapRead(nobody(2)), now);
    Step end = pursuit.on(TICK, after(2000));
    assertThat(end.actions())
        .containsExactly(
            new Action.GiveUp(Outcome.UNKNOWN, Trouble.LOST, 1, LIMITS.park().toNanos()));
  }

  @Test
  void a_safe_request_of_unknown_fate_is_refused() {
    Pursuit pursuit = begun(true, route(1, A));
    pursuit.start();
    pursuit.on(new Event.Replied(1, Reply.LOST), now);
    pursuit.on(new Event.MapRead(nobody(2)), now);
    assertThat(pursuit.on(TICK, after(2000)).actions())
        .containsExactly(
            new Action.GiveUp(Outcome.REFUSED, Trouble.LOST, 1, LIMITS.park().toNanos()));
  }

  @Test
  void a_silent_attempt_is_abandoned_after_its_timeout_and_the_deadline_ends_the_next() {
    Pursuit pursuit = begun(false, route(1, A));
    pursuit.start();
    Step step = pursuit.on(TICK, after(3000));
    assertThat(step.actions())
        .containsExactly(new Action.Abandon(1, Trouble.SILENT), new Action.Park(Trouble.SILENT));
    now = step.wakeAtNanos();
    Step again = pursuit.on(TICK, now);
    assertThat(again.actions()).containsExactly(new Action.Send(2, A));
    Step end = pursuit.on(TICK, again.wakeAtNanos());
    assertThat(end.actions()).hasSize(2);
    assertThat(end.actions().getLast())
        .isInstanceOfSatisfying(
            Action.GiveUp.class, up -> assertThat(up.outcome()).isEqualTo(Outcome.UNKNOWN));
  }

  @Test
  void a_dropped_call_abandons_its_attempt_and_does_nothing_more() {
    Pursuit pursuit = begun(true, route(1, A));
    pursuit.start();
    Step step = pursuit.on(new Event.Dropped(), now);
    assertThat(step.actions()).containsExactly(new Action.Abandon(1, Trouble.DROPPED));
    assertThat(step.done()).isTrue();
    assertThat(pursuit.on(new Event.MapRead(route(9, B)), now).actions()).isEmpty();
  }

  @Test
  void an_oversized_answer_ends_the_call() {
    Pursuit pursuit = begun(false, route(1, A));
    pursuit.start();
    assertThat(pursuit.on(new Event.Replied(1, Reply.OVERSIZED), now).actions())
        .containsExactly(new Action.GiveUp(Outcome.UNKNOWN, Trouble.OVERSIZED, 1, 0));
  }

  @Test
  void a_read_that_says_what_was_seen_asks_its_owner_first() {
    Step step = beginsWithSeen(route(1, A, STANDBY)).start();
    assertThat(step.actions()).containsExactly(new Action.Send(1, A));
  }

  @ParameterizedTest
  @EnumSource(names = {"NOT_OWNER", "REFUSED", "UNREACHED", "UNSENT", "UNKNOWN", "LOST"})
  void where_the_owner_does_not_serve_a_standby_is_asked_at_once_instead_of_parking(Reply reply) {
    Pursuit pursuit = beginsWithSeen(route(1, A, STANDBY, B));
    pursuit.start();
    Step asked = pursuit.on(new Event.Replied(1, reply), now);
    assertThat(asked.actions()).containsExactly(new Action.Send(2, STANDBY));
    assertThat(asked.wakeAtNanos() - now).isEqualTo(LIMITS.standby().toNanos());
    Step end = pursuit.on(new Event.Replied(2, Reply.FINAL), after(1));
    assertThat(end.actions()).containsExactly(new Action.PassOn(2, 0));
    assertThat(end.done()).isTrue();
  }

  @Test
  void without_an_owner_a_standby_is_asked_at_once() {
    Pursuit pursuit =
        beginsWithSeen(new Route(version(1), Optional.empty(), List.of(STANDBY), false));
    assertThat(pursuit.start().actions()).containsExactly(new Action.Send(1, STANDBY));
    Step parked = pursuit.on(new Event.Replied(1, Reply.NOT_OWNER), now);
    assertThat(parked.actions()).containsExactly(new Action.Park(Trouble.NO_OWNER));
    assertThat(pursuit.on(new Event.MapRead(route(2, A)), after(5)).actions())
        .containsExactly(new Action.Send(2, A));
  }

  @Test
  void an_owner_that_was_silent_is_left_for_a_standby() {
    Pursuit pursuit = beginsWithSeen(route(1, A, STANDBY));
    pursuit.start();
    assertThat(pursuit.on(TICK, after(3000)).actions())
        .containsExactly(new Action.Abandon(1, Trouble.SILENT), new Action.Send(2, STANDBY));
  }

  @ParameterizedTest
  @EnumSource(
      names = {"NOT_OWNER", "REFUSED", "UNREACHED", "UNSENT", "UNKNOWN", "LOST", "OVERSIZED"})
  void where_the_standby_does_not_answer_it_goes_on_as_if_none_had_been_asked(Reply reply) {
    Pursuit pursuit = beginsWithSeen(route(1, A, STANDBY));
    pursuit.start();
    pursuit.on(new Event.Replied(1, Reply.UNREACHED), now);
    Step parked = pursuit.on(new Event.Replied(2, reply), after(1));
    assertThat(parked.actions()).containsExactly(new Action.Park(Trouble.UNREACHABLE));
    assertThat(Duration.ofNanos(parked.wakeAtNanos() - now))
        .isBetween(Duration.ofMillis(10), Duration.ofMillis(20));
    now = parked.wakeAtNanos();
    assertThat(pursuit.on(TICK, now).actions()).containsExactly(new Action.Send(3, A));
    assertThat(pursuit.on(new Event.Replied(3, Reply.NOT_OWNER), now).actions())
        .as("one standby, once")
        .containsExactly(new Action.Park(Trouble.NOT_OWNER));
  }

  @Test
  void a_silent_standby_is_left_after_half_a_second() {
    Pursuit pursuit = beginsWithSeen(route(1, A, STANDBY));
    pursuit.start();
    pursuit.on(new Event.Replied(1, Reply.NOT_OWNER), now);
    assertThat(pursuit.on(TICK, after(499)).actions()).isEmpty();
    assertThat(pursuit.on(TICK, after(1)).actions())
        .containsExactly(new Action.Abandon(2, Trouble.SILENT), new Action.Park(Trouble.NOT_OWNER));
    assertThat(pursuit.on(new Event.Replied(2, Reply.FINAL), now).actions()).isEmpty();
  }

  @Test
  void a_newer_map_that_names_another_owner_is_followed_away_from_the_standby() {
    Pursuit pursuit = beginsWithSeen(route(1, A, STANDBY));
    pursuit.start();
    pursuit.on(new Event.Replied(1, Reply.UNREACHED), now);
    assertThat(pursuit.on(new Event.MapRead(route(2, A, STANDBY)), after(1)).actions()).isEmpty();
    assertThat(pursuit.on(new Event.MapRead(route(3, B, STANDBY)), after(1)).actions())
        .containsExactly(new Action.Abandon(2, Trouble.MOVED), new Action.Send(3, B));
  }

  @Test
  void a_read_that_nobody_waits_for_leaves_the_standby() {
    Pursuit pursuit = beginsWithSeen(route(1, A, STANDBY));
    pursuit.start();
    pursuit.on(new Event.Replied(1, Reply.UNREACHED), now);
    Step end = pursuit.on(new Event.Dropped(), now);
    assertThat(end.actions()).containsExactly(new Action.Abandon(2, Trouble.DROPPED));
    assertThat(end.done()).isTrue();
  }

  @Test
  void a_request_that_shows_nothing_never_goes_to_a_standby() {
    Pursuit pursuit = begun(true, route(1, A, STANDBY));
    pursuit.start();
    assertThat(pursuit.on(new Event.Replied(1, Reply.NOT_OWNER), now).actions())
        .containsExactly(new Action.Park(Trouble.NOT_OWNER));
  }

  @Test
  void a_write_cannot_ask_a_standby() {
    assertThatThrownBy(
            () -> new Pursuit(LIMITS, false, true, route(1, A), new Random(1), Door.OPEN, now))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void at_a_full_node_it_waits_for_its_turn_and_then_sends() {
    SaidDoor door = new SaidDoor(Admission.QUEUE);
    Pursuit pursuit = before(door, true, route(1, A));
    Step waits = pursuit.start();
    assertThat(waits.actions()).containsExactly(new Action.Park(Trouble.CROWDED));
    assertThat(waits.wakeAtNanos() - now).isEqualTo(LIMITS.park().toNanos());
    assertThat(pursuit.on(new Event.MapRead(route(2, A)), after(1)).actions()).isEmpty();
    door.says = Admission.ENTER;
    assertThat(pursuit.on(new Event.Turn(), after(9)).actions())
        .containsExactly(new Action.Send(1, A));
    assertThat(pursuit.on(new Event.Replied(1, Reply.FINAL), now).actions())
        .containsExactly(new Action.PassOn(1, Duration.ofMillis(10).toNanos()));
    assertThat(door.left).containsExactly(Ending.ANSWERED);
  }

  @Test
  void who_waits_for_a_place_gives_up_at_the_park_limit_and_nothing_happened() {
    SaidDoor door = new SaidDoor(Admission.QUEUE);
    Pursuit pursuit = before(door, false, route(1, A));
    pursuit.start();
    assertThat(pursuit.on(TICK, after(2000)).actions())
        .containsExactly(
            new Action.GiveUp(Outcome.REFUSED, Trouble.CROWDED, 0, LIMITS.park().toNanos()));
    assertThat(door.left).containsExactly(Ending.LEFT);
  }

  @Test
  void who_waits_for_a_place_leaves_when_the_owner_changes_or_nobody_waits() {
    SaidDoor door = new SaidDoor(Admission.QUEUE);
    Pursuit moving = before(door, false, route(1, A));
    moving.start();
    door.says = Admission.ENTER;
    assertThat(moving.on(new Event.MapRead(route(2, B)), after(5)).actions())
        .containsExactly(new Action.Send(1, B));
    assertThat(moving.on(new Event.Turn(), now).actions()).as("a turn too late").isEmpty();
    door.says = Admission.QUEUE;
    Pursuit dropped = before(door, false, route(1, A));
    dropped.start();
    assertThat(dropped.on(new Event.Dropped(), now).done()).isTrue();
    assertThat(door.left).containsExactly(Ending.LEFT, Ending.LEFT);
  }

  @Test
  void where_too_many_wait_already_it_is_refused_at_once() {
    assertThat(before(new SaidDoor(Admission.FULL), false, route(1, A)).start().actions())
        .containsExactly(new Action.GiveUp(Outcome.REFUSED, Trouble.CROWDED, 0, 0));
  }

  @ParameterizedTest
  @EnumSource(names = {"BARRED", "SPENT"})
  void where_it_is_not_let_in_it_parks_and_knocks_again_after_a_pause(Admission admission) {
    SaidDoor door = new SaidDoor(admission);
    Pursuit pursuit = before(door, false, route(1, A));
    Step parked = pursuit.start();
    assertThat(parked.actions())
        .containsExactly(new Action.Park(Trouble.valueOf(admission.name())));
    assertThat(pursuit.on(new Event.MapRead(route(2, A)), after(1)).actions())
        .as("no reason to knock before the pause is over")
        .isEmpty();
    door.says = Admission.ENTER;
    now = parked.wakeAtNanos();
    assertThat(pursuit.on(TICK, now).actions()).containsExactly(new Action.Send(1, A));
    assertThat(door.purposes).containsExactly(Purpose.FIRST, Purpose.FOLLOW);
  }

  @Test
  void a_read_that_shows_what_it_has_seen_goes_to_a_standby_at_once_where_the_owner_is_barred() {
    SaidDoor door = new SaidDoor(Admission.BARRED);
    door.atStandby = Admission.ENTER;
    Pursuit pursuit =
        new Pursuit(LIMITS, true, true, route(1, A, STANDBY), new Random(1), door, now);
    assertThat(pursuit.start().actions()).containsExactly(new Action.Send(1, STANDBY));
  }

  @Test
  void a_read_that_shows_what_it_has_seen_goes_past_a_suspect_owner_and_back_if_that_fails() {
    Route suspect = new Route(version(1), Optional.of(A), List.of(STANDBY), true);
    Pursuit pursuit = beginsWithSeen(suspect);
    assertThat(pursuit.start().actions()).containsExactly(new Action.Send(1, STANDBY));
    assertThat(pursuit.on(new Event.Replied(1, Reply.NOT_OWNER), after(1)).actions())
        .containsExactly(new Action.Send(2, A));
    Pursuit answered = beginsWithSeen(suspect);
    answered.start();
    assertThat(answered.on(new Event.MapRead(route(2, A, STANDBY)), now).actions()).isEmpty();
    assertThat(answered.on(new Event.Replied(1, Reply.FINAL), now).done()).isTrue();
    assertThat(begun(true, suspect).start().actions())
        .as("others have no choice")
        .containsExactly(new Action.Send(1, A));
  }

  @Test
  void what_an_attempt_is_for() {
    SaidDoor door = new SaidDoor(Admission.ENTER);
    Pursuit pursuit = before(door, false, route(1, A));
    pursuit.start();
    Step parked = pursuit.on(new Event.Replied(1, Reply.NOT_OWNER), now);
    now = parked.wakeAtNanos();
    pursuit.on(TICK, now);
    pursuit.on(new Event.Replied(2, Reply.NOT_OWNER), now);
    pursuit.on(new Event.MapRead(route(2, A)), now);
    parked = pursuit.on(new Event.Replied(3, Reply.LOST), now);
    now = parked.wakeAtNanos();
    pursuit.on(TICK, now);
    pursuit.on(new Event.MapRead(route(3, B)), now);
    assertThat(door.purposes)
        .containsExactly(
            Purpose.FIRST, // the first attempt
            Purpose.FOLLOW, // once more after a 421: either side's map may be late
            Purpose.FOLLOW, // a newer map, after a 421
            Purpose.RETRY, // after a lost connection
            Purpose.FOLLOW); // to another owner
    assertThat(door.left)
        .containsExactly(Ending.ANSWERED, Ending.ANSWERED, Ending.FAILED, Ending.LEFT);
  }

  @Test
  void a_node_that_goes_on_saying_421_is_asked_eight_times_more_ever_more_seldom_then_it_costs() {
    Limits patient =
        Limits.of(Duration.ofSeconds(3), Duration.ofSeconds(9), Duration.ofSeconds(10));
    SaidDoor door = new SaidDoor(Admission.ENTER);
    Pursuit pursuit = new Pursuit(patient, false, false, route(1, A), new Random(1), door, now);
    pursuit.start();
    List<Long> pausesMillis = new ArrayList<>();
    for (int attempt = 1; attempt <= 10; attempt++) {
      Step parked = pursuit.on(new Event.Replied(attempt, Reply.NOT_OWNER), now);
      pausesMillis.add((parked.wakeAtNanos() - now) / 1_000_000);
      now = parked.wakeAtNanos();
      pursuit.on(TICK, now);
    }
    assertThat(pausesMillis)
        .containsExactly(50L, 100L, 150L, 200L, 250L, 300L, 350L, 400L, 400L, 400L);
    assertThat(door.purposes.getFirst()).isEqualTo(Purpose.FIRST);
    assertThat(door.purposes.subList(1, 9)).containsOnly(Purpose.FOLLOW);
    assertThat(door.purposes.subList(9, 11)).containsOnly(Purpose.RETRY);
  }

  @Test
  void after_a_failure_of_another_kind_a_421_does_not_excuse_what_came_before() {
    SaidDoor door = new SaidDoor(Admission.ENTER);
    Pursuit pursuit = before(door, false, route(1, A));
    pursuit.start();
    for (Reply reply : List.of(Reply.NOT_OWNER, Reply.REFUSED, Reply.NOT_OWNER)) {
      Step parked = pursuit.on(new Event.Replied(door.purposes.size(), reply), now);
      now = parked.wakeAtNanos();
      pursuit.on(TICK, now);
    }
    assertThat(door.purposes)
        .containsExactly(Purpose.FIRST, Purpose.FOLLOW, Purpose.RETRY, Purpose.FOLLOW);
  }

  @Test
  void a_silence_cut_short_by_the_deadline_says_nothing_about_the_node() {
    SaidDoor door = new SaidDoor(Admission.ENTER);
    Limits hasty = Limits.of(Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofMillis(120));
    Pursuit pursuit = new Pursuit(hasty, true, false, route(1, A), new Random(1), door, now);
    pursuit.start();
    assertThat(pursuit.on(TICK, after(120)).done()).isTrue();
    Pursuit patient = before(door, true, route(1, A));
    patient.start();
    patient.on(TICK, after(3000));
    assertThat(door.left).containsExactly(Ending.LEFT, Ending.FAILED);
  }

  @Test
  void a_421_that_names_the_owner_by_a_newer_map_is_followed_at_once_but_only_once() {
    Pursuit pursuit = begun(false, route(1, A));
    pursuit.start();
    assertThat(pursuit.on(new Event.Redirected(1, B, version(3)), now).actions())
        .containsExactly(new Action.Send(2, B));
    assertThat(pursuit.on(new Event.MapRead(route(2, A)), now).actions())
        .as("a map older than the word of the node")
        .isEmpty();
    Target third = target("node-c", 3);
    assertThat(pursuit.on(new Event.Redirected(2, third, version(4)), now).actions())
        .containsExactly(new Action.Park(Trouble.NOT_OWNER));
    assertThat(pursuit.on(new Event.MapRead(route(3, B)), after(1)).actions())
        .as("the map itself")
        .containsExactly(new Action.Send(3, B));
    assertThat(pursuit.on(new Event.Redirected(3, third, version(4)), now).actions())
        .as("one hop more, now that a map has come")
        .containsExactly(new Action.Send(4, third));
  }

  @Test
  void a_421_that_names_an_owner_by_an_old_map_or_itself_is_not_followed() {
    Pursuit old = begun(false, route(5, A));
    old.start();
    assertThat(old.on(new Event.Redirected(1, B, version(5)), now).actions())
        .containsExactly(new Action.Park(Trouble.NOT_OWNER));
    Pursuit itself = begun(false, route(5, A));
    itself.start();
    assertThat(itself.on(new Event.Redirected(1, A, version(6)), now).actions())
        .containsExactly(new Action.Park(Trouble.NOT_OWNER));
    assertThat(itself.on(new Event.Redirected(7, B, version(6)), now).actions())
        .as("an attempt that nobody made")
        .isEmpty();
  }

  @Test
  void a_map_that_confirms_the_named_owner_changes_nothing_and_a_newer_one_is_followed() {
    Pursuit pursuit = begun(false, route(1, A));
    pursuit.start();
    pursuit.on(new Event.Redirected(1, B, version(3)), now);
    assertThat(pursuit.on(new Event.MapRead(route(3, B)), now).actions()).isEmpty();
    Target third = target("node-c", 3);
    assertThat(pursuit.on(new Event.MapRead(route(4, third)), now).actions())
        .containsExactly(new Action.Abandon(2, Trouble.MOVED), new Action.Send(3, third));
  }

  private Pursuit before(SaidDoor door, boolean safe, Route route) {
    return new Pursuit(LIMITS, safe, false, route, new Random(1), door, now);
  }

  /** A door that says what the test says. */
  private static final class SaidDoor implements Door {
    private final List<Purpose> purposes = new ArrayList<>();
    private final List<Ending> left = new ArrayList<>();
    private Admission atStandby = Admission.FULL;
    private Admission says;

    SaidDoor(Admission says) {
      this.says = says;
    }

    @Override
    public Admission knock(Target target, Purpose purpose, long deadlineNanos, long nowNanos) {
      if (purpose == Purpose.STANDBY) {
        return atStandby;
      }
      purposes.add(purpose);
      return says;
    }

    @Override
    public void leave(Ending ending, long nowNanos) {
      left.add(ending);
    }
  }

  private long after(long millis) {
    now += Duration.ofMillis(millis).toNanos();
    return now;
  }

  static Target target(String node, long grant) {
    return new Target(new NodeId(node), URI.create("http://" + node), new Incarnation(1), grant);
  }

  static Route route(long offset, Target target, Target... standbys) {
    return new Route(version(offset), Optional.of(target), List.of(standbys), false);
  }

  static Route nobody(long offset) {
    return new Route(version(offset), Optional.empty(), List.of(), false);
  }

  private static MapVersion version(long offset) {
    return new MapVersion(new Epoch(1, 1), offset);
  }
}
