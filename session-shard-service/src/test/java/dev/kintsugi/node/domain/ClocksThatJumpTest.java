package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.adapter.proto.SlotCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A node whose wall clock is set, or whose ticker stands still: nothing that was acknowledged is
 * lost, no session ends before its time, no lease gets longer.
 */
class ClocksThatJumpTest {

  private static final Area AREA = ClockedNode.AREA;
  private static final SessionId SESSION = ClockedNode.session(1);
  private static final Duration IDLE = Duration.ofMinutes(30);

  /** An end comes within this time after it was due. */
  private static final Duration LATE = Duration.ofSeconds(12);

  private static final long KEY = 77;

  private final ClockedNode node = new ClockedNode();

  private void make() {
    assertThat(node.create(SESSION, Optional.of(IDLE))).isInstanceOf(Answer.Applied.class);
    assertThat(node.create(SESSION, "1", KEY)).isInstanceOf(Answer.Applied.class);
  }

  private void setClock(long seconds) {
    node.wall = node.wall.plusSeconds(seconds);
    node.tick();
  }

  private void assertContent(String json) {
    assertThat(node.read(SESSION, AREA))
        .isInstanceOfSatisfying(
            Answer.Found.class,
            found -> assertThat(found.shard().content()).isEqualTo(ClockedNode.content(json)));
  }

  @ParameterizedTest(name = "set by {0} s")
  @ValueSource(longs = {86_400, 3_000, 60, -60, -3_600, -2_000_000_000})
  void what_was_acknowledged_is_there_after_a_wall_clock_was_set_and_can_be_changed(long seconds) {
    make();
    setClock(seconds);
    assertContent("1");
    assertThat(node.write(SESSION, AREA, new Change.Put(ClockedNode.content("2"))))
        .isInstanceOf(Answer.Applied.class);
    node.pass(Duration.ofSeconds(30));
    assertContent("2");
    setClock(-seconds);
    assertContent("2");
    assertThat(node.machine.quarantined(1)).isEmpty();
    ClockedNode again = new ClockedNode(node.logs);
    assertThat(again.read(SESSION, AREA)).isInstanceOf(Answer.Found.class);
    assertThat(again.read(SESSION, Area.SESSION)).isInstanceOf(Answer.Found.class);
  }

  @Test
  void a_day_forward_makes_the_node_read_its_slots_anew_and_yet_ends_no_session_early() {
    make();
    int readings = node.readings;
    setClock(86_400);
    assertThat(node.readings).isGreaterThan(readings);
    node.pass(IDLE.minusSeconds(5));
    assertThat(node.due).isEmpty();
    node.pass(LATE.plusSeconds(5));
    assertThat(node.due).contains(SESSION);
  }

  @ParameterizedTest(name = "set by {0} s")
  @ValueSource(longs = {3_600, 60, -60, -3_600, -2_000_000_000})
  void a_session_is_due_when_its_time_has_passed_whatever_a_clock_was_set_to(long seconds) {
    make();
    node.pass(Duration.ofMinutes(10));
    setClock(seconds);
    node.pass(IDLE.minusMinutes(10).minusSeconds(5));
    assertThat(node.due).isEmpty();
    node.pass(LATE.plusSeconds(5).plusSeconds(60));
    assertThat(node.due).contains(SESSION);
  }

  @Test
  void a_session_that_is_made_after_a_day_forward_is_due_after_its_timeout() {
    setClock(86_400);
    make();
    node.pass(IDLE.minusSeconds(5));
    assertThat(node.due).isEmpty();
    node.pass(LATE.plusSeconds(5));
    assertThat(node.due).contains(SESSION);
  }

  @ParameterizedTest(name = "set by {0} s")
  @ValueSource(longs = {86_400, 700, -700, -3_600})
  void a_repeated_key_is_known_for_its_ten_minutes_whatever_a_clock_was_set_to(long seconds) {
    make();
    setClock(seconds);
    assertThat(node.write(SESSION, AREA, new Change.Put(ClockedNode.content("2"))))
        .isInstanceOf(Answer.Applied.class);
    node.pass(WriteRules.KEY_WINDOW.minusSeconds(5));
    assertThat(node.create(SESSION, "1", KEY))
        .isInstanceOfSatisfying(
            Answer.Applied.class,
            applied -> {
              assertThat(applied.repeated()).isTrue();
              assertThat(applied.version()).isEqualTo(new ShardVersion(1));
            });
    assertContent("2");
  }

  @Test
  void a_key_stamped_by_a_clock_that_was_set_back_is_known_to_the_next_owner_for_as_long() {
    setClock(-3_600);
    make();
    ClockedNode next = new ClockedNode(node.logs);
    next.pass(WriteRules.KEY_WINDOW.minusSeconds(5));
    assertThat(next.create(SESSION, "1", KEY))
        .isInstanceOfSatisfying(
            Answer.Applied.class, applied -> assertThat(applied.repeated()).isTrue());
  }

  @Test
  void an_end_mark_outlasts_a_day_forward_so_that_the_ended_session_is_not_made_again() {
    make();
    Change end = new Change.End(SimWorld.APPLICATION, Optional.of(SimWorld.USER));
    assertThat(node.write(SESSION, AREA, end)).isInstanceOf(Answer.Applied.class);
    setClock(86_400);
    node.pass(Lifetimes.END_MARK.minusMinutes(1));
    assertThat(node.create(SESSION, "2", KEY + 1))
        .isInstanceOfSatisfying(
            Answer.Refused.class, refused -> assertThat(refused.why()).isEqualTo(Refusal.ENDED));
  }

  @Test
  void an_end_at_the_very_first_moment_of_1970_is_an_end_all_the_same() {
    make();
    Change end = new Change.End(SimWorld.APPLICATION, Optional.of(SimWorld.USER));
    ClockedNode reset = new ClockedNode(node.logs, Instant.EPOCH);
    assertThat(reset.write(SESSION, AREA, end))
        .isInstanceOfSatisfying(
            Answer.Applied.class,
            applied -> assertThat(applied.shard().endedAt()).contains(Instant.ofEpochMilli(1)));
    ClockedNode again = new ClockedNode(reset.logs);
    assertThat(again.read(SESSION, AREA))
        .isInstanceOfSatisfying(
            Answer.Found.class, found -> assertThat(found.shard().ended()).isTrue());
  }

  /** The machine sleeps; meanwhile somebody else takes the slot and changes the shard. */
  @Test
  void after_a_sleep_in_which_the_ticker_stood_still_no_old_content_is_answered() {
    make();
    assertContent("1");
    node.logsReachable = false;
    Epoch epoch = node.machine.view(ClockedNode.slot(AREA)).orElseThrow().epoch();
    Epoch next = epoch.next(epoch.grant() + 1);
    Incarnation other = new Incarnation(9);
    node.append(
        ClockedNode.slot(AREA),
        new SlotEntry.Owned(next, other, new NodeId("node-2"), ClockedNode.LEASE, 0));
    node.append(ClockedNode.slot(AREA), written(next, other, 2, "2"));

    node.wall = node.wall.plus(ClockedNode.LEASE.multipliedBy(50));
    long asleep = node.begin(readRequest());
    assertThat(node.answer(asleep)).as("without a proof").isEmpty();
    node.nanos += Duration.ofMillis(1).toNanos();
    node.wall = node.wall.plusMillis(1);
    node.tick();
    assertThat(node.answer(asleep)).as("without a proof").isEmpty();
    node.fenced();
    assertThat(node.answer(asleep).orElseThrow())
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused -> assertThat(refused.why()).isEqualTo(Refusal.NOT_OWNER));
  }

  @Test
  void after_a_sleep_that_nobody_noticed_the_next_heartbeat_proves_the_lease_anew() {
    make();
    node.wall = node.wall.plus(ClockedNode.LEASE.multipliedBy(50));
    long asleep = node.begin(readRequest());
    assertThat(node.answer(asleep)).isEmpty();
    node.pass(Duration.ofSeconds(1));
    assertThat(node.answer(asleep).orElseThrow()).isInstanceOf(Answer.Found.class);
  }

  @ParameterizedTest(name = "set by {0} s")
  @ValueSource(longs = {86_400, 1, -1, -3_600, -2_000_000_000})
  void a_wall_clock_that_is_set_makes_no_lease_longer(long seconds) {
    make();
    assertContent("1");
    node.logsReachable = false;
    node.wall = node.wall.plusSeconds(seconds);
    for (int i = 0; i < 40; i++) {
      node.nanos += ClockedNode.LEASE.toNanos() / 4;
      node.wall = node.wall.plus(ClockedNode.LEASE.dividedBy(4));
      Optional<Answer> answer = node.answer(node.begin(readRequest()));
      if (i >= 3) {
        assertThat(answer).isEmpty();
      }
    }
  }

  @Test
  void records_of_the_far_future_are_served_and_their_sessions_end_after_all() {
    Instant far = Instant.parse("2500-01-01T00:00:00Z");
    make();
    Map<SlotId, List<SlotCodec.Wire>> logs = new HashMap<>(node.logs);
    Epoch epoch = node.machine.view(ClockedNode.slot(Area.SESSION)).orElseThrow().epoch();
    SessionId late = ClockedNode.session(2);
    SessionFacts facts =
        new SessionFacts(
            SessionFacts.State.LIVE,
            far,
            Optional.of(IDLE),
            Optional.empty(),
            Optional.empty(),
            Optional.of(far.plusSeconds(5)));
    logs.get(ClockedNode.slot(Area.SESSION))
        .add(
            SlotCodec.encode(
                new SlotEntry.Written(
                    epoch,
                    ClockedNode.INCARNATION,
                    late,
                    new ShardVersion(1),
                    Optional.of(shard(1, Content.EMPTY, Optional.of(facts), far)))));
    ClockedNode next = new ClockedNode(logs);
    assertThat(next.read(late, Area.SESSION)).isInstanceOf(Answer.Found.class);
    next.pass(IDLE.plus(LATE));
    assertThat(next.due).contains(late);
    assertThat(next.write(late, Area.SESSION, new Change.Touch(next.wall)))
        .isInstanceOf(Answer.Applied.class);
    SessionFacts now = ((Answer.Found) next.read(late, Area.SESSION)).shard().facts().orElseThrow();
    assertThat(Lifetimes.lastActive(now)).isBeforeOrEqualTo(next.wall);
    assertThat(now.createdAt()).isBeforeOrEqualTo(next.wall);
    next.due.clear();
    next.pass(IDLE.plus(LATE).plusSeconds(60));
    assertThat(next.due).contains(late);
  }

  @Test
  void activity_never_goes_back_where_no_clock_was_wrong() {
    make();
    node.pass(Duration.ofMinutes(5));
    Instant used = node.wall;
    assertThat(node.write(SESSION, Area.SESSION, new Change.Touch(used)))
        .isInstanceOf(Answer.Applied.class);
    node.pass(Duration.ofSeconds(59));
    Instant earlier = used.minusSeconds(30);
    assertThat(node.write(SESSION, Area.SESSION, new Change.Touch(earlier)))
        .isInstanceOf(Answer.Applied.class);
    SessionFacts facts =
        ((Answer.Found) node.read(SESSION, Area.SESSION)).shard().facts().orElseThrow();
    assertThat(facts.lastActiveAt()).contains(used);
  }

  private static Request.Read readRequest() {
    return new Request.Read(ClockedNode.slot(AREA), new ShardKey(SESSION, AREA));
  }

  private static SlotEntry.Written written(Epoch epoch, Incarnation by, long version, String json) {
    return new SlotEntry.Written(
        epoch,
        by,
        SESSION,
        new ShardVersion(version),
        Optional.of(shard(version, ClockedNode.content(json), Optional.empty(), Instant.EPOCH)));
  }

  private static Shard shard(
      long version, Content content, Optional<SessionFacts> facts, Instant at) {
    return new Shard(
        SimWorld.APPLICATION,
        Optional.of(SimWorld.USER),
        new ShardVersion(version),
        content,
        List.of(
            new AppliedRequest(
                new RequestKey(3, version, 3), new ShardVersion(version), at.plusMillis(3))),
        facts,
        Optional.empty());
  }
}
