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
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One node that owns all slots, driven by hand over logs in memory: what it appends arrives and is
 * read back when {@link #settle} is called, or at once.
 */
final class OneNode {

  static final Area AREA = new Area("settings");
  static final int SLOTS = 4;
  static final Incarnation INCARNATION = new Incarnation(1);
  static final NodeSettings SETTINGS = NodeSettings.of(Duration.ofHours(1));

  final Map<SlotId, List<SlotEntry>> logs = new HashMap<>();
  final List<Action> out = new ArrayList<>();
  final NodeMachine machine;
  private final Map<Long, Answer> answers = new HashMap<>();

  /** The time of ticks; all else happens at 0. */
  long nanos;

  private long nextToken;
  private long nextSession;

  OneNode() {
    this(new HashMap<>(), SETTINGS);
  }

  OneNode(long memoryLimit) {
    this(new HashMap<>(), SETTINGS.withMemoryLimit(memoryLimit));
  }

  OneNode(NodeSettings settings) {
    this(new HashMap<>(), settings);
  }

  /** A node that finds something in the logs. */
  OneNode(Map<SlotId, List<SlotEntry>> before) {
    this(before, SETTINGS);
  }

  private OneNode(Map<SlotId, List<SlotEntry>> before, NodeSettings settings) {
    Areas areas =
        Areas.of(
            List.of(
                new AreaPolicy(Area.SESSION, SLOTS, 2, 1_000),
                new AreaPolicy(AREA, SLOTS, 2, 700_000)));
    Lease lease = new Lease(Duration.ofMillis(200), Duration.ofMillis(50), INCARNATION, 0);
    this.machine =
        new NodeMachine(
            new NodeId("node-1"), areas, lease, 0, (_, patch) -> Optional.of(patch), settings);
    machine.onMap(map(), 0, Instant.EPOCH, out);
    before.forEach((slot, entries) -> logs.put(slot, new ArrayList<>(entries)));
    for (Area area : List.of(Area.SESSION, AREA)) {
      for (int number = 0; number < SLOTS; number++) {
        SlotId slot = new SlotId(area, number);
        machine.onFollowed(slot);
        List<SlotEntry> log = logs.computeIfAbsent(slot, _ -> new ArrayList<>());
        for (int offset = 0; offset < log.size(); offset++) {
          var _ = machine.onEntry(slot, offset, log.get(offset), 0, Instant.EPOCH, out);
        }
        machine.onAtEnd(slot, new Moment(0, Instant.EPOCH), 0, Instant.EPOCH, out);
      }
    }
    machine.onTick(0, Instant.EPOCH, out);
    machine.onBeat(INCARNATION, 1, 0, Instant.EPOCH, out);
    settle();
  }

  private static ShardMap map() {
    NodeId self = new NodeId("node-1");
    MapNode node =
        new MapNode(self, URI.create("http://n"), INCARNATION, MapNode.State.UP, Optional.empty());
    List<SlotAssignment> all = new ArrayList<>();
    for (int number = 0; number < SLOTS; number++) {
      all.add(SlotAssignment.ownedBy(self, List.of(), 1));
    }
    return ShardMap.of(
        new MapVersion(new Epoch(1, 1), 1), List.of(node), Map.of(Area.SESSION, all, AREA, all));
  }

  /** A session that lies in this slot of each area. */
  SessionId session(int slot) {
    byte[] secret = ByteBuffer.allocate(16).putLong(nextSession++).putLong(0).array();
    return SessionId.of(new PlacementKey(slot), secret);
  }

  static SlotId slot(Area area, SessionId session) {
    return new SlotId(area, session.placement().slot(SLOTS));
  }

  /** The epoch in which the slot is served. */
  Epoch epoch(SlotId slot) {
    return machine.view(slot).orElseThrow().epoch();
  }

  /** A record is found in the log, whoever has written it. */
  SlotFold.Outcome find(SlotId slot, SlotEntry entry) {
    List<SlotEntry> log = java.util.Objects.requireNonNull(logs.get(slot));
    log.add(entry);
    SlotFold.Outcome outcome = machine.onEntry(slot, log.size() - 1, entry, 0, Instant.EPOCH, out);
    settle();
    return outcome;
  }

  void tick() {
    machine.onTick(nanos, Instant.EPOCH, out);
    settle();
  }

  Answer create(SessionId session) {
    SessionFacts facts =
        new SessionFacts(
            SessionFacts.State.LIVE,
            Instant.EPOCH,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return write(
        session,
        Area.SESSION,
        new Change.Create(
            SimWorld.APPLICATION, Optional.of(SimWorld.USER), Content.EMPTY, Optional.of(facts)));
  }

  Answer create(SessionId session, String json) {
    return write(
        session,
        AREA,
        new Change.Create(
            SimWorld.APPLICATION, Optional.of(SimWorld.USER), content(json), Optional.empty()));
  }

  static Content content(String json) {
    return new Content(new TreeMap<>(Map.of("a", json)));
  }

  Answer write(SessionId session, Area area, Change change) {
    return ask(write(session, area, change, nextToken));
  }

  static Request.Write write(SessionId session, Area area, Change change, long key) {
    return new Request.Write(
        slot(area, session),
        new ShardKey(session, area),
        new RequestKey(1, key, key),
        change,
        Optional.empty());
  }

  Answer read(SessionId session, Area area) {
    return ask(new Request.Read(slot(area, session), new ShardKey(session, area)));
  }

  Answer ask(Request request) {
    long token = begin(request);
    settle();
    return java.util.Objects.requireNonNull(answers.get(token), "no answer");
  }

  /** Asks without letting anything arrive; an answer that comes at once is there afterwards. */
  long begin(Request request) {
    long token = nextToken++;
    machine.onRequest(token, request, 1_000_000, 0, Instant.EPOCH, out);
    out.removeIf(action -> {
      if (action instanceof Action.Reply reply) {
        answers.put(reply.token(), reply.answer());
        return true;
      }
      return false;
    });
    return token;
  }

  Optional<Answer> answer(long token) {
    return Optional.ofNullable(answers.get(token));
  }

  /** Appends arrive and are read back. */
  void settle() {
    while (!out.isEmpty()) {
      List<Action> due = List.copyOf(out);
      out.clear();
      for (Action action : due) {
        if (action instanceof Action.Append append) {
          List<SlotEntry> log = java.util.Objects.requireNonNull(logs.get(append.slot()));
          log.add(append.entry());
          var _ =
              machine.onEntry(append.slot(), log.size() - 1, append.entry(), 0, Instant.EPOCH, out);
        } else if (action instanceof Action.Reply reply) {
          answers.put(reply.token(), reply.answer());
        }
      }
    }
  }
}
