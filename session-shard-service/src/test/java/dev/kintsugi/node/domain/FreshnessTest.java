package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One node, driven by hand, that was last at its log's end long ago. The compaction lag is 1 h. */
class FreshnessTest {

  private static final SlotId SLOT = SimWorld.SLOT;
  private static final NodeId SELF = new NodeId("node-1");
  private static final NodeId OTHER = new NodeId("node-2");
  private static final Incarnation INCARNATION = new Incarnation(1);
  private static final Duration LONG = Duration.ofMinutes(46);

  private final List<Action> out = new ArrayList<>();
  private final NodeMachine node =
      new NodeMachine(
          SELF,
          SimWorld.AREAS,
          new Lease(Duration.ofMillis(200), Duration.ofMillis(50), INCARNATION, 0),
          0,
          (_, patch) -> Optional.of(patch),
          NodeSettings.of(Duration.ofHours(1)));
  private long nanos;
  private Instant wall = Instant.EPOCH;
  private long offset;

  private void pass(Duration time) {
    nanos += time.toNanos();
    wall = wall.plus(time);
  }

  private static MapNode up(NodeId id) {
    return new MapNode(
        id, URI.create("http://" + id), INCARNATION, MapNode.State.UP, Optional.empty());
  }

  private void follow(NodeId owner) {
    List<NodeId> standbys = owner.equals(SELF) ? List.of() : List.of(SELF);
    node.onMap(
        ShardMap.of(
            new MapVersion(new Epoch(1, 1), 1),
            List.of(up(SELF), up(OTHER)),
            Map.of(Area.SESSION, List.of(SlotAssignment.ownedBy(owner, standbys, 1)))),
        nanos,
        wall,
        out);
    node.onFollowed(SLOT);
    atEnd();
  }

  private void atEnd() {
    node.onAtEnd(SLOT, new Moment(nanos, wall), nanos, wall, out);
  }

  private SlotFold.Outcome entry(long grant) {
    return node.onEntry(
        SLOT,
        offset++,
        new SlotEntry.Owned(
            new Epoch(grant, 1), new Incarnation(9), OTHER, Duration.ofMillis(200), 0),
        nanos,
        wall,
        out);
  }

  private SlotView view() {
    return node.view(SLOT).orElseThrow();
  }

  private boolean isReadAnew() {
    return out.contains(new Action.Unfollow(SLOT)) && view().nextOffset() == 0;
  }

  private void serve() {
    follow(SELF);
    node.onTick(nanos, wall, out);
    node.onBeat(INCARNATION, 1, nanos, wall, out);
    for (Action action : List.copyOf(out)) {
      if (action instanceof Action.Append append) {
        var _ = node.onEntry(SLOT, offset++, append.entry(), nanos, wall, out);
      }
    }
    assertThat(node.serves(SLOT)).isTrue();
  }

  @Test
  void a_record_read_long_after_the_logs_end_was_seen_is_not_applied_and_the_slot_is_read_anew() {
    follow(OTHER);
    assertThat(entry(1)).isEqualTo(SlotFold.Outcome.APPLIED);
    pass(LONG);
    assertThat(entry(2)).isEqualTo(SlotFold.Outcome.DUPLICATE);
    assertThat(isReadAnew()).isTrue();
    assertThat(view().caughtUp()).isFalse();
  }

  @Test
  void a_copy_that_sees_the_logs_end_time_and_again_goes_on() {
    follow(OTHER);
    for (int i = 1; i < 10; i++) {
      pass(Duration.ofMinutes(40));
      atEnd();
      assertThat(entry(i)).isEqualTo(SlotFold.Outcome.APPLIED);
    }
    assertThat(view().caughtUp()).isTrue();
  }

  @Test
  void a_copy_that_has_not_seen_the_logs_end_for_long_does_not_count_until_it_does() {
    follow(OTHER);
    entry(1);
    pass(LONG);
    node.onTick(nanos, wall, out);
    assertThat(view().caughtUp()).isFalse();
    atEnd();
    assertThat(view().caughtUp()).isTrue();
    assertThat(view().nextOffset()).isEqualTo(1);
  }

  @Test
  void the_wall_clock_counts_where_the_ticker_stood_still() {
    follow(OTHER);
    entry(1);
    wall = wall.plus(LONG);
    entry(2);
    assertThat(isReadAnew()).isTrue();
  }

  @Test
  void the_ticker_counts_where_the_wall_clock_was_set_back() {
    follow(OTHER);
    entry(1);
    nanos += LONG.toNanos();
    wall = wall.minus(LONG);
    entry(2);
    assertThat(isReadAnew()).isTrue();
  }

  @Test
  void an_owner_that_has_not_seen_the_logs_end_for_long_stops_serving() {
    serve();
    pass(LONG);
    node.onTick(nanos, wall, out);
    assertThat(node.serves(SLOT)).isFalse();
    assertThat(isReadAnew()).isTrue();
  }

  @Test
  void a_request_that_comes_before_anything_else_after_a_long_suspension_is_not_answered() {
    serve();
    wall = wall.plus(LONG);
    ShardKey key = new ShardKey(SimWorld.session(1), Area.SESSION);
    out.clear();
    node.onRequest(7, new Request.Read(SLOT, key), nanos + 1_000_000, nanos, wall, out);
    assertThat(node.serves(SLOT)).isFalse();
    assertThat(out).noneMatch(Action.Reply.class::isInstance);
  }

  @Test
  void a_copy_whose_first_reading_took_too_long_is_not_shown_as_caught_up() {
    follow(OTHER);
    Moment begun = new Moment(nanos, wall);
    node.onSlotLogLost(SLOT, nanos, wall, out);
    node.onFollowed(SLOT);
    pass(LONG);
    node.onAtEnd(SLOT, begun, nanos, wall, out);
    assertThat(view().caughtUp()).isFalse();
  }
}
