package dev.kintsugi.simulation;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardMapLog;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.adapter.proto.SlotCodec;
import dev.kintsugi.node.domain.SlotEntry;
import dev.kintsugi.node.runtime.life.SessionLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/** The whole deployment: the logs of the simulated Kafka, nodes, coordinators, and the truth. */
final class Cluster {

  static final Area MAIL = new Area("mailbox-list");
  static final Area SETTINGS = new Area("settings");
  static final Areas AREAS =
      Areas.of(
          List.of(
              new AreaPolicy(Area.SESSION, 2, 2, 100_000, Duration.ofMillis(1_500)),
              new AreaPolicy(MAIL, 2, 2, 2_000, Duration.ofSeconds(4)),
              new AreaPolicy(SETTINGS, 1, 2, 100_000, Duration.ZERO)));
  static final Duration LEASE = Duration.ofMillis(200);

  /** Longer than anybody goes on with one request, so longer than a run: none goes. */
  static final Duration END_MARK = Duration.ofSeconds(60);

  static final int SESSIONS_PER_USER = 3;
  static final Duration CHECKS = Duration.ofSeconds(1);
  static final Duration COMPACTION_LAG = Duration.ofSeconds(4);
  private static final Duration LEASE_RETENTION = Duration.ofSeconds(6);
  private static final int LEASE_PARTITIONS = 2;

  /** A record of a lease partition: a heartbeat, or a fence with a sequence number below 0. */
  record LeaseEntry(Incarnation incarnation, long sequence) {
    boolean isFence() {
      return sequence < 0;
    }
  }

  /** Something that is to happen as soon as such a record is in a slot log; once, if in time. */
  private record Ambush(BiPredicate<SlotId, SlotEntry> when, long untilNanos, Runnable what) {}

  private final List<Ambush> ambushes = new ArrayList<>();
  final Scheduler scheduler;
  final Chaos chaos;
  final Network network;
  final Trace trace;
  final Areas areas;
  final Truth truth = new Truth();
  final Lifespans lifespans;
  final Grants grants = new Grants();
  final UserCounts userCounts;
  final SessionLimit sessionLimit;
  final Witness witness = new Witness();
  final StaleReads staleReads;
  final ThinSlots thinSlots;
  final Map<SlotId, Partition<SlotEntry>> slotLogs = new TreeMap<>();
  final Map<SlotId, Tended> tended = new LinkedHashMap<>();

  /** For one look after a step; kept, as it is taken after each. */
  final List<SimNode> covered = new ArrayList<>();

  final List<Partition<LeaseEntry>> leaseLogs = new ArrayList<>();
  final Partition<ShardMapLog.Entry> mapLog = new Partition<>();
  final List<SimNode> nodes = new ArrayList<>();
  final List<SimCoordinator> coordinators = new ArrayList<>();
  private long nextIncarnation = 1;

  /** Whether nodes watch each other from their start. */
  boolean watching;

  /** How often a copy was found to be the same as its owner's. */
  long agreements;

  /** How often a copy that had really been damaged was found. */
  long alarms;

  Cluster(Scheduler scheduler, Chaos chaos, Trace trace, int nodes) {
    this.scheduler = scheduler;
    this.chaos = chaos;
    this.trace = trace;
    this.network = new Network(scheduler, chaos);
    this.areas = AREAS;
    this.lifespans = new Lifespans(scheduler);
    this.staleReads = new StaleReads(this);
    this.userCounts = new UserCounts(scheduler, SESSIONS_PER_USER);
    this.sessionLimit =
        new SessionLimit(
            SESSIONS_PER_USER,
            scheduler.onceIn(2)
                ? SessionLimit.WhenTooMany.END_OLDEST
                : SessionLimit.WhenTooMany.REFUSE);
    for (AreaPolicy policy : areas.all()) {
      for (int number = 0; number < policy.slots(); number++) {
        SlotId slot = new SlotId(policy.area(), number);
        slotLogs.put(slot, new Partition<>());
        tended.put(slot, new Tended(COMPACTION_LAG.toNanos() / 2));
      }
    }
    for (int i = 0; i < LEASE_PARTITIONS; i++) {
      leaseLogs.add(new Partition<>());
    }
    for (int i = 1; i <= nodes; i++) {
      this.nodes.add(new SimNode(this, new NodeId("node-" + i), i % LEASE_PARTITIONS));
    }
    for (int i = 1; i <= 2; i++) {
      coordinators.add(new SimCoordinator(this, "coordinator-" + i));
    }
    this.thinSlots = new ThinSlots(this);
    coordinators.forEach(SimCoordinator::start);
    this.nodes.forEach(SimNode::start);
    scheduler.after(500_000_000, this::clean);
  }

  /** Numbers in place of random values: different ones are all that is needed. */
  Incarnation freshIncarnation() {
    return new Incarnation(nextIncarnation++);
  }

  SimNode node(NodeId id) {
    for (SimNode node : nodes) {
      if (node.id.equals(id)) {
        return node;
      }
    }
    throw new IllegalArgumentException("no node " + id);
  }

  SimNode anyNode() {
    return nodes.get(scheduler.random.nextInt(nodes.size()));
  }

  Partition<SlotEntry> slotLog(SlotId slot) {
    return java.util.Objects.requireNonNull(slotLogs.get(slot));
  }

  void append(SlotId slot, SlotEntry.Signed entry) {
    boolean tombstone = entry instanceof SlotEntry.Written written && written.shard().isEmpty();
    long offset = slotLog(slot).append(key(entry), entry, tombstone, scheduler.nowNanos());
    scheduler.mark(slot.hashCode() * 31L + offset);
    scheduler.mark(entry.epoch().grant() * 1_000 + entry.epoch().attempt());
    trace.note(() -> slot + "@" + offset + " " + shown(entry));
    grants.appended(slot, entry);
    truth.appended(slot, offset, entry);
    staleReads.appended(slot, offset, entry);
    if (!ambushes.isEmpty()) {
      spring(slot, entry);
    }
    lifespans.appended(truth, slot, entry);
    userCounts.appended(truth, slot, entry);
    nodes.forEach(SimNode::slotLogHasGrown);
  }

  /**
   * A record that its owner wrote and nobody here can read, as of a newer version of the program.
   */
  void appendUnreadable(SlotId slot, SessionId session, SlotEntry.Signature signature) {
    SlotEntry.Written like =
        new SlotEntry.Written(
            signature.epoch(),
            signature.incarnation(),
            session,
            signature.version(),
            Optional.empty());
    SlotEntry.Malformed entry =
        new SlotEntry.Malformed(Optional.of(session), Optional.of(signature), "from the future");
    long offset = slotLog(slot).append(key(like), entry, false, scheduler.nowNanos());
    trace.note(() -> slot + "@" + offset + " unreadable");
    truth.appended(slot, offset, entry);
    staleReads.appended(slot, offset, entry);
    nodes.forEach(SimNode::slotLogHasGrown);
  }

  /** Does something once, as soon as such a record has arrived, if it does within a time. */
  void ambush(long nanos, BiPredicate<SlotId, SlotEntry> when, Runnable what) {
    ambushes.add(new Ambush(when, scheduler.nowNanos() + nanos, what));
  }

  private void spring(SlotId slot, SlotEntry entry) {
    ambushes.removeIf(ambush -> ambush.untilNanos() < scheduler.nowNanos());
    for (Ambush ambush : List.copyOf(ambushes)) {
      if (ambush.when().test(slot, entry)) {
        ambushes.remove(ambush);
        ambush.what().run();
      }
    }
  }

  private static String key(SlotEntry.Signed entry) {
    return HexFormat.of().formatHex(SlotCodec.key(entry));
  }

  static String shown(SlotEntry.Signed entry) {
    String by = " " + entry.epoch() + " #" + entry.incarnation().value();
    return switch (entry) {
      case SlotEntry.Written written ->
          "shard "
              + written.session().toString().substring(11, 15)
              + " v"
              + written.version()
              + (written.shard().isEmpty() ? " tombstone" : "")
              + by;
      case SlotEntry.Owned owned -> "ownership of " + owned.node() + by;
      case SlotEntry.Settled _ -> "settled" + by;
      case SlotEntry.Released _ -> "release" + by;
      case SlotEntry.Checked checked ->
          "check" + checked.sample().map(sample -> " of " + sample.offset()).orElse("") + by;
    };
  }

  void append(int leasePartition, LeaseEntry entry) {
    var _ = leaseLogs.get(leasePartition).append("", entry, false, scheduler.nowNanos());
    if (entry.isFence()) {
      trace.note(() -> "fence of #" + entry.incarnation().value());
    }
    nodes.forEach(node -> node.leaseLogHasGrown(leasePartition));
  }

  void append(ShardMapLog.Entry entry) {
    var _ = mapLog.append("", entry, false, scheduler.nowNanos());
    if (entry instanceof ShardMapLog.Entry.Table table) {
      grants.appended(table);
      trace.note(() -> "table " + table.epoch() + ": " + shown(table));
    }
    nodes.forEach(SimNode::mapHasGrown);
    coordinators.forEach(SimCoordinator::logHasGrown);
  }

  /** The log of maps loses its tail. */
  void cutMapLog(long end) {
    trace.note(() -> "the log of maps ends at " + end);
    mapLog.cut(end);
    nodes.forEach(SimNode::mapHasGrown);
    coordinators.forEach(SimCoordinator::logHasGrown);
  }

  private static String shown(ShardMapLog.Entry.Table table) {
    StringBuilder text = new StringBuilder();
    table
        .map()
        .forEachSlot((slot, assignment) ->
            text.append(slot)
                .append('=')
                .append(assignment.owner().map(NodeId::value).orElse("-"))
                .append('/')
                .append(assignment.grant())
                .append(assignment.releasing().map(from -> " after " + from).orElse(""))
                .append(' '));
    return text.toString();
  }

  /** What Kafka's cleaner does, in its own time. */
  private void clean() {
    long nowNanos = scheduler.nowNanos();
    tended.forEach((slot, owned) -> {
      if (owned.lately(nowNanos)) {
        slotLog(slot).compact(nowNanos, COMPACTION_LAG.toNanos());
      }
    });
    leaseLogs.forEach(log -> log.trim(nowNanos, LEASE_RETENTION.toNanos()));
    scheduler.after(scheduler.between(300, 900), this::clean);
  }
}
