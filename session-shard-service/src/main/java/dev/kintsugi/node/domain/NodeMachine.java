package dev.kintsugi.node.domain;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A node: its lease and its slots. Told of what was read, asked and due, it says what to do. Not
 * thread-safe; one loop drives it.
 */
public final class NodeMachine {

  /**
   * With more nodes than these each would be woken by the heartbeats of all too often. It then
   * reads those of others no more, and waits for a whole lease where it takes over.
   */
  private static final int MOST_WATCHED = 32;

  private final NodeId self;
  private final Areas areas;
  private final Lease lease;
  private final WallClock wallClock = new WallClock();
  private final Fences fences = new Fences();
  private final Obituaries obituaries = new Obituaries();
  private final Map<Area, WriteRules> rules = new HashMap<>();
  private final Map<SlotId, SlotMachine> slots = new LinkedHashMap<>();

  /**
   * The epochs asked for by machines that are gone: none may be asked for twice. The first record
   * may still be under way, and compaction would keep the later one in its place, so that what was
   * written in between would be void for whoever replays the log.
   */
  private final Map<SlotId, Epoch> tried = new HashMap<>();

  private final SlotMachine.Shared shared;
  private final Room room;
  private final Rebuilds rebuilds = new Rebuilds();
  private MapVersion mapVersion = MapVersion.NONE;

  /** Whether, as of the last tick and all that has happened since, no slot is on its way. */
  private boolean resting;

  /**
   * A node that owns nothing yet.
   *
   * @param leasePartition where its heartbeats go
   */
  public NodeMachine(
      NodeId self,
      Areas areas,
      Lease lease,
      int leasePartition,
      MergePatch merge,
      NodeSettings settings) {
    this.self = self;
    this.areas = areas;
    this.lease = lease;
    this.room = new Room(settings.memoryLimit());
    this.shared =
        new SlotMachine.Shared(
            self,
            leasePartition,
            lease,
            wallClock,
            fences,
            obituaries,
            new Budget(),
            room,
            PackedBytes.empty(PackedShard.SCRATCH),
            settings);
    for (AreaPolicy policy : areas.all()) {
      rules.put(policy.area(), new WriteRules(policy, merge));
    }
  }

  public void onMap(ShardMap map, long nowNanos, Instant wall, List<Action> out) {
    if (!map.version().newerThan(mapVersion)) {
      return;
    }
    mapVersion = map.version();
    resting = false;
    if (fences.watching() && map.nodes().size() > MOST_WATCHED) {
      fences.watchNoMore();
      out.add(new Action.WatchNoMore());
    }
    obituaries.read(map);
    map.forEachSlot((slot, assignment) -> onAssignment(slot, assignment, nowNanos, wall, out));
    removeForgotten(out);
  }

  private void onAssignment(
      SlotId slot, SlotAssignment assignment, long nowNanos, Instant wall, List<Action> out) {
    Optional<AreaPolicy> policy = areas.find(slot.area());
    if (policy.isEmpty() || slot.number() >= policy.get().slots()) {
      return;
    }
    SlotMachine machine = slots.get(slot);
    if (machine == null && assignment.involves(self)) {
      machine = fresh(slot);
      slots.put(slot, machine);
      out.add(new Action.Follow(slot));
    }
    if (machine != null) {
      machine.onDuty(Duty.of(assignment, self), nowNanos, wall, out);
    }
  }

  private SlotMachine fresh(SlotId slot) {
    WriteRules ofArea = java.util.Objects.requireNonNull(rules.get(slot.area()));
    return new SlotMachine(slot, ofArea, shared, tried.getOrDefault(slot, Epoch.NONE));
  }

  private void removeForgotten(List<Action> out) {
    slots
        .values()
        .removeIf(machine -> {
          if (machine.removable()) {
            tried.put(machine.slot(), machine.tried());
            out.add(new Action.Unfollow(machine.slot()));
            rebuilds.forget(machine.slot());
            return true;
          }
          return false;
        });
  }

  /** A record of a slot log was read. */
  public SlotFold.Outcome onEntry(
      SlotId slot, long offset, SlotEntry entry, long nowNanos, Instant wall, List<Action> out) {
    SlotMachine machine = slots.get(slot);
    if (machine == null || !machine.following()) {
      return SlotFold.Outcome.DUPLICATE;
    }
    if (machine.isStale(nowNanos, wall)) {
      onSlotLogLost(slot, nowNanos, wall, out);
      return SlotFold.Outcome.DUPLICATE;
    }
    SlotFold.Outcome outcome = machine.onEntry(offset, entry, nowNanos, wall, out);
    machine
        .takeComparison()
        .ifPresent(comparison -> compared(machine, comparison, nowNanos, wall, out));
    return outcome;
  }

  /**
   * A copy that differs from its owner's is read anew. One that still does is what the log says:
   * then it is the owner's that is wrong, and this one stays to take over from it.
   */
  private void compared(
      SlotMachine machine,
      DigestChecks.Comparison comparison,
      long nowNanos,
      Instant wall,
      List<Action> out) {
    SlotId slot = machine.slot();
    if (comparison.agrees()) {
      rebuilds.agrees(slot);
      out.add(new Action.Agrees(slot, comparison.ours().offset()));
      return;
    }
    Suspect suspect = rebuilds.suspect(slot);
    out.add(
        new Action.Differs(
            slot,
            machine.fold().current().map(SlotEntry.Owned::node),
            comparison.ours(),
            comparison.owners(),
            suspect));
    if (suspect == Suspect.COPY) {
      machine.takeOut();
      rebuildIfDue(machine, nowNanos, wall, out);
    }
  }

  /** A copy that is to own its slot is not waited for. */
  private void rebuildIfDue(SlotMachine machine, long nowNanos, Instant wall, List<Action> out) {
    SlotId slot = machine.slot();
    boolean wanted = machine.duty() instanceof Duty.Own;
    if (machine.isOut() && (wanted || rebuilds.mayBegin(slot, nowNanos))) {
      rebuilds.begins(slot, nowNanos);
      onSlotLogLost(slot, nowNanos, wall, out);
    }
  }

  /**
   * What is read of a slot log from here on begins with its first record. Until then, records of an
   * earlier following may still come in; they would leave a hole before them.
   */
  public void onFollowed(SlotId slot) {
    resting = false;
    SlotMachine machine = slots.get(slot);
    if (machine != null) {
      machine.onFollowed();
    }
  }

  /**
   * All that was in a slot log at a moment has been told of. To be repeated well within the
   * compaction lag.
   */
  public void onAtEnd(SlotId slot, Moment asOf, long nowNanos, Instant wall, List<Action> out) {
    SlotMachine machine = slots.get(slot);
    if (machine != null && machine.following()) {
      machine.onAtEnd(asOf, nowNanos, wall, out);
    }
  }

  /**
   * Forgets what is served or about to be served and may lack records. A copy that only follows
   * stays: if nothing was appended meanwhile, nothing is missing.
   */
  private void forgetStale(long nowNanos, Instant wall, List<Action> out) {
    List<SlotId> stale = List.of();
    for (SlotMachine machine : slots.values()) {
      if (machine.isStale(nowNanos, wall) && !(machine.phase() instanceof Phase.Following)) {
        stale = stale.isEmpty() ? new ArrayList<>() : stale;
        stale.add(machine.slot());
      }
    }
    stale.forEach(slot -> onSlotLogLost(slot, nowNanos, wall, out));
  }

  public void onRequest(
      long token,
      Request request,
      long deadlineNanos,
      long nowNanos,
      Instant wall,
      List<Action> out) {
    SlotMachine machine = slots.get(request.slot());
    if (machine == null) {
      Position nowhere = new Position(request.slot(), dev.kintsugi.core.Epoch.NONE, 0);
      out.add(new Action.Reply(token, new Answer.Refused(Refusal.NOT_OWNER, nowhere)));
      return;
    }
    if (machine.isStale(nowNanos, wall) && !(machine.phase() instanceof Phase.Following)) {
      onSlotLogLost(request.slot(), nowNanos, wall, out);
      onRequest(token, request, deadlineNanos, nowNanos, wall, out);
      return;
    }
    machine.onRequest(new Waiting(token, request, nowNanos, deadlineNanos), nowNanos, wall, out);
  }

  /** A heartbeat was read from a lease partition. */
  public void onBeat(Incarnation of, long sequence, long nowNanos, Instant wall, List<Action> out) {
    fences.beat(of, nowNanos);
    if (lease.readBack(of, sequence, nowNanos, wall)) {
      forgetStale(nowNanos, wall, out);
      slots.values().forEach(machine -> machine.onProof(nowNanos, wall, out));
    }
  }

  /** A fence was read from a lease partition. */
  public void onFence(Incarnation of, long nowNanos, Instant wall, List<Action> out) {
    resting = false;
    fences.read(of, nowNanos);
    forgetStale(nowNanos, wall, out);
    if (lease.fence(of)) {
      slots.values().forEach(machine -> machine.onFenced(out));
      out.add(new Action.Rejoin());
    } else {
      slots.values().forEach(machine -> machine.progress(nowNanos, wall, out));
    }
  }

  /** Heartbeats of other nodes may have been missed, and none has been read since. */
  public void onBeatsMissed() {
    fences.missedBeats();
  }

  /** The read position of this node's lease partition is lost: a fence may have been missed. */
  public void onLeaseLogLost(List<Action> out) {
    resting = false;
    fences.missedBeats();
    if (lease.fence(lease.incarnation())) {
      slots.values().forEach(machine -> machine.onFenced(out));
      out.add(new Action.Rejoin());
    }
  }

  /** The read position in a slot log is lost: what was read is forgotten and read anew. */
  public void onSlotLogLost(SlotId slot, long nowNanos, Instant wall, List<Action> out) {
    resting = false;
    SlotMachine lost = slots.remove(slot);
    if (lost == null) {
      return;
    }
    lost.onFenced(out);
    tried.put(slot, lost.tried());
    SlotMachine fresh = fresh(slot);
    slots.put(slot, fresh);
    out.add(new Action.Unfollow(slot));
    out.add(new Action.Follow(slot));
    fresh.onDuty(lost.duty(), nowNanos, wall, out);
  }

  /** The node joins again under a fresh incarnation. */
  public void onRejoin(Incarnation next, long nowNanos) {
    resting = false;
    lease.rejoin(next, nowNanos);
  }

  /** An append to a slot log failed, or its fate is unknown. */
  public void onWriterLost(long nowNanos, List<Action> out) {
    resting = false;
    out.add(new Action.ReplaceWriter());
    slots.values().forEach(machine -> machine.onWriterLost(nowNanos, out));
  }

  public void onTick(long nowNanos, Instant wall, List<Action> out) {
    lease
        .beatIfDue(nowNanos, wall)
        .ifPresent(beat -> out.add(new Action.AppendBeat(lease.incarnation(), beat)));
    room.weigh(memoryBytes());
    forgetStale(nowNanos, wall, out);
    WallClock.Span now = wallClock.look(nowNanos, wall);
    boolean reading = isReading();
    slots.values().forEach(machine -> machine.onTick(nowNanos, wall, now, reading, out));
    rebuildWhatIsDue(nowNanos, wall, out);
    removeForgotten(out);
    resting = !reading && slots.values().stream().allMatch(NodeMachine::isResting);
  }

  private static boolean isResting(SlotMachine machine) {
    return switch (machine.phase()) {
      case Phase.Following _ -> !(machine.duty() instanceof Duty.Own);
      case Phase.Serving _ -> machine.duty() instanceof Duty.Own && !machine.isBehind();
      case Phase.Taking _, Phase.Fencing _, Phase.Waits _, Phase.Releasing _ -> false;
    };
  }

  /**
   * Whether nothing is likely to become due soon but what may well wait for some ten milliseconds:
   * ticks may then be fewer.
   */
  public boolean isResting() {
    return resting;
  }

  /** Whether the log of a slot that this node is to have is not read to its end. */
  private boolean isReading() {
    for (SlotMachine machine : slots.values()) {
      if (!(machine.duty() instanceof Duty.None) && !machine.caughtUp()) {
        return true;
      }
    }
    return false;
  }

  private void rebuildWhatIsDue(long nowNanos, Instant wall, List<Action> out) {
    List<SlotMachine> taken = List.of();
    for (SlotMachine machine : slots.values()) {
      if (machine.isOut()) {
        taken = taken.isEmpty() ? new ArrayList<>() : taken;
        taken.add(machine);
      }
    }
    taken.forEach(machine -> rebuildIfDue(machine, nowNanos, wall, out));
  }

  private long memoryBytes() {
    long bytes = 0;
    for (SlotMachine machine : slots.values()) {
      bytes += machine.fold().memoryBytes();
    }
    return bytes;
  }

  /** The heartbeat alone, for a loop that wants to send it at once. */
  public void beatIfDue(long nowNanos, Instant wall, List<Action> out) {
    lease
        .beatIfDue(nowNanos, wall)
        .ifPresent(beat -> out.add(new Action.AppendBeat(lease.incarnation(), beat)));
  }

  public MapVersion mapVersion() {
    return mapVersion;
  }

  public Lease lease() {
    return lease;
  }

  /** A view of one slot, if the node follows it. */
  public Optional<SlotView> view(SlotId slot) {
    return Optional.ofNullable(slots.get(slot)).map(SlotView::of);
  }

  /** Whether the node answers for the slot, as long as its lease lets it. */
  public boolean serves(SlotId slot) {
    SlotMachine machine = slots.get(slot);
    return machine != null && machine.phase() instanceof Phase.Serving;
  }

  /** Whether the node has a copy of the slot that lacks nothing, as {@link SlotView#caughtUp}. */
  public boolean hasCaughtUp(SlotId slot) {
    SlotMachine machine = slots.get(slot);
    return machine != null && machine.caughtUp();
  }

  /** Whether the node takes no new sessions for lack of memory. */
  public boolean nearlyFull() {
    return room.nearlyFull();
  }

  /** What the copies of all slots weigh in memory, as of the last tick. */
  public long memoryInUse() {
    return room.bytes();
  }

  /** What they may weigh before the node takes no new sessions. */
  public long memoryLimit() {
    return room.limit();
  }

  /** Some of the quarantined shards, at most {@code most}, in the order of their slots. */
  public List<ShardKey> quarantined(int most) {
    return slots.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .flatMap(slot ->
            slot.getValue().fold().quarantined().stream()
                .map(session -> new ShardKey(session, slot.getKey().area())))
        .limit(most)
        .toList();
  }

  /** A view of each slot that the node follows. */
  public List<SlotView> views() {
    return slots.values().stream()
        .sorted(Comparator.comparing(SlotMachine::slot))
        .map(SlotView::of)
        .toList();
  }
}
