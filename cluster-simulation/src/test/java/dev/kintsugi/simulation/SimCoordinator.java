package dev.kintsugi.simulation;

import dev.kintsugi.coordinator.domain.Action;
import dev.kintsugi.coordinator.domain.Coordinator;
import dev.kintsugi.coordinator.domain.CoordinatorId;
import dev.kintsugi.coordinator.domain.Event;
import dev.kintsugi.coordinator.domain.Heartbeat;
import dev.kintsugi.coordinator.domain.Limits;
import dev.kintsugi.coordinator.domain.Now;
import dev.kintsugi.coordinator.domain.ProbeResult;
import dev.kintsugi.coordinator.domain.Settings;
import dev.kintsugi.coordinator.domain.Timing;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMapLog;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** One process of the coordinator: it can crash and be paused. */
final class SimCoordinator {

  private static final Duration TICK = Duration.ofMillis(20);
  static final Duration DEAD_AFTER = Duration.ofMillis(900);
  static final Duration CUT_OFF_AFTER = Duration.ofSeconds(2);
  private static final String MAP = "shard-map";

  /** Shorter than in production where only patience is concerned, so that more happens. */
  private static final Timing TIMING =
      new Timing(
          Duration.ofMillis(300),
          DEAD_AFTER,
          Duration.ofMillis(1_500),
          8,
          Duration.ofSeconds(5),
          CUT_OFF_AFTER,
          CUT_OFF_AFTER.multipliedBy(3),
          Duration.ofMillis(300),
          Duration.ofSeconds(2),
          Duration.ofMinutes(10),
          Duration.ofMillis(200),
          Duration.ofSeconds(1),
          Duration.ofMillis(200),
          Duration.ofSeconds(1),
          Duration.ofSeconds(2));

  final String name;
  private final Cluster cluster;
  private final Scheduler scheduler;
  private boolean alive;
  private int life;
  private long pausedUntilNanos;
  private Coordinator rules;
  private Producer producer;
  private long position;
  private int cuts;
  private boolean fetches;
  private MapVersion seen = MapVersion.NONE;
  private Optional<ShardMapLog.Entry> tableUnderWay = Optional.empty();

  @SuppressWarnings("NullAway.Init") // rules and producer come with the first start
  SimCoordinator(Cluster cluster, String name) {
    this.cluster = cluster;
    this.scheduler = cluster.scheduler;
    this.name = name;
  }

  void start() {
    life++;
    alive = true;
    pausedUntilNanos = 0;
    position = 0;
    cuts = cluster.mapLog.cuts();
    seen = MapVersion.NONE;
    tableUnderWay = Optional.empty();
    producer = new Producer(scheduler, cluster.chaos);
    rules =
        new Coordinator(
            new Settings(
                new CoordinatorId(name),
                "http://" + name,
                cluster.areas,
                TIMING,
                Limits.DEFAULT,
                TICK,
                100),
            cluster.freshIncarnation());
    int born = life;
    scheduler.after(scheduler.between(0, 20), () -> tick(born));
    logHasGrown();
  }

  void crash() {
    if (alive) {
      cluster.trace.note(() -> name + " crashes");
      alive = false;
      life++;
      producer.crash();
    }
  }

  void pause(long nanos) {
    cluster.trace.note(() -> name + " is paused for " + nanos / 1_000_000 + " ms");
    pausedUntilNanos = Math.max(pausedUntilNanos, scheduler.nowNanos() + nanos);
  }

  boolean isAlive() {
    return alive;
  }

  boolean runs() {
    return alive && scheduler.nowNanos() >= pausedUntilNanos;
  }

  boolean isLeading() {
    return alive && rules.isLeading();
  }

  Coordinator rules() {
    return rules;
  }

  Now now() {
    return new Now(scheduler.nowNanos(), Instant.EPOCH.plusNanos(scheduler.nowNanos()));
  }

  void hear(Heartbeat heartbeat) {
    deliver(life, new Event.Heard(heartbeat));
  }

  private void tick(int of) {
    if (of == life) {
      deliver(of, new Event.Tick());
      long next = Math.max(TICK.toNanos(), pausedUntilNanos - scheduler.nowNanos());
      scheduler.after(next, () -> tick(of));
    }
  }

  private void deliver(int of, Event event) {
    if (!alive || of != life) {
      return;
    }
    long pause = pausedUntilNanos - scheduler.nowNanos();
    if (pause > 0) {
      scheduler.after(pause, () -> deliver(of, event));
      return;
    }
    rules.on(event, now()).forEach(this::perform);
    Invariants.followed(name, seen, rules.map().version());
    seen = rules.map().version();
  }

  private void perform(Action action) {
    switch (action) {
      case Action.Append(ShardMapLog.Entry entry) -> {
        int of = life;
        if (entry instanceof ShardMapLog.Entry.Table) {
          tableUnderWay = Optional.of(entry);
        }
        producer.send(
            MAP,
            cluster.mapLog.awayUntilNanos(),
            () -> cluster.append(entry),
            () -> {
              arrived(entry);
              deliver(of, new Event.AppendFailed(entry));
            });
      }
      case Action.RenewWriter _ -> producer = new Producer(scheduler, cluster.chaos);
      case Action.Knock knock -> {
        int of = life;
        ProbeResult result = knock(knock.node());
        scheduler.after(
            scheduler.between(1, 20),
            () -> deliver(of, new Event.Probed(knock.node(), knock.incarnation(), result)));
      }
      case Action.Tell tell -> cluster.trace.note(() -> name + ": " + shown(tell));
    }
  }

  private static String shown(Action.Tell tell) {
    String text = tell.notice().toString();
    return text.length() > 160 ? text.substring(0, 160) + "…" : text;
  }

  private ProbeResult knock(NodeId id) {
    SimNode node = cluster.node(id);
    if (!cluster.network.connects(name, id.value())) {
      return ProbeResult.UNCLEAR;
    }
    return node.runs()
        ? ProbeResult.ANSWERED
        : node.isAlive() ? ProbeResult.UNCLEAR : ProbeResult.REFUSED;
  }

  void logHasGrown() {
    if (alive && !fetches) {
      fetches = true;
      int of = life;
      scheduler.after(cluster.chaos.fetchNanos(), () -> fetch(of));
    }
  }

  private void fetch(int of) {
    fetches = false;
    if (of != life) {
      logHasGrown();
      return;
    }
    long pause = pausedUntilNanos - scheduler.nowNanos();
    if (pause > 0) {
      scheduler.after(pause, this::logHasGrown);
      return;
    }
    if (cluster.mapLog.awayUntilNanos() > scheduler.nowNanos()) {
      scheduler.after(cluster.mapLog.awayUntilNanos() - scheduler.nowNanos(), this::logHasGrown);
      return;
    }
    read(of);
  }

  private void read(int of) {
    if (cuts != cluster.mapLog.cuts()) {
      cuts = cluster.mapLog.cuts();
      position = 0;
      deliver(of, new Event.PositionLost());
    }
    for (var record = cluster.mapLog.next(position);
        record.isPresent();
        record = cluster.mapLog.next(position)) {
      position = record.get().offset() + 1;
      arrived(record.get().entry());
      deliver(of, new Event.Read(record.get().offset(), record.get().entry()));
    }
    deliver(of, new Event.ReachedEnd());
  }

  private void arrived(ShardMapLog.Entry entry) {
    if (tableUnderWay.filter(entry::equals).isPresent()) {
      tableUnderWay = Optional.empty();
    }
  }

  /** Whether a table that it has sent has not come back yet. */
  boolean hasTableUnderWay() {
    return tableUnderWay.isPresent();
  }

  /** Whether, by its map, somebody has still to release the slot. */
  boolean isMoving(SlotId slot) {
    return rules.map().find(slot).flatMap(SlotAssignment::releasing).isPresent();
  }

  /** Reads what has been appended, without the usual delay. */
  void readAtOnce() {
    if (alive) {
      read(life);
    }
  }
}
