package dev.kintsugi.node.domain;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.adapter.proto.SlotCodec;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * One node that owns a slot of each area and whose clocks run as they are told, over logs of bytes
 * in memory.
 */
final class ClockedNode {

  static final Area AREA = new Area("settings");
  static final NodeId SELF = new NodeId("node-1");
  static final Incarnation INCARNATION = new Incarnation(1);
  static final Duration LEASE = Duration.ofMillis(200);

  private static final Instant START = Instant.parse("2026-11-23T10:30:00Z");
  private static final Duration STEP = Duration.ofSeconds(1);
  private static final AreaPolicy SESSIONS = new AreaPolicy(Area.SESSION, 1, 2, 10_000);
  private static final AreaPolicy SETTINGS = new AreaPolicy(AREA, 1, 2, 10_000);

  final Map<SlotId, List<SlotCodec.Wire>> logs = new HashMap<>();
  final NodeMachine machine;

  /** Sessions to look at since their time may be over, in the order of the telling. */
  final List<SessionId> due = new ArrayList<>();

  /** Half-ended sessions that are to be seen through, as often as the node tells of any. */
  final List<List<SessionId>> halfEnded = new ArrayList<>();

  /** How often a log was read from its beginning. */
  int readings;

  /** Slots whose logs have no end in sight. */
  final Set<SlotId> endless;

  /** Whether heartbeats come back. */
  boolean logsReachable = true;

  /** Of two clocks; the first one soon begins with the smallest numbers again. */
  long nanos = Long.MAX_VALUE - Duration.ofMinutes(5).toNanos();

  Instant wall;

  private final List<Action> out = new ArrayList<>();
  private final Map<Long, Answer> answers = new HashMap<>();
  private long nextToken;
  private long nextKey = 1_000;

  /** A node that finds something in its logs. */
  ClockedNode(Map<SlotId, List<SlotCodec.Wire>> before, Instant wall) {
    this(before, wall, Set.of());
  }

  ClockedNode(Map<SlotId, List<SlotCodec.Wire>> before, Instant wall, Set<SlotId> endless) {
    this.wall = wall;
    this.endless = endless;
    before.forEach((slot, log) -> logs.put(slot, new ArrayList<>(log)));
    machine =
        new NodeMachine(
            SELF,
            Areas.of(List.of(SESSIONS, SETTINGS)),
            new Lease(LEASE, LEASE.dividedBy(4), INCARNATION, nanos),
            0,
            (_, patch) -> Optional.of(patch),
            NodeSettings.of(Duration.ofHours(1)));
    machine.onMap(map(), nanos, wall, out);
    tick();
    tick();
  }

  ClockedNode(Map<SlotId, List<SlotCodec.Wire>> before) {
    this(before, START);
  }

  ClockedNode() {
    this(Map.of());
  }

  private static ShardMap map() {
    MapNode self =
        new MapNode(SELF, URI.create("http://n"), INCARNATION, MapNode.State.UP, Optional.empty());
    List<SlotAssignment> mine = List.of(SlotAssignment.ownedBy(SELF, List.of(), 1));
    return ShardMap.of(
        new MapVersion(new Epoch(1, 1), 1), List.of(self), Map.of(Area.SESSION, mine, AREA, mine));
  }

  static SessionId session(long number) {
    return SessionId.of(
        new PlacementKey(number), ByteBuffer.allocate(16).putLong(number).putLong(7).array());
  }

  static SlotId slot(Area area) {
    return new SlotId(area, 0);
  }

  /** Both clocks run on together. */
  void pass(Duration time) {
    for (Duration left = time; left.isPositive(); left = left.minus(STEP)) {
      Duration step = left.compareTo(STEP) < 0 ? left : STEP;
      nanos += step.toNanos();
      wall = wall.plus(step);
      tick();
    }
  }

  /** What happens many times a second; the ends of the logs are seen as well. */
  void tick() {
    machine.onTick(nanos, wall, out);
    settle();
    if (logsReachable) {
      logs.keySet().forEach(this::atEnd);
      settle();
    }
  }

  private void atEnd(SlotId slot) {
    if (!endless.contains(slot)) {
      machine.onAtEnd(slot, new Moment(nanos, wall), nanos, wall, out);
    }
  }

  Answer create(SessionId session, Optional<Duration> idle) {
    SessionFacts facts =
        new SessionFacts(SessionFacts.State.LIVE, wall, idle, Optional.empty(), Optional.empty());
    return write(
        session,
        Area.SESSION,
        new Change.Create(
            SimWorld.APPLICATION, Optional.of(SimWorld.USER), Content.EMPTY, Optional.of(facts)));
  }

  Answer create(SessionId session, String json, long key) {
    return ask(
        write(
            session,
            AREA,
            new Change.Create(
                SimWorld.APPLICATION, Optional.of(SimWorld.USER), content(json), Optional.empty()),
            key));
  }

  static Content content(String json) {
    return new Content(new TreeMap<>(Map.of("a", json)));
  }

  Answer write(SessionId session, Area area, Change change) {
    return ask(write(session, area, change, nextKey++));
  }

  static Request.Write write(SessionId session, Area area, Change change, long key) {
    return new Request.Write(
        slot(area),
        new ShardKey(session, area),
        new RequestKey(1, key, key),
        change,
        Optional.empty());
  }

  Answer read(SessionId session, Area area) {
    return ask(new Request.Read(slot(area), new ShardKey(session, area)));
  }

  /** Asks, and lets a heartbeat come back where the answer waits for one. */
  Answer ask(Request request) {
    long token = begin(request);
    for (int i = 0; i < 100 && answer(token).isEmpty(); i++) {
      nanos += Duration.ofMillis(2).toNanos();
      wall = wall.plusMillis(2);
      tick();
    }
    return answer(token).orElseThrow(() -> new AssertionError("no answer"));
  }

  /** Asks for something; what was appended comes back, but no time passes. */
  long begin(Request request) {
    long token = nextToken++;
    machine.onRequest(token, request, nanos + Duration.ofSeconds(5).toNanos(), nanos, wall, out);
    settle();
    return token;
  }

  Optional<Answer> answer(long token) {
    return Optional.ofNullable(answers.get(token));
  }

  /** A record gets into a log without being read yet. */
  void append(SlotId slot, SlotEntry.Signed entry) {
    logs.computeIfAbsent(slot, _ -> new ArrayList<>()).add(SlotCodec.encode(entry));
  }

  /** A fence of this node is read. */
  void fenced() {
    machine.onFence(INCARNATION, nanos, wall, out);
    settle();
  }

  private void settle() {
    while (!out.isEmpty()) {
      List<Action> todo = List.copyOf(out);
      out.clear();
      todo.forEach(this::perform);
    }
  }

  private void perform(Action action) {
    switch (action) {
      case Action.Append(SlotId slot, SlotEntry entry) -> {
        append(slot, (SlotEntry.Signed) entry);
        List<SlotCodec.Wire> log = Objects.requireNonNull(logs.get(slot));
        readOne(slot, log.size() - 1);
      }
      case Action.AppendBeat beat -> {
        if (logsReachable) {
          machine.onBeat(beat.incarnation(), beat.sequence(), nanos, wall, out);
        }
      }
      case Action.AppendFence fence -> machine.onFence(fence.of(), nanos, wall, out);
      case Action.Follow(SlotId slot) -> {
        readings++;
        machine.onFollowed(slot);
        int size = logs.computeIfAbsent(slot, _ -> new ArrayList<>()).size();
        for (int offset = 0; offset < size; offset++) {
          readOne(slot, offset);
        }
        atEnd(slot);
      }
      case Action.Reply reply -> answers.put(reply.token(), reply.answer());
      case Action.Due told -> due.addAll(told.sessions());
      case Action.FinishEnding told -> halfEnded.add(told.sessions());
      case Action.ReplaceWriter _,
          Action.Unfollow _,
          Action.Serving _,
          Action.GivingUp _,
          Action.WroteBack _,
          Action.WatchNoMore _,
          Action.Agrees _,
          Action.Differs _,
          Action.Rejoin _ -> {}
    }
  }

  private void readOne(SlotId slot, int offset) {
    SlotCodec.Wire wire = Objects.requireNonNull(logs.get(slot)).get(offset);
    SlotEntry entry =
        SlotCodec.decode(
            wire.key(), name -> Optional.ofNullable(wire.headers().get(name)), wire.value());
    var _ = machine.onEntry(slot, offset, entry, nanos, wall, out);
  }
}
