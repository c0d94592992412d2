package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A {@link Town} under load on virtual time: requests come at random, nodes count them as they
 * really do, and tables are written by what they report.
 */
final class LoadedTown {

  private static final long SECOND_NANOS = 1_000_000_000;

  /** How long a move takes; while nothing moves a table is looked at once a second. */
  private static final long MOVE_NANOS = 250_000_000;

  private static final double KEPT = Math.pow(0.5, 0.1);
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  /** What the owner of a slot has counted: an average with a half-life of 10 s. */
  private static final class Counter {
    NodeId by = new NodeId("nobody");
    double average;
    double seen;
  }

  final Town town;
  final Random random;
  final Loads loads = new Loads();
  final Balancing balancing = new Balancing(loads);
  final Map<SlotId, Double> rates = new TreeMap<>();
  final Map<SlotId, Long> bytes = new HashMap<>();

  /** When each slot has got another owner. */
  final Map<SlotId, List<Long>> moves = new TreeMap<>();

  long copiedBytes;
  long nanos = 1_000_000_000L;
  boolean urgent;
  private final Map<SlotId, Counter> counters = new HashMap<>();
  private long sequence;
  private boolean moving = true;

  LoadedTown(Town town, Random random) {
    this.town = town;
    this.random = random;
  }

  static LoadedTown of(int nodes, int slots, long seed, String... moreAreas) {
    Town town = new Town(Town.areas(slots, 2, moreAreas), Limits.DEFAULT);
    for (int i = 1; i <= nodes; i++) {
      town.join(new NodeId("node-" + i), Optional.empty());
    }
    town.settle();
    LoadedTown loaded = new LoadedTown(town, new Random(seed));
    town.map.forEachSlot((slot, _) -> {
      loaded.rates.put(slot, 0.0);
      loaded.bytes.put(slot, 1_000L);
    });
    return loaded;
  }

  /** Slots are asked for by Zipf's law, in a random order of rank. */
  LoadedTown zipfBySlot(double exponent, double requestsPerSecond) {
    List<SlotId> ranked = new ArrayList<>(rates.keySet());
    Collections.shuffle(ranked, random);
    for (int rank = 1; rank <= ranked.size(); rank++) {
      rates.put(ranked.get(rank - 1), Math.pow(rank, -exponent));
    }
    return scaledTo(requestsPerSecond);
  }

  /** Users are asked for by Zipf's law; a user's slots have one number in all areas. */
  LoadedTown zipfByUser(double exponent, int users, double requestsPerSecond) {
    rates.replaceAll((_, _) -> 0.0);
    bytes.replaceAll((_, _) -> 0L);
    List<AreaPolicy> areas = List.copyOf(town.areas.all());
    for (int rank = 1; rank <= users; rank++) {
      int number = random.nextInt(areas.getFirst().slots());
      double rate = Math.pow(rank, -exponent);
      for (AreaPolicy area : areas) {
        SlotId slot = new SlotId(area.area(), number);
        rates.merge(slot, rate / areas.size(), Double::sum);
        bytes.merge(slot, 1_000L, Long::sum);
      }
    }
    return scaledTo(requestsPerSecond);
  }

  LoadedTown scaledTo(double requestsPerSecond) {
    double sum = rates.values().stream().mapToDouble(rate -> rate).sum();
    rates.replaceAll((_, rate) -> rate / sum * requestsPerSecond);
    return this;
  }

  Now now() {
    return new Now(nanos, BEGIN.plusNanos(nanos));
  }

  void run(Duration duration) {
    long end = nanos + duration.toNanos();
    moving = true;
    while (nanos - end < 0) {
      step();
    }
  }

  private void step() {
    nanos += moving ? MOVE_NANOS : SECOND_NANOS - nanos % SECOND_NANOS;
    if (moving) {
      town.obey();
    }
    report();
    loads.tick(now());
    ShardMap before = town.map;
    town.evenness = balancing.evenness(town.map, town.fleet(), urgent, this::wholeWay, now());
    Placement.Plan plan = town.plan();
    town.map = plan.table();
    balancing.changed(before, town.map, now());
    boolean done = plan.remaining().isEmpty();
    if (done) {
      urgent = false;
      balancing.done(town.fleet(), now());
    }
    moving = !done || !town.map.sameContent(before);
    note(before, town.map);
  }

  Placement.Way wholeWay(Evenness evenness) {
    return Placement.wholeWay(
        new Placement.Question(
            town.areas, town.map, town.fleet(), town.limits, Set.of(), true, evenness));
  }

  private void report() {
    if (nanos % SECOND_NANOS == 0) {
      rates.forEach(this::count);
    }
    sequence++;
    for (Town.Resident resident : town.residents.values()) {
      resident.reports.replaceAll((slot, report) -> withCounts(resident.id, slot, report));
      if (resident.life != Life.DEAD && nanos % SECOND_NANOS == 0) {
        loads.heard(heartbeat(resident), now());
      }
    }
  }

  private Heartbeat heartbeat(Town.Resident resident) {
    return new Heartbeat(
        resident.id,
        new Incarnation(resident.incarnation * 1_000 + resident.id.value().hashCode()),
        URI.create("http://" + resident.id),
        sequence,
        resident.reports,
        resident.zone,
        resident.draining);
  }

  private void count(SlotId slot, double rate) {
    Counter counter = counters.computeIfAbsent(slot, _ -> new Counter());
    NodeId owner = town.map.find(slot).flatMap(SlotAssignment::owner).orElse(counter.by);
    if (!owner.equals(counter.by)) {
      counter.by = owner;
      counter.average = 0;
      counter.seen = 0;
    }
    counter.average = KEPT * counter.average + (1 - KEPT) * requests(rate);
    counter.seen = KEPT * counter.seen + (1 - KEPT);
  }

  /** A random number of requests in a second (Poisson; Knuth's method, normal where large). */
  private int requests(double rate) {
    if (rate > 30) {
      return (int) Math.max(0, Math.round(rate + Math.sqrt(rate) * random.nextGaussian()));
    }
    double limit = Math.exp(-rate);
    double product = random.nextDouble();
    int count = 0;
    while (product > limit) {
      product *= random.nextDouble();
      count++;
    }
    return count;
  }

  private SlotReport withCounts(NodeId node, SlotId slot, SlotReport report) {
    Counter counter = counters.get(slot);
    boolean counts =
        counter != null
            && counter.by.equals(node)
            && counter.seen > 0
            && report.role() == SlotReport.Role.SERVING;
    long size = bytes.getOrDefault(slot, 0L);
    return new SlotReport(
        report.role(),
        report.nextOffset(),
        report.epoch(),
        size / 1_000,
        size,
        report.caughtUp(),
        counts ? Math.round(counter.average / counter.seen * 1_000) : 0);
  }

  private void note(ShardMap before, ShardMap after) {
    after.forEachSlot((slot, assignment) -> {
      SlotAssignment old = before.find(slot).orElseThrow();
      if (!old.equals(assignment)) {
        if (!old.owner().equals(assignment.owner())) {
          moves.computeIfAbsent(slot, _ -> new ArrayList<>()).add(nanos);
        }
        for (NodeId holder : Draft.holders(assignment)) {
          copiedBytes += old.involves(holder) ? 0 : bytes.getOrDefault(slot, 0L);
        }
      }
    });
  }

  /** How many slots have got another owner, each as often as it has. */
  long movesMade() {
    return moves.values().stream().mapToLong(List::size).sum();
  }

  long totalBytes() {
    return bytes.values().stream().mapToLong(size -> size).sum();
  }

  /** What each active node is really asked for, in requests per second. */
  Map<NodeId, Double> burdens() {
    Map<NodeId, Double> burdens = new TreeMap<>();
    town.active().forEach(node -> burdens.put(node, 0.0));
    town.map.forEachSlot((slot, assignment) ->
        assignment
            .owner()
            .ifPresent(owner -> burdens.merge(owner, rates.getOrDefault(slot, 0.0), Double::sum)));
    return burdens;
  }

  /** The busiest node's true load by the mean one's. */
  double imbalance() {
    Map<NodeId, Double> burdens = burdens();
    double sum = burdens.values().stream().mapToDouble(load -> load).sum();
    return Collections.max(burdens.values()) * burdens.size() / sum;
  }

  /** The smallest imbalance that any table could have under the true loads. */
  double leastImbalance() {
    Map<SlotId, SlotLoad> exact = new HashMap<>();
    rates.forEach((slot, rate) -> exact.put(slot, new SlotLoad(rate, 0, 0, 0)));
    FairShare share = FairShare.of(rates.keySet(), new Weights(exact, true), town.active().size());
    return share.bound() / share.mean();
  }
}
