package dev.kintsugi.simulation;

import dev.kintsugi.coordinator.domain.Heartbeat;
import dev.kintsugi.coordinator.domain.LogContact;
import dev.kintsugi.coordinator.domain.Memory;
import dev.kintsugi.coordinator.domain.SlotReport;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.Action;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Lease;
import dev.kintsugi.node.domain.Leniency;
import dev.kintsugi.node.domain.Moment;
import dev.kintsugi.node.domain.NodeMachine;
import dev.kintsugi.node.domain.NodeSettings;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.SlotEntry;
import dev.kintsugi.node.domain.SlotView;
import dev.kintsugi.node.domain.Suspect;
import dev.kintsugi.simulation.Cluster.LeaseEntry;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One process of the shard service: its machine, its clocks, its readers and its producers. It can
 * crash, be paused, and have its clocks run wrong.
 */
final class SimNode {

  private static final Duration BEAT = Duration.ofMillis(100);
  private static final long LOOKS_FOR_END_NANOS = 500_000_000;
  private static final Duration HEARTBEAT = Duration.ofMillis(100);

  /** How long after its patience a request must have been answered at the latest. */
  private static final Duration OVERDUE = Duration.ofMillis(300);

  private static final Duration TICKS = Duration.ofMillis(20);

  private static final Duration FLUSH = Duration.ofMillis(400);
  private static final String LEASES = "leases";

  /** Answers leave the loop for another thread, and what follows from them comes back by queue. */
  private static final long ANSWER_NANOS = 10_000;

  final NodeId id;
  final int leasePartition;
  private final Cluster cluster;
  private final Scheduler scheduler;
  private boolean alive;
  private boolean leaving;
  private int life;
  private long pausedUntilNanos;
  private long stalledUntilNanos;
  private long slotsStalledUntilNanos;
  private long logsLostUntilNanos;
  private double rate = 1;
  private long wallJumpNanos;

  /** How long the ticker stood still in all, and from when until when it did so last. */
  private long stoodNanos;

  private long standsFromNanos;
  private long standsUntilNanos;
  private NodeMachine machine;
  private SimLife services;
  private Optional<SimWatch> watch = Optional.empty();
  private Producer producer;
  private Producer leaseProducer;
  private ShardMapLog mapLog = new ShardMapLog();
  private int mapCuts;

  /** The newest ever read: the log may have lost it. */
  private ShardMap newest = ShardMap.EMPTY;

  private final Map<SlotId, Long> positions = new TreeMap<>();
  private final Map<Integer, Long> leasePositions = new TreeMap<>();
  private boolean fetchesSlots;
  private boolean fetchesMap;
  private final boolean[] fetchesLeases = new boolean[2];
  private final long[] worksOffAtNanos = new long[2];
  private final Map<Long, Consumer<Answer>> open = new HashMap<>();
  private final Map<Long, Witness.Arrived> arrivals = new HashMap<>();
  private final Map<Long, Request.Read> lenient = new HashMap<>();
  private long nextToken;
  private long heartbeats;
  private Optional<Long> provenAtNanos = Optional.empty();
  private long copies;
  private final Damage damage = new Damage();
  private final List<Action> out = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // machine, services and producers come with the first start
  SimNode(Cluster cluster, NodeId id, int leasePartition) {
    this.cluster = cluster;
    this.scheduler = cluster.scheduler;
    this.id = id;
    this.leasePartition = leasePartition;
  }

  void start() {
    life++;
    alive = true;
    leaving = false;
    pausedUntilNanos = 0;
    stalledUntilNanos = 0;
    slotsStalledUntilNanos = 0;
    wakes();
    logsLostUntilNanos = 0;
    wallJumpNanos = 0;
    rate = 1 + (scheduler.random.nextDouble() - 0.5) * 0.009;
    positions.clear();
    leasePositions.clear();
    mapLog = new ShardMapLog();
    mapCuts = cluster.mapLog.cuts();
    newest = ShardMap.EMPTY;
    producer = new Producer(scheduler, cluster.chaos);
    leaseProducer = new Producer(scheduler, cluster.chaos);
    for (int i = 0; i < cluster.leaseLogs.size(); i++) {
      leasePositions.put(i, cluster.leaseLogs.get(i).end());
    }
    Lease lease = new Lease(Cluster.LEASE, BEAT, cluster.freshIncarnation(), nanos());
    machine =
        new NodeMachine(
            id,
            cluster.areas,
            lease,
            leasePartition,
            (_, p) -> Optional.of(p),
            NodeSettings.of(Cluster.COMPACTION_LAG)
                .withEndMark(Cluster.END_MARK)
                .withSessionsPerUser(Cluster.SESSIONS_PER_USER)
                .withCheckInterval(Cluster.CHECKS));
    services = new SimLife(cluster, this);
    heartbeats = 0;
    provenAtNanos = Optional.empty();
    copies = 0;
    cluster.trace.note(() -> id + " starts as #" + lease.incarnation().value());
    int born = life;
    scheduler.after(0, () -> tick(born));
    scheduler.after(scheduler.between(0, 100), () -> beat(born));
    scheduler.after(LOOKS_FOR_END_NANOS, () -> lookForEnd(born));
    after(FLUSH.toNanos(), this::flush);
    watch = cluster.watching ? Optional.of(new SimWatch(cluster, this)) : Optional.empty();
    mapHasGrown();
  }

  /** Watches other nodes from now on, in this life. */
  void watch() {
    watch = Optional.of(new SimWatch(cluster, this));
  }

  private void flush() {
    services.activity().flush();
    after(FLUSH.toNanos(), this::flush);
  }

  void crash() {
    if (alive) {
      cluster.trace.note(() -> id + " crashes");
      alive = false;
      life++;
      open.clear();
      arrivals.clear();
      lenient.clear();
      out.clear();
      producer.crash();
      leaseProducer.crash();
      cluster.nodes.forEach(other -> other.watch.ifPresent(it -> it.died(this)));
    }
  }

  void pause(long nanos) {
    cluster.trace.note(() -> id + " is paused for " + nanos / 1_000_000 + " ms");
    pausedUntilNanos = Math.max(pausedUntilNanos, scheduler.nowNanos() + nanos);
  }

  /** The machine sleeps: its ticker stands still, the wall clock does not. */
  void sleep(long nanos) {
    wakes();
    cluster.trace.note(() -> id + "'s ticker stands still for " + nanos / 1_000_000 + " ms");
    standsFromNanos = scheduler.nowNanos();
    standsUntilNanos = standsFromNanos + nanos;
    cluster.lifespans.clockSet();
    pause(nanos);
  }

  private void wakes() {
    stoodNanos += stands();
    standsFromNanos = scheduler.nowNanos();
    standsUntilNanos = standsFromNanos;
  }

  private long stands() {
    return Math.min(scheduler.nowNanos(), standsUntilNanos) - standsFromNanos;
  }

  /** Logs are slow to reach this node, while requests still do. */
  void stallReading(long nanos) {
    cluster.trace.note(() -> id + " reads nothing for " + nanos / 1_000_000 + " ms");
    stalledUntilNanos = Math.max(stalledUntilNanos, scheduler.nowNanos() + nanos);
  }

  /** No log can be reached: nothing is read, and appends wait or fail. */
  void loseLogs(long nanos) {
    logsLostUntilNanos = Math.max(logsLostUntilNanos, scheduler.nowNanos() + nanos);
    stallReading(nanos);
  }

  /** The reader of the slot logs alone is slow: heartbeats still come back. */
  void stallSlots(long nanos) {
    cluster.trace.note(() -> id + " reads no slot log for " + nanos / 1_000_000 + " ms");
    slotsStalledUntilNanos = Math.max(slotsStalledUntilNanos, scheduler.nowNanos() + nanos);
  }

  /**
   * Somebody sets the wall clock, unless the machine sleeps: where both clocks are wrong at once,
   * nobody can tell.
   */
  void setClock(long byNanos) {
    if (stands() < standsUntilNanos - standsFromNanos) {
      return;
    }
    cluster.trace.note(() -> id + "'s wall clock jumps by " + byNanos / 1_000_000 + " ms");
    wallJumpNanos += byNanos;
    cluster.lifespans.clockSet();
  }

  /** SIGTERM: it asks to be relieved of its slots, and stops once it has none. */
  void leave() {
    leaving = true;
  }

  boolean isAlive() {
    return alive;
  }

  boolean runs() {
    return alive && scheduler.nowNanos() >= pausedUntilNanos;
  }

  /** Whether what is appended to slot logs reaches it. */
  boolean readsSlots() {
    long nowNanos = scheduler.nowNanos();
    return runs() && nowNanos >= stalledUntilNanos && nowNanos >= slotsStalledUntilNanos;
  }

  boolean isLeaving() {
    return leaving;
  }

  /** The slots of whose logs it lacks nothing, by its own word: bits in the order of the slots. */
  long copies() {
    return copies;
  }

  private void countCopies() {
    long now = 0;
    long bit = 1;
    for (SlotId slot : cluster.slotLogs.keySet()) {
      now |= machine.hasCaughtUp(slot) ? bit : 0;
      bit <<= 1;
    }
    copies = now;
  }

  NodeMachine machine() {
    return machine;
  }

  SimLife services() {
    return services;
  }

  ShardMap map() {
    return newest;
  }

  int life() {
    return life;
  }

  /** Its own monotonic clock. */
  long nanos() {
    return (long) ((scheduler.nowNanos() - stoodNanos - stands()) * rate);
  }

  Instant wall() {
    return Instant.EPOCH.plusNanos((long) (scheduler.nowNanos() * rate) + wallJumpNanos);
  }

  /** Runs something in the process: later if it is paused, never if it has died since. */
  void on(Runnable event) {
    on(life, event);
  }

  private void on(int of, Runnable event) {
    if (!alive || of != life) {
      return;
    }
    long pause = pausedUntilNanos - scheduler.nowNanos();
    if (pause > 0) {
      scheduler.after(pause, () -> on(of, event));
      return;
    }
    event.run();
    perform();
    countCopies();
  }

  /** Runs something in this life of the process after a time by its own clock. */
  void after(long nanos, Runnable event) {
    int of = life;
    scheduler.after((long) (nanos / rate), () -> on(of, event));
  }

  private void tick(int of) {
    if (of == life) {
      on(() -> machine.onTick(nanos(), wall(), out));
      long untilBeat = machine.lease().nextBeatNanos() - nanos();
      long next = Math.min(scheduler.between(8, 12), Math.max(200_000, untilBeat));
      scheduler.after(Math.max(pausedUntilNanos - scheduler.nowNanos(), next), () -> tick(of));
    }
  }

  /** Reads what there is, so that it is known where the logs end. */
  private void lookForEnd(int of) {
    if (of == life) {
      slotLogHasGrown();
      scheduler.after(LOOKS_FOR_END_NANOS, () -> lookForEnd(of));
    }
  }

  private void beat(int of) {
    if (of == life) {
      if (runs() && provenAtNanos.isPresent()) {
        tell();
      }
      scheduler.after(HEARTBEAT.toNanos(), () -> beat(of));
    }
  }

  /** A heartbeat, now. */
  void tell() {
    Heartbeat heartbeat = heartbeat();
    cluster.coordinators.forEach(
        to -> cluster.network.send(id.value(), to.name, () -> to.hear(heartbeat)));
  }

  private Optional<Duration> proofSilence() {
    return provenAtNanos.map(at -> Duration.ofNanos(nanos() - at));
  }

  private Heartbeat heartbeat() {
    Map<SlotId, SlotReport> reports = new TreeMap<>();
    for (SlotView view : machine.views()) {
      reports.put(
          view.slot(),
          new SlotReport(
              SlotReport.Role.valueOf(view.role().name()),
              view.nextOffset(),
              view.epoch(),
              view.shards(),
              view.bytes(),
              view.caughtUp(),
              view.milliRequestsPerSecond()));
    }
    return new Heartbeat(
        id,
        machine.lease().incarnation(),
        URI.create("http://" + id),
        ++heartbeats,
        reports,
        Optional.empty(),
        leaving,
        new Memory(machine.memoryInUse(), machine.memoryLimit()),
        watch.map(SimWatch::words).orElse(List.of()),
        new LogContact(proofSilence(), proofSilence()),
        life + 1L,
        machine.mapVersion());
  }

  /** A request over the network or from within. */
  void submit(Request request, Duration patience, Consumer<Answer> answer) {
    long token = nextToken++;
    long deadlineNanos = nanos() + patience.toNanos();
    open.put(token, answer);
    arrivals.put(token, cluster.witness.arrived(request.slot()));
    if (request instanceof Request.Read read && !(read.leniency() instanceof Leniency.None)) {
      lenient.put(token, read);
    }
    // The last step lets a process that was paused until now come to its tick first.
    after(
        patience.toNanos(),
        () ->
            after(
                OVERDUE.toNanos(),
                () -> after(TICKS.toNanos(), () -> mustBeAnswered(token, request, deadlineNanos))));
    machine.onRequest(token, request, deadlineNanos, nanos(), wall(), out);
    perform();
  }

  private void mustBeAnswered(long token, Request request, long deadlineNanos) {
    long early = deadlineNanos + OVERDUE.toNanos() - nanos();
    if (open.containsKey(token) && early > 0) {
      // The ticker stood still.
      after(
          early, () -> after(TICKS.toNanos(), () -> mustBeAnswered(token, request, deadlineNanos)));
    } else if (open.containsKey(token)) {
      throw new Violation("liveness", id + " never answered " + request);
    }
  }

  private void perform() {
    while (!out.isEmpty()) {
      List<Action> due = List.copyOf(out);
      out.clear();
      due.forEach(this::perform);
    }
  }

  private void perform(Action action) {
    switch (action) {
      case Action.Append(SlotId slot, SlotEntry entry) -> append(slot, (SlotEntry.Signed) entry);
      case Action.AppendBeat beat ->
          appendLease(leasePartition, new LeaseEntry(beat.incarnation(), beat.sequence()));
      case Action.AppendFence fence ->
          appendLease(fence.leasePartition(), new LeaseEntry(fence.of(), -1));
      case Action.WatchNoMore _ -> throw new AssertionError("so many nodes are not simulated");
      case Action.ReplaceWriter _ -> producer = new Producer(scheduler, cluster.chaos);
      case Action.Reply(long token, Answer answer) -> {
        Consumer<Answer> asker = open.remove(token);
        Witness.Arrived arrived = arrivals.remove(token);
        Request.Read asked = lenient.remove(token);
        if (asker != null && arrived != null) {
          if (answer instanceof Answer.Stale stale) {
            cluster.staleReads.given(id, machine.lease().incarnation(), asked, stale);
          } else if (machine.serves(arrived.slot())) {
            cluster.witness.answered(id, arrived, answer);
            Witness.restsOn(answer)
                .ifPresent(at -> cluster.staleReads.answered(arrived.slot(), at.nextOffset()));
          }
          after(ANSWER_NANOS, () -> asker.accept(answer));
        }
      }
      case Action.Follow(SlotId slot) -> {
        damage.heal(slot);
        positions.put(slot, 0L);
        machine.onFollowed(slot);
        slotLogHasGrown();
      }
      case Action.Unfollow(SlotId slot) -> positions.remove(slot);
      case Action.Rejoin _ -> machine.onRejoin(cluster.freshIncarnation(), nanos());
      case Action.GivingUp _ -> {}
      case Action.Serving(SlotId slot, long _) -> {
        Invariants.serving(cluster, this, slot);
        services.activity().onServing(slot, Duration.ZERO);
      }
      case Action.Due(SlotId slot, List<SessionId> sessions) -> services.due(slot, sessions);
      case Action.FinishEnding ending -> services.finish(ending.slot(), ending.sessions());
      case Action.Agrees _ -> cluster.agreements++;
      case Action.Differs differs -> damaged(differs);
      case Action.WroteBack _ -> {}
    }
  }

  private void damaged(Action.Differs differs) {
    cluster.trace.note(() -> id + " finds that its copy differs: " + differs);
    if (!damage.isAt(differs.slot()) || differs.suspect() != Suspect.COPY) {
      throw new Violation("false alarm", id + " says that " + differs.slot() + " differs");
    }
    cluster.alarms++;
  }

  /** A record on its way to this node that is to get lost. */
  Damage damage() {
    return damage;
  }

  private void append(SlotId slot, SlotEntry.Signed entry) {
    Producer by = producer;
    int of = life;
    cluster.trace.note(() -> id + " sends to " + slot + ": " + Cluster.shown(entry));
    by.send(
        slot.toString(),
        Math.max(logsLostUntilNanos, cluster.slotLog(slot).awayUntilNanos()),
        () -> cluster.append(slot, entry),
        () ->
            on(
                of,
                () -> {
                  if (by == producer) {
                    cluster.trace.note(() -> id + " does not know the fate of an append");
                    machine.onWriterLost(nanos(), out);
                  }
                }));
  }

  private void appendLease(int partition, LeaseEntry entry) {
    Producer by = leaseProducer;
    by.send(
        LEASES + partition,
        Math.max(logsLostUntilNanos, cluster.leaseLogs.get(partition).awayUntilNanos()),
        () -> cluster.append(partition, entry),
        () -> {
          if (by == leaseProducer) {
            leaseProducer = new Producer(scheduler, cluster.chaos);
          }
        });
  }

  void slotLogHasGrown() {
    if (alive && !fetchesSlots) {
      fetchesSlots = true;
      int of = life;
      scheduler.after(cluster.chaos.fetchNanos(), () -> fetchSlots(of));
    }
  }

  private void fetchSlots(int of) {
    fetchesSlots = false;
    if (isLate(of, this::slotLogHasGrown)) {
      return;
    }
    long stall = slotsStalledUntilNanos - scheduler.nowNanos();
    if (stall > 0) {
      scheduler.after(stall, this::slotLogHasGrown);
      return;
    }
    on(() -> List.copyOf(positions.keySet()).forEach(this::readSlot));
  }

  /** Whether a fetch cannot happen now; if the process lives, it happens later. */
  private boolean isLate(int of, Runnable again) {
    if (of != life) {
      if (alive) {
        again.run();
      }
      return true;
    }
    long until = Math.max(stalledUntilNanos, pausedUntilNanos);
    if (scheduler.nowNanos() < until) {
      scheduler.after(until - scheduler.nowNanos(), again);
      return true;
    }
    return false;
  }

  private void readSlot(SlotId slot) {
    Partition<SlotEntry> log = cluster.slotLog(slot);
    if (log.awayUntilNanos() > scheduler.nowNanos()) {
      scheduler.after(log.awayUntilNanos() - scheduler.nowNanos(), this::slotLogHasGrown);
      return;
    }
    while (positions.containsKey(slot)) {
      Optional<Partition.Stored<SlotEntry>> record = log.next(positions.get(slot));
      if (record.isEmpty()) {
        machine.onAtEnd(slot, new Moment(nanos(), wall()), nanos(), wall(), out);
        perform();
        return;
      }
      long offset = record.get().offset();
      positions.put(slot, offset + 1);
      if (damage.swallows(slot, record.get().entry())) {
        cluster.trace.note(() -> slot + "@" + offset + " never gets to " + id);
        continue;
      }
      var _ = machine.onEntry(slot, offset, record.get().entry(), nanos(), wall(), out);
      perform();
      if (!damage.isAt(slot)) {
        Invariants.applied(cluster, this, slot);
      }
    }
  }

  void leaseLogHasGrown(int partition) {
    if (alive && !fetchesLeases[partition]) {
      fetchesLeases[partition] = true;
      int of = life;
      scheduler.after(cluster.chaos.fetchNanos(), () -> fetchLeases(of, partition));
    }
  }

  private void fetchLeases(int of, int partition) {
    fetchesLeases[partition] = false;
    if (isLate(of, () -> leaseLogHasGrown(partition))) {
      return;
    }
    Partition<LeaseEntry> log = cluster.leaseLogs.get(partition);
    long away = log.awayUntilNanos() - scheduler.nowNanos();
    if (away > 0) {
      scheduler.after(away, () -> leaseLogHasGrown(partition));
      return;
    }
    long position = leasePositions.getOrDefault(partition, 0L);
    boolean lost = position < log.start();
    List<LeaseEntry> batch = new ArrayList<>();
    position = lost ? log.end() : position;
    for (var record = log.next(position); record.isPresent(); record = log.next(position)) {
      position = record.get().offset() + 1;
      batch.add(record.get().entry());
    }
    leasePositions.put(partition, position);
    // What was fetched before a pause is worked off after it, before anything newer is known.
    long at =
        Math.max(worksOffAtNanos[partition] + 1, scheduler.nowNanos() + scheduler.between(0.01, 2));
    worksOffAtNanos[partition] = at;
    scheduler.after(at - scheduler.nowNanos(), () -> on(of, () -> read(partition, lost, batch)));
  }

  private void read(int partition, boolean lost, List<LeaseEntry> batch) {
    if (lost && partition != leasePartition) {
      machine.onBeatsMissed();
    } else if (lost) {
      cluster.trace.note(() -> id + " has lost its place in its lease partition");
      machine.onLeaseLogLost(out);
      perform();
    }
    for (LeaseEntry entry : batch) {
      if (entry.isFence()) {
        machine.onFence(entry.incarnation(), nanos(), wall(), out);
      } else {
        if (entry.incarnation().equals(machine.lease().incarnation())) {
          provenAtNanos = Optional.of(nanos());
        }
        machine.onBeat(entry.incarnation(), entry.sequence(), nanos(), wall(), out);
      }
      perform();
    }
  }

  void mapHasGrown() {
    if (alive && !fetchesMap) {
      fetchesMap = true;
      int of = life;
      scheduler.after(cluster.chaos.fetchNanos(), () -> fetchMap(of));
    }
  }

  private void fetchMap(int of) {
    fetchesMap = false;
    if (isLate(of, this::mapHasGrown)) {
      return;
    }
    on(() -> {
      if (mapCuts != cluster.mapLog.cuts()) {
        mapCuts = cluster.mapLog.cuts();
        mapLog = new ShardMapLog();
      }
      for (var record = cluster.mapLog.next(mapLog.nextOffset());
          record.isPresent();
          record = cluster.mapLog.next(mapLog.nextOffset())) {
        var _ = mapLog.apply(record.get().offset(), record.get().entry());
      }
      if (mapLog.map().version().newerThan(newest.version())) {
        newest = mapLog.map();
      }
      MapVersion before = machine.mapVersion();
      machine.onMap(mapLog.map(), nanos(), wall(), out);
      Invariants.followed(id.value(), before, machine.mapVersion());
      if (machine.mapVersion().newerThan(before)) {
        watch.ifPresent(it -> it.onMap(newest));
      }
    });
  }
}
