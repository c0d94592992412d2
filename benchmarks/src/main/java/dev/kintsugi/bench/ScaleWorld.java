package dev.kintsugi.bench;

import dev.kintsugi.coordinator.domain.Action;
import dev.kintsugi.coordinator.domain.Answer;
import dev.kintsugi.coordinator.domain.Coordinator;
import dev.kintsugi.coordinator.domain.CoordinatorId;
import dev.kintsugi.coordinator.domain.Event;
import dev.kintsugi.coordinator.domain.Heartbeat;
import dev.kintsugi.coordinator.domain.Limits;
import dev.kintsugi.coordinator.domain.Memory;
import dev.kintsugi.coordinator.domain.Now;
import dev.kintsugi.coordinator.domain.PeerWord;
import dev.kintsugi.coordinator.domain.ProbeResult;
import dev.kintsugi.coordinator.domain.Rebalance;
import dev.kintsugi.coordinator.domain.Settings;
import dev.kintsugi.coordinator.domain.SlotReport;
import dev.kintsugi.coordinator.domain.Timing;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog.Entry;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.log.ShardMapCodec;
import dev.kintsugi.node.adapter.proto.LeaseCodec;
import dev.kintsugi.node.adapter.proto.SlotCodec;
import dev.kintsugi.node.domain.SlotEntry;
import dev.kintsugi.proto.NodeHeartbeat;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** One coordinator, told by made-up nodes that do at once what its map says. Not thread-safe. */
final class ScaleWorld {

  /**
   * How large it is.
   *
   * @param slots of each area
   */
  record Size(int nodes, int slots, int areas, long sessions) {

    int allSlots() {
      return slots * areas;
    }
  }

  /**
   * A leave or a join: what changed in the table, against the least that must.
   *
   * @param millis that the verdict's table took, or the longest of the tables
   */
  record Change(
      double millis, int owners, int copies, int leastOwners, int leastCopies, int tables) {}

  /**
   * What came out; times in milliseconds of processor time, sizes in bytes.
   *
   * @param look a look at the table when nothing is to be done
   * @param follow to read a table back and take it in
   * @param heartbeatMicros to take one heartbeat in
   * @param changed the entries that differ after a leave, in a table of their own
   */
  record Measured(
      double place,
      double look,
      double follow,
      double encode,
      double decode,
      double heartbeatMicros,
      double dryRun,
      Change leave,
      Change join,
      int ownedGap,
      int copiesGap,
      Rebalance rebalance,
      int map,
      int changed,
      int heartbeat,
      int lease,
      int check) {}

  private static final double ZIPF = 0.9;
  private static final int USERS = 2_000_000;
  private static final long REQUESTS_PER_NODE = 100;
  private static final long BYTES_PER_SHARD = 1_600;
  private static final int MOST_LOOKS = 2_000;
  private static final Incarnation SELF = new Incarnation(7);
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final long SECOND = 1_000_000_000L;

  private final Size size;
  private final Coordinator coordinator;
  private final Map<NodeId, Incarnation> nodes = new TreeMap<>();
  private final Map<SlotId, Long> milliRates = new HashMap<>();
  private final Deque<Entry> appended = new ArrayDeque<>();
  private final Map<NodeId, Map<SlotId, SlotReport>> held = new HashMap<>();
  private long offset;

  /** Tables written, and the longest that one took, since {@link #begin}. */
  private int tables;

  private double tableMillis;
  private long nanos = SECOND;
  private long sequence;

  /**
   * A world in which nothing has happened yet.
   *
   * @param busy whether anybody asks for anything; else slots count alike
   */
  private ScaleWorld(Size size, long seed, boolean busy) {
    this.size = size;
    List<AreaPolicy> policies = new ArrayList<>();
    policies.add(new AreaPolicy(Area.SESSION, size.slots(), 2, 16_384));
    for (int area = 1; area < size.areas(); area++) {
      policies.add(new AreaPolicy(new Area("area-" + area), size.slots(), 2, 16_384));
    }
    Areas areas = Areas.of(policies);
    for (int node = 1; node <= size.nodes(); node++) {
      nodes.put(new NodeId("node-" + node), new Incarnation(1_000 + node));
    }
    if (busy) {
      load(areas, new Random(seed));
    }
    coordinator =
        new Coordinator(
            new Settings(
                new CoordinatorId("coordinator-4"),
                "http://coordinator-4:8080",
                areas,
                Timing.DEFAULT,
                Limits.DEFAULT,
                Duration.ofMillis(25),
                2_000),
            SELF);
  }

  /** Users are asked for by Zipf's law; a user's slots have one number in all areas. */
  private void load(Areas areas, Random random) {
    double[] byNumber = new double[size.slots()];
    double sum = 0;
    for (int rank = 1; rank <= USERS; rank++) {
      double rate = Math.pow(rank, -ZIPF);
      byNumber[random.nextInt(byNumber.length)] += rate;
      sum += rate;
    }
    double scale = 1_000.0 * REQUESTS_PER_NODE * size.nodes() / sum / size.areas();
    for (AreaPolicy area : areas.all()) {
      for (int number = 0; number < byNumber.length; number++) {
        milliRates.put(new SlotId(area.area(), number), Math.round(byNumber[number] * scale));
      }
    }
  }

  /** What this thread has computed: the same whatever else the machine does, but for its caches. */
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private Now now() {
    return new Now(nanos, BEGIN.plusNanos(nanos));
  }

  private double tell(Event event) {
    long begin = cpuNanos();
    List<Action> actions = coordinator.on(event, now());
    double millis = (cpuNanos() - begin) / 1e6;
    for (Action action : actions) {
      if (action instanceof Action.Append(Entry entry)) {
        appended.add(entry);
        if (entry instanceof Entry.Table) {
          tables++;
          tableMillis = Math.max(tableMillis, millis);
        }
      }
    }
    return millis;
  }

  /** Hands one appended record back; what it takes, in milliseconds. */
  private double readBack() {
    Entry entry = appended.remove();
    return tell(new Event.Read(offset++, entry));
  }

  private void readAllBack() {
    while (!appended.isEmpty()) {
      readBack();
    }
  }

  /** All nodes report; what one heartbeat takes, in microseconds. */
  private double report() {
    sequence++;
    double millis = 0;
    for (Map.Entry<NodeId, Incarnation> node : nodes.entrySet()) {
      millis +=
          tell(
              new Event.Heard(
                  new Heartbeat(
                      node.getKey(),
                      node.getValue(),
                      url(node.getKey()),
                      sequence,
                      held.getOrDefault(node.getKey(), Map.of()),
                      Optional.of("zone-" + Math.floorMod(node.getKey().hashCode(), 3)),
                      false,
                      new Memory(1L << 30, 16L << 30))));
    }
    return millis * 1_000 / nodes.size();
  }

  private static URI url(NodeId node) {
    return URI.create("http://" + node + ".kintsugi.example:8101");
  }

  /** Copies catch up and owners serve. */
  private void obey() {
    held.clear();
    coordinator
        .map()
        .forEachSlot((slot, assignment) -> {
          assignment.owner().ifPresent(owner -> hold(owner, slot, assignment, true));
          assignment.standbys().forEach(standby -> hold(standby, slot, assignment, false));
        });
  }

  private void hold(NodeId node, SlotId slot, SlotAssignment assignment, boolean serves) {
    long sessions = size.sessions() / size.slots();
    held.computeIfAbsent(node, _ -> new HashMap<>())
        .put(
            slot,
            new SlotReport(
                serves ? SlotReport.Role.SERVING : SlotReport.Role.STANDBY,
                1_234_567,
                new Epoch(assignment.grant(), 1),
                sessions,
                sessions * BYTES_PER_SHARD,
                true,
                serves ? milliRates.getOrDefault(slot, 0L) : 0));
  }

  /** A first table, a dry run under load, and without load a leave and a join. */
  static Measured measure(Size size, long seed) {
    ScaleWorld busy = new ScaleWorld(size, seed, true);
    double place = busy.place();
    Entry.Table first = (Entry.Table) busy.appended.getFirst();
    double follow = busy.readBack();
    long encodeBegin = cpuNanos();
    byte[] bytes = ShardMapCodec.encode(first, "coordinator-4");
    double encode = (cpuNanos() - encodeBegin) / 1e6;
    long decodeBegin = cpuNanos();
    Entry again = ShardMapCodec.decode(bytes);
    double decode = (cpuNanos() - decodeBegin) / 1e6;
    if (!(again instanceof Entry.Table table) || !table.map().sameContent(first.map())) {
      throw new IllegalStateException("a table is not what it was after a round trip");
    }
    busy.obey();
    double heartbeat = 0;
    double look = 0;
    // Shorter than the coordinator waits before it evens loads out by itself.
    for (int second = 0; second < 28; second++) {
      busy.nanos += SECOND;
      heartbeat = busy.report();
      look = busy.tell(new Event.Tick());
      busy.readAllBack();
    }
    long begin = cpuNanos();
    Answer answer = busy.coordinator.rebalance(true, Optional.empty(), busy.now());
    double dryRun = (cpuNanos() - begin) / 1e6;
    if (!(answer instanceof Answer.Planned(Rebalance rebalance))) {
      throw new IllegalStateException("no rebalance: " + answer);
    }
    ScaleWorld idle = new ScaleWorld(size, seed, false);
    idle.place();
    idle.readAllBack();
    idle.rest(4);
    ShardMap before = idle.coordinator.map();
    Change leave = idle.leave();
    int changed = changedBytes(before, idle.coordinator.map());
    return new Measured(
        place,
        look,
        follow,
        encode,
        decode,
        heartbeat,
        dryRun,
        leave,
        idle.join(),
        busy.gap(false),
        busy.gap(true),
        rebalance,
        bytes.length,
        changed,
        busy.heartbeatBytes(),
        LeaseCodec.beat(new NodeId("node-500"), SELF, 1_000_000).length,
        checkBytes());
  }

  /** All nodes report, and the coordinator takes the lead; how long the first table takes. */
  private double place() {
    tell(new Event.ReachedEnd());
    report();
    nanos += 2 * SECOND;
    report();
    tell(new Event.Tick());
    return readBack();
  }

  private void begin() {
    tables = 0;
    tableMillis = 0;
  }

  private Change leave() {
    ShardMap before = coordinator.map();
    NodeId gone = new NodeId("node-" + (size.nodes() / 2));
    Incarnation incarnation = nodes.getOrDefault(gone, SELF);
    nodes.remove(gone);
    held.remove(gone);
    begin();
    PeerWord word = new PeerWord(gone, incarnation, PeerWord.Kind.BROKEN, Duration.ofMillis(10));
    tell(new Event.Said("node-1", word));
    tell(new Event.Probed(gone, incarnation, ProbeResult.REFUSED));
    double millis = tableMillis;
    readAllBack();
    int[] least = {0, 0};
    before.forEachSlot((_, assignment) -> {
      least[0] += assignment.isOwner(gone) ? 1 : 0;
      least[1] += assignment.involves(gone) ? 1 : 0;
    });
    int owners = change(millis, before, least[0], least[1]).owners();
    // The grace ends and lost copies are replaced, as fast as limits allow.
    rest(11);
    Change all = change(millis, before, least[0], least[1]);
    return new Change(millis, owners, all.copies(), least[0], least[1], all.tables());
  }

  private Change join() {
    ShardMap before = coordinator.map();
    nodes.put(new NodeId("node-" + (size.nodes() + 1)), new Incarnation(99_999));
    begin();
    rest(4);
    int share = size.allSlots() / nodes.size();
    return change(tableMillis, before, share, 2 * share);
  }

  /** Lets some seconds pass, and then until no table has come for two looks, or very long. */
  private void rest(int seconds) {
    int quiet = 0;
    for (int looks = 0; quiet < 2 && looks < MOST_LOOKS; looks++) {
      nanos += looks < seconds ? SECOND : SECOND / 4 + 1;
      int written = tables;
      obey();
      report();
      tell(new Event.Tick());
      quiet = tables > written || looks < seconds ? 0 : quiet + 1;
      readAllBack();
    }
  }

  private Change change(double millis, ShardMap before, int leastOwners, int leastCopies) {
    int[] changed = {0, 0};
    coordinator
        .map()
        .forEachSlot((slot, assignment) -> {
          SlotAssignment old = before.find(slot).orElseThrow();
          if (!old.equals(assignment)) {
            changed[0] += old.owner().equals(assignment.owner()) ? 0 : 1;
            changed[1] += came(old, assignment);
          }
        });
    return new Change(millis, changed[0], changed[1], leastOwners, leastCopies, tables);
  }

  private static int came(SlotAssignment old, SlotAssignment fresh) {
    int came = (int) fresh.standbys().stream().filter(node -> !old.involves(node)).count();
    return came + (fresh.owner().filter(node -> !old.involves(node)).isPresent() ? 1 : 0);
  }

  private int gap(boolean copies) {
    Map<NodeId, Integer> counts = new HashMap<>();
    nodes.keySet().forEach(node -> counts.put(node, 0));
    coordinator
        .map()
        .forEachSlot((_, assignment) -> {
          assignment.owner().ifPresent(owner -> counts.merge(owner, 1, Integer::sum));
          if (copies) {
            assignment.standbys().forEach(node -> counts.merge(node, 1, Integer::sum));
          }
        });
    return counts.values().stream().mapToInt(count -> count).max().orElse(0)
        - counts.values().stream().mapToInt(count -> count).min().orElse(0);
  }

  /**
   * The entries that differ, each in a table of its own slot: what a record of changes would take.
   */
  private static int changedBytes(ShardMap before, ShardMap after) {
    int[] bytes = new int[1];
    after.forEachSlot((slot, assignment) -> {
      if (!assignment.equals(before.find(slot).orElseThrow())) {
        bytes[0] +=
            dev.kintsugi.proto.AreaTable.newBuilder()
                .setArea(slot.area().value())
                .addSlots(
                    dev.kintsugi.proto.SlotEntry.newBuilder()
                        .setOwner(assignment.owner().map(NodeId::value).orElse(""))
                        .addAllStandbys(assignment.standbys().stream().map(NodeId::value).toList())
                        .setGrant(assignment.grant()))
                .build()
                .getSerializedSize();
      }
    });
    return bytes[0];
  }

  /** Of a node with as many slots as the mean one has. */
  private int heartbeatBytes() {
    NodeId node = new NodeId("node-" + (size.nodes() / 2));
    NodeHeartbeat.Builder message =
        NodeHeartbeat.newBuilder()
            .setNode(node.value())
            .setIncarnation(Long.MAX_VALUE)
            .setUrl(url(node).toString())
            .setSequence(1_000_000)
            .setZone("zone-1")
            .setMemoryBytes(1L << 30)
            .setMemoryLimitBytes(16L << 30);
    held.getOrDefault(node, Map.of())
        .forEach((slot, report) ->
            message.addSlots(
                dev.kintsugi.proto.SlotReport.newBuilder()
                    .setArea(slot.area().value())
                    .setSlot(slot.number())
                    .setRole(
                        report.role() == SlotReport.Role.SERVING
                            ? dev.kintsugi.proto.SlotReport.Role.SERVING
                            : dev.kintsugi.proto.SlotReport.Role.STANDBY)
                    .setNextOffset(report.nextOffset())
                    .setEpoch(
                        dev.kintsugi.proto.Epoch.newBuilder()
                            .setGrant(report.epoch().grant())
                            .setAttempt(report.epoch().attempt()))
                    .setShards((int) report.shards())
                    .setBytes(report.bytes())
                    .setCaughtUp(report.caughtUp())
                    .setMilliRequestsPerSecond(report.milliRequestsPerSecond())));
    return message.build().getSerializedSize();
  }

  private static int checkBytes() {
    SlotCodec.Wire wire =
        SlotCodec.encode(
            new SlotEntry.Checked(
                Data.EPOCH,
                Data.WRITER,
                Optional.of(new SlotEntry.Sample(1_234_567, Long.MAX_VALUE, 6_000, 1))));
    int headers =
        wire.headers().entrySet().stream()
            .mapToInt(header -> header.getKey().length() + header.getValue().length)
            .sum();
    return wire.key().length + headers + wire.value().map(value -> value.length).orElse(0);
  }
}
