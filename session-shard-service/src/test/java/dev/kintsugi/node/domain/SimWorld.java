package dev.kintsugi.node.domain;

import dev.kintsugi.core.ApplicationId;
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
import dev.kintsugi.core.UserId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Several nodes on one virtual clock over an in-memory log that delays, loses acknowledgements and
 * lets the appends of closed producers arrive late. Everything that happens follows from the seed.
 */
final class SimWorld {

  static final Areas AREAS = Areas.of(List.of(new AreaPolicy(Area.SESSION, 1, 2, 100_000)));
  static final SlotId SLOT = new SlotId(Area.SESSION, 0);
  static final ApplicationId APPLICATION = new ApplicationId("app");
  static final UserId USER = new UserId("alice");
  private static final Duration LEASE = Duration.ofMillis(200);

  final Random random;
  final List<SimNode> nodes = new ArrayList<>();
  final List<SlotEntry> slotLog = new ArrayList<>();
  long nowNanos = 1_000_000_000L;
  int faults;
  int takeovers;
  int handedOn;
  boolean calm;

  private final PriorityQueue<Due> queue = new PriorityQueue<>();
  private final List<LeaseEntry> leaseLog = new ArrayList<>();
  private long order;
  private long nextIncarnation = 1;
  private long grant;
  private int mapOffset;
  private ShardMap map = ShardMap.EMPTY;

  private record Due(long atNanos, long order, Runnable what) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private record LeaseEntry(Incarnation incarnation, long beat) {}

  SimWorld(long seed, int size) {
    this.random = new Random(seed);
    for (int i = 1; i <= size; i++) {
      nodes.add(new SimNode(new NodeId("node-" + i)));
    }
    nodes.forEach(SimNode::start);
  }

  void after(long nanos, Runnable what) {
    queue.add(new Due(nowNanos + Math.max(0, nanos), order++, what));
  }

  long millis(double from, double to) {
    return (long) ((from + random.nextDouble() * (to - from)) * 1_000_000);
  }

  void runUntil(long untilNanos) {
    while (!queue.isEmpty() && queue.peek().atNanos() <= untilNanos) {
      Due due = queue.poll();
      nowNanos = Math.max(nowNanos, due.atNanos());
      due.what().run();
    }
    nowNanos = untilNanos;
  }

  static SessionId session(int number) {
    byte[] secret = new byte[SessionId.SECRET_BYTES];
    secret[0] = (byte) number;
    return SessionId.of(new PlacementKey(0), secret);
  }

  /** Names a new owner, as a coordinator would that may well be wrong. */
  void assign(SimNode owner, boolean planned) {
    Optional<NodeId> before = map.find(SLOT).flatMap(SlotAssignment::owner);
    grant++;
    List<NodeId> standbys =
        nodes.stream().map(node -> node.id).filter(id -> !id.equals(owner.id)).toList();
    Optional<NodeId> releasing =
        planned ? before.filter(id -> !id.equals(owner.id)) : Optional.empty();
    map =
        ShardMap.of(
            new MapVersion(new Epoch(1, 1), mapOffset++),
            nodes.stream()
                .map(node ->
                    new MapNode(
                        node.id,
                        URI.create("http://" + node.id),
                        new Incarnation(1),
                        MapNode.State.UP,
                        Optional.empty()))
                .toList(),
            Map.of(
                Area.SESSION,
                List.of(new SlotAssignment(Optional.of(owner.id), standbys, grant, releasing))));
    ShardMap published = map;
    nodes.forEach(node -> after(millis(0.2, 5), () -> node.hear(published)));
  }

  /** A planned move whose old owner died: the same, without waiting for its release. */
  void unplan() {
    SlotAssignment now = map.find(SLOT).orElseThrow();
    assign(node(now.owner().orElseThrow()), false);
  }

  SimNode node(NodeId id) {
    return nodes.stream().filter(node -> node.id.equals(id)).findFirst().orElseThrow();
  }

  SimNode anyNode() {
    return nodes.get(random.nextInt(nodes.size()));
  }

  /** One process. */
  final class SimNode {
    final NodeId id;
    boolean alive;
    private long pausedUntil;
    private long stalledUntil;
    private int life;
    private double rate = 1;
    private int writer;
    private long slotRead;
    private long leaseRead;
    private boolean following;
    private NodeMachine machine;
    private final Map<Long, Consumer<Answer>> open = new HashMap<>();
    private long nextToken;

    /** The first request since the slot was given up, while it has not been served again. */
    private OptionalLong sinceGivingUp = OptionalLong.empty();

    private ShardMap known = ShardMap.EMPTY;
    private long lastAppendNanos;
    private final List<Action> out = new ArrayList<>();

    SimNode(NodeId id) {
      this.id = id;
    }

    void start() {
      life++;
      alive = true;
      pausedUntil = 0;
      stalledUntil = 0;
      following = false;
      sinceGivingUp = OptionalLong.empty();
      slotRead = 0;
      writer++;
      leaseRead = leaseLog.size();
      rate = 1 + (random.nextDouble() - 0.5) * 0.01;
      Lease lease = new Lease(LEASE, Duration.ofMillis(50), freshIncarnation(), nanos());
      machine =
          new NodeMachine(
              id,
              AREAS,
              lease,
              0,
              (_, patch) -> Optional.of(patch),
              NodeSettings.of(Duration.ofHours(1)));
      ShardMap first = map;
      int born = life;
      on(() -> learn(first));
      after(0, () -> tick(born));
    }

    void crash() {
      alive = false;
      life++;
      open.clear();
      out.clear();
    }

    void pause(long nanos) {
      pausedUntil = nowNanos + nanos;
    }

    private Incarnation freshIncarnation() {
      return new Incarnation(nextIncarnation++);
    }

    private long nanos() {
      return (long) (nowNanos * rate);
    }

    private Instant wall() {
      return Instant.EPOCH.plusNanos((long) (nowNanos * rate));
    }

    /** Runs something in the process: later if it is paused, never if it has died since. */
    void on(Runnable event) {
      int of = life;
      if (!alive) {
        return;
      }
      if (nowNanos < pausedUntil) {
        after(pausedUntil - nowNanos, () -> resumed(of, event));
        return;
      }
      event.run();
      perform();
    }

    private void resumed(int of, Runnable event) {
      if (of == life) {
        on(event);
      }
    }

    private void tick(int of) {
      if (of != life) {
        return;
      }
      on(() -> machine.onTick(nanos(), wall(), out));
      after(Math.max(pausedUntil - nowNanos, millis(4, 6)), () -> tick(of));
    }

    /** The map is read from a log like everything else. */
    private void hear(ShardMap published) {
      if (nowNanos < stalledUntil) {
        after(stalledUntil - nowNanos, () -> hear(published));
      } else {
        on(() -> learn(published));
      }
    }

    private void learn(ShardMap published) {
      if (published.version().newerThan(known.version())) {
        known = published;
        machine.onMap(published, nanos(), wall(), out);
      }
    }

    void submit(Request request, long patienceNanos, Consumer<Answer> answer) {
      on(() -> {
        long token = nextToken++;
        open.put(token, answer);
        machine.onRequest(token, request, nanos() + patienceNanos, nanos(), wall(), out);
      });
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
        case Action.Append append -> append(append.entry());
        case Action.AppendBeat beat -> lease(new LeaseEntry(beat.incarnation(), beat.sequence()));
        case Action.AppendFence fence -> {
          takeovers++;
          lease(new LeaseEntry(fence.of(), -1));
        }
        case Action.ReplaceWriter _ -> writer++;
        case Action.Reply(long token, Answer answer) -> {
          Consumer<Answer> asker = open.remove(token);
          if (sinceGivingUp.isPresent()
              && token >= sinceGivingUp.getAsLong()
              && !(answer instanceof Answer.Refused || answer instanceof Answer.Stale)) {
            throw new AssertionError(id + " answers after it has given up: " + answer);
          }
          if (asker != null) {
            after(millis(0.1, 1), () -> asker.accept(answer));
          }
        }
        case Action.Follow _ -> {
          following = true;
          slotRead = 0;
          machine.onFollowed(SLOT);
          deliver(life);
        }
        case Action.Unfollow _ -> following = false;
        case Action.Rejoin _ -> machine.onRejoin(freshIncarnation(), nanos());
        case Action.Serving _ -> sinceGivingUp = OptionalLong.empty();
        case Action.GivingUp _ -> {
          handedOn++;
          sinceGivingUp = OptionalLong.of(nextToken);
        }
        case Action.FinishEnding _,
            Action.Due _,
            Action.Agrees _,
            Action.WatchNoMore _,
            Action.WroteBack _ -> {}
        case Action.Differs differs -> throw new AssertionError("false alarm: " + differs);
      }
    }

    /**
     * Order is kept among the appends of one producer; a closed one's may arrive late, or never.
     */
    private void append(SlotEntry entry) {
      int by = writer;
      int of = life;
      boolean lost = !calm && random.nextInt(150) == 0;
      boolean dropped = lost && random.nextBoolean();
      if (lost) {
        faults++;
        after(millis(5, 40), () -> fail(of, by));
      }
      lastAppendNanos = Math.max(lastAppendNanos + 1_000, nowNanos + millis(0.2, 2));
      long at = lost && random.nextBoolean() ? nowNanos + millis(5, 600) : lastAppendNanos;
      if (!dropped && by != brokenWriter) {
        after(at - nowNanos, () -> arrive(entry));
      }
      if (lost) {
        // Nothing that the same producer sends afterwards overtakes what it has lost.
        brokenWriter = by;
      }
    }

    private int brokenWriter = -1;

    private void fail(int of, int by) {
      if (of == life) {
        on(() -> {
          if (by == writer) {
            machine.onWriterLost(nanos(), out);
          }
        });
      }
    }

    private void lease(LeaseEntry entry) {
      if (!calm && random.nextInt(100) == 0) {
        return;
      }
      after(
          millis(0.2, 3),
          () -> {
            leaseLog.add(entry);
            nodes.forEach(node -> after(millis(0.2, 3), () -> node.deliver(node.life)));
          });
    }

    private void arrive(SlotEntry entry) {
      slotLog.add(entry);
      nodes.forEach(node -> after(millis(0.2, 3), () -> node.deliver(node.life)));
    }

    /** The log is slow to reach this node, while requests still do. */
    void stallReading(long nanos) {
      stalledUntil = nowNanos + nanos;
    }

    private void deliver(int of) {
      if (of != life) {
        return;
      }
      if (nowNanos < stalledUntil) {
        after(stalledUntil - nowNanos, () -> deliver(of));
        return;
      }
      on(this::readOn);
    }

    private void readOn() {
      while (leaseRead < leaseLog.size()) {
        LeaseEntry entry = leaseLog.get((int) leaseRead++);
        if (entry.beat() < 0) {
          machine.onFence(entry.incarnation(), nanos(), wall(), out);
        } else {
          machine.onBeat(entry.incarnation(), entry.beat(), nanos(), wall(), out);
        }
        perform();
      }
      while (following && slotRead < slotLog.size()) {
        long offset = slotRead++;
        var _ = machine.onEntry(SLOT, offset, slotLog.get((int) offset), nanos(), wall(), out);
        perform();
      }
      if (following) {
        machine.onAtEnd(SLOT, new Moment(nanos(), wall()), nanos(), wall(), out);
      }
    }
  }
}
