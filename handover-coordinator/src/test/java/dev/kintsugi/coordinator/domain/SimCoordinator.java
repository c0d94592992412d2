package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.ShardMapLog.Entry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.assertj.core.api.Assertions;

/** A coordinator with its mailbox and its writer, either of which may be slow or stopped. */
final class SimCoordinator {

  private record Sent(long atNanos, Entry entry) {}

  private record Mail(long atNanos, Event event) {}

  final String name;
  Coordinator rules;
  boolean alive = true;
  boolean paused;

  /** While set, appends reach the log only after this time; they are neither lost nor failed. */
  long heldUntilNanos;

  int tablesRefused;
  final List<Notice> notices = new ArrayList<>();
  private final List<Mail> mailbox = new ArrayList<>();
  private final Deque<Sent> underWay = new ArrayDeque<>();
  private final SimWorld world;
  private int read;
  private int cuts;

  private boolean atEnd;
  private long nextTickNanos;
  private MapVersion seen = MapVersion.NONE;

  SimCoordinator(SimWorld world, String name, long incarnation) {
    this.world = world;
    this.name = name;
    this.rules = new Coordinator(world.settings(name), new Incarnation(incarnation));
  }

  void restart(long incarnation) {
    rules = new Coordinator(world.settings(name), new Incarnation(incarnation));
    alive = true;
    paused = false;
    read = 0;
    cuts = world.log.cuts;
    atEnd = false;
    mailbox.clear();
    seen = MapVersion.NONE;
  }

  void kill() {
    alive = false;
    mailbox.clear();
  }

  boolean runs() {
    return alive && !paused;
  }

  void send(Event event, long delayNanos) {
    if (alive) {
      mailbox.add(new Mail(world.nanos + delayNanos, event));
    }
  }

  /** What was on its way to Kafka gets there even while the process is stopped. */
  void land() {
    while (!underWay.isEmpty()
        && world.nanos - underWay.getFirst().atNanos() >= 0
        && world.nanos >= heldUntilNanos) {
      world.log.append(underWay.removeFirst().entry());
    }
  }

  void step() {
    if (!runs()) {
      return;
    }
    for (Mail mail : List.copyOf(mailbox)) {
      if (world.nanos - mail.atNanos() >= 0) {
        mailbox.remove(mail);
        deliver(mail.event());
      }
    }
    if (cuts != world.log.cuts) {
      cuts = world.log.cuts;
      read = 0;
      atEnd = false;
      deliver(new Event.PositionLost());
    }
    boolean hadSome = read < world.log.entries.size();
    while (read < world.log.entries.size()) {
      deliver(new Event.Read(read, world.log.entries.get(read)));
      read++;
    }
    if (!atEnd && !hadSome) {
      atEnd = true;
      deliver(new Event.ReachedEnd());
    }
    if (world.nanos - nextTickNanos >= 0) {
      nextTickNanos = world.nanos + world.tickNanos();
      deliver(new Event.Tick());
    }
  }

  private void deliver(Event event) {
    rules.on(event, world.now()).forEach(this::perform);
    MapVersion version = rules.map().version();
    Assertions.assertThat(seen.newerThan(version)).as("%s: version goes back", name).isFalse();
    seen = version;
  }

  private void perform(Action action) {
    switch (action) {
      case Action.Append(Entry entry) -> {
        if (world.losesAppends()) {
          send(new Event.AppendFailed(entry), 20_000_000);
          if (world.random.nextBoolean()) {
            return;
          }
        }
        if (entry instanceof Entry.Table table && world.isTooLarge(table.map())) {
          tablesRefused++;
          send(new Event.TableTooLarge(table), 1_000_000);
          return;
        }
        underWay.add(new Sent(world.nanos + world.latencyNanos(), entry));
      }
      case Action.RenewWriter _ -> {
        if (world.random.nextBoolean()) {
          underWay.clear();
        }
      }
      case Action.Knock knock -> world.knock(this, knock);
      case Action.Tell(Notice notice) -> notices.add(notice);
    }
  }
}
