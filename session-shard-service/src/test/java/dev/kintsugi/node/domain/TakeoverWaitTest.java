package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
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

/** For how long a node that takes over waits for the lease of the one before it, in ms. */
class TakeoverWaitTest {

  private static final SlotId SLOT = new SlotId(Area.SESSION, 0);
  private static final NodeId SELF = new NodeId("node-1");
  private static final NodeId DEAD = new NodeId("node-2");
  private static final Incarnation OWN = new Incarnation(1);
  private static final Incarnation ITS = new Incarnation(2);
  private static final Duration LEASE = Duration.ofMillis(200);

  /** 1 % more than the lease. */
  private static final long WAIT = 202;

  private static final long FENCED = 1_000;

  private final List<Action> out = new ArrayList<>();
  private final NodeMachine machine =
      new NodeMachine(
          SELF,
          Areas.of(List.of(new AreaPolicy(Area.SESSION, 1, 2, 1_000))),
          new Lease(LEASE, Duration.ofMillis(100), OWN, 0),
          0,
          (_, patch) -> Optional.of(patch),
          NodeSettings.of(Duration.ofHours(1)));
  private long offset;

  private static long nanos(long millis) {
    return millis * 1_000_000;
  }

  private static Instant wall(long millis) {
    return Instant.EPOCH.plusMillis(millis);
  }

  private static ShardMap map(int nodes, int version) {
    List<MapNode> all = new ArrayList<>();
    for (int i = 1; i <= nodes; i++) {
      all.add(
          new MapNode(
              new NodeId("node-" + i),
              URI.create("http://n" + i),
              new Incarnation(i),
              i == 2 ? MapNode.State.DEAD : MapNode.State.UP,
              Optional.empty()));
    }
    return ShardMap.of(
        new MapVersion(new Epoch(1, 1), version),
        all,
        Map.of(Area.SESSION, List.of(SlotAssignment.ownedBy(SELF, List.of(), 2))));
  }

  private void beat(Incarnation of, long sequence, long millis) {
    machine.onBeat(of, sequence, nanos(millis), wall(millis), out);
  }

  private void entry(SlotEntry entry, long millis) {
    var _ = machine.onEntry(SLOT, offset++, entry, nanos(millis), wall(millis), out);
  }

  /** The slot's log names the other as owner; this node has asked for the slot and for a fence. */
  private void takeOver(int nodes, long millis) {
    takeOver(nodes, OWN, millis);
  }

  private void takeOver(int nodes, Incarnation own, long millis) {
    machine.onMap(map(nodes, 1), nanos(millis), wall(millis), out);
    machine.onFollowed(SLOT);
    entry(new SlotEntry.Owned(new Epoch(1, 1), ITS, DEAD, LEASE, 1), millis);
    entry(new SlotEntry.Settled(new Epoch(1, 1), ITS), millis);
    machine.onAtEnd(
        SLOT, new Moment(nanos(millis), wall(millis)), nanos(millis), wall(millis), out);
    machine.onTick(nanos(millis), wall(millis), out);
    beat(own, 1, millis);
    List<Action> due = List.copyOf(out);
    out.clear();
    due.stream()
        .filter(Action.Append.class::isInstance)
        .forEach(append -> entry(((Action.Append) append).entry(), millis));
    assertThat(due).contains(new Action.AppendFence(DEAD, ITS, 1));
  }

  /** When the slot is served first, the fence having been read at {@link #FENCED}. */
  private long servedAt() {
    machine.onFence(ITS, nanos(FENCED), wall(FENCED), out);
    long millis = FENCED;
    while (!machine.serves(SLOT) && millis < FENCED + 10_000) {
      millis++;
      machine.onTick(nanos(millis), wall(millis), out);
    }
    return millis;
  }

  @Test
  void who_has_read_no_heartbeat_waits_for_a_lease_from_the_reading_of_the_fence() {
    takeOver(2, 990);
    assertThat(servedAt()).isEqualTo(FENCED + WAIT);
  }

  @Test
  void who_has_read_them_all_waits_from_the_last_one() {
    beat(ITS, 7, 700);
    beat(ITS, 8, 850);
    takeOver(2, 990);
    assertThat(servedAt()).isEqualTo(850 + WAIT);
  }

  @Test
  void one_that_comes_back_late_counts_when_it_was_read() {
    beat(ITS, 8, 850);
    takeOver(2, 990);
    beat(ITS, 9, 999);
    assertThat(servedAt()).isEqualTo(999 + WAIT);
  }

  @Test
  void who_was_silent_for_longer_than_a_lease_is_not_waited_for() {
    beat(ITS, 7, 700);
    takeOver(2, 990);
    assertThat(servedAt()).isEqualTo(FENCED);
  }

  @Test
  void heartbeats_after_the_fence_prove_nothing() {
    beat(ITS, 8, 850);
    takeOver(2, 990);
    machine.onFence(ITS, nanos(FENCED), wall(FENCED), out);
    beat(ITS, 9, FENCED + 1);
    machine.onFence(ITS, nanos(FENCED + 2), wall(FENCED + 2), out);
    assertThat(servedAt()).isEqualTo(850 + WAIT);
  }

  @Test
  void where_heartbeats_may_have_been_missed_the_fence_counts() {
    beat(ITS, 7, 700);
    machine.onBeatsMissed();
    takeOver(2, 990);
    assertThat(servedAt()).isEqualTo(FENCED + WAIT);
  }

  @Test
  void a_node_that_lost_its_place_in_the_lease_log_may_have_missed_some() {
    Incarnation next = new Incarnation(9);
    beat(ITS, 7, 700);
    machine.onLeaseLogLost(out);
    assertThat(out).contains(new Action.Rejoin());
    out.clear();
    machine.onRejoin(next, nanos(800));
    takeOver(2, next, 990);
    assertThat(servedAt()).isEqualTo(FENCED + WAIT);
  }

  @Test
  void while_a_slot_is_on_its_way_the_node_does_not_rest() {
    takeOver(2, 990);
    machine.onTick(nanos(995), wall(995), out);
    assertThat(machine.isResting()).as("waits for the fence").isFalse();
    long served = servedAt();
    assertThat(machine.isResting()).as("has just been served").isTrue();
    machine.onMap(map(2, 2), nanos(served), wall(served), out);
    assertThat(machine.isResting()).as("has read a map").isFalse();
    machine.onTick(nanos(served + 1), wall(served + 1), out);
    assertThat(machine.isResting()).isTrue();
    machine.onWriterLost(nanos(served + 2), out);
    assertThat(machine.isResting()).as("takes its slot anew").isFalse();
  }

  @Test
  void those_read_after_that_count_again() {
    beat(ITS, 7, 700);
    machine.onBeatsMissed();
    beat(ITS, 9, 900);
    takeOver(2, 990);
    assertThat(servedAt()).isEqualTo(900 + WAIT);
  }

  @Test
  void among_many_nodes_each_reads_its_own_heartbeats_alone() {
    beat(ITS, 7, 700);
    takeOver(33, 990);
    beat(ITS, 8, 995);
    assertThat(servedAt()).isEqualTo(FENCED + WAIT);
  }

  @Test
  void that_is_said_once() {
    machine.onMap(map(32, 1), 0, Instant.EPOCH, out);
    assertThat(out).doesNotContain(new Action.WatchNoMore());
    for (int version = 2; version <= 4; version++) {
      machine.onMap(map(33, version), 0, wall(0), out);
    }
    assertThat(out).containsOnlyOnce(new Action.WatchNoMore());
  }
}
