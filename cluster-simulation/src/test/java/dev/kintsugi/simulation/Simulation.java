package dev.kintsugi.simulation;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** One run: a cluster under faults, then a calm in which it has to recover. Pure for its seed. */
final class Simulation {

  private static final long SECOND = 1_000_000_000L;
  private static final long FAULTS_UNTIL = 7 * SECOND;

  /** When even those faults that last long have ended. */
  static final long CALM_FROM = 8 * SECOND;

  private static final long END = 13 * SECOND;

  /** By then the first table is there and every slot is served. */
  private static final long STARTED = 5 * SECOND / 2;

  private static final int NODES = 3;
  private static final int CLIENTS = 5;
  private static final int USERS = 3;

  /** What came of a run. */
  record Result(
      long seed,
      long steps,
      long faults,
      long handovers,
      long acknowledged,
      Marked marked,
      long fingerprint,
      Optional<Violation> violation,
      List<String> trace) {}

  /** How many answers were marked stale. */
  record Marked(long byStandbys, long byOwners) {}

  private Simulation() {}

  /** The faults that a seed stands for. */
  static List<Fault> faults(long seed) {
    return isPlanned(seed) ? Fault.moves(seed, FAULTS_UNTIL) : Fault.plan(seed, FAULTS_UNTIL);
  }

  /** Every eighth seed is one in which nothing breaks and slots are moved all the time. */
  static boolean isPlanned(long seed) {
    return seed % 8 == 7;
  }

  static Result run(long seed) {
    return run(seed, faults(seed), false);
  }

  /** The violation that a seed leads to, in words; empty if there is none. */
  static String outcome(long seed) {
    return run(seed).violation().map(Violation::getMessage).orElse("");
  }

  /**
   * Runs a seed with these faults of its.
   *
   * @param traced whether to write down what happens
   */
  static Result run(long seed, List<Fault> faults, boolean traced) {
    Scheduler scheduler = new Scheduler(seed);
    Chaos chaos = new Chaos(scheduler);
    Trace trace = new Trace(scheduler, traced);
    Cluster cluster = new Cluster(scheduler, chaos, trace, NODES);
    History history = new History(cluster);
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new Client(cluster, history, i, USERS));
    }
    clients.forEach(Client::start);
    new Saboteur(cluster).schedule(faults);
    if (isPlanned(seed)) {
      chaos.calm();
      scheduler.after(STARTED, history::nothingBreaks);
    }
    Optional<Violation> violation = Optional.empty();
    try {
      long began = scheduler.nowNanos();
      Runnable check = () -> Invariants.afterStep(cluster);
      scheduler.runUntil(began + CALM_FROM, check);
      calm(cluster);
      Set<SessionId> ending = ending(cluster);
      scheduler.runUntil(began + (CALM_FROM + END) / 2, check);
      long before = history.answered();
      scheduler.runUntil(began + END, check);
      cluster.lifespans.atEnd();
      Invariants.recovered(cluster, ending, history.answered() - before, CLIENTS);
      if (cluster.agreements == 0) {
        throw new Violation("I9", "no copy was ever compared with its owner's");
      }
    } catch (Violation found) {
      violation = Optional.of(found);
    } catch (RuntimeException crash) {
      violation = Optional.of(Violation.of(crash));
    }
    return new Result(
        seed,
        scheduler.steps(),
        chaos.faults(),
        cluster.truth.handovers(),
        history.acknowledged(),
        new Marked(cluster.staleReads.byStandbys(), cluster.staleReads.byOwners()),
        scheduler.fingerprint(),
        violation,
        trace.lines());
  }

  private static Set<SessionId> ending(Cluster cluster) {
    Set<SessionId> ending = new TreeSet<>();
    for (SlotId slot : cluster.slotLogs.keySet()) {
      if (slot.area().equals(Area.SESSION)) {
        ending.addAll(cluster.truth.ending(slot));
      }
    }
    return ending;
  }

  private static void calm(Cluster cluster) {
    cluster.trace.note(() -> "*** calm");
    cluster.chaos.calm();
    cluster.lifespans.calm();
    cluster.nodes.stream().filter(node -> !node.isAlive()).forEach(SimNode::start);
    cluster.coordinators.stream()
        .filter(coordinator -> !coordinator.isAlive())
        .forEach(SimCoordinator::start);
  }
}
