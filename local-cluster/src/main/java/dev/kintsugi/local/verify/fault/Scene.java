package dev.kintsugi.local.verify.fault;

import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.admin.SlotTable;
import dev.kintsugi.local.verify.measure.FaultWindow;
import dev.kintsugi.local.verify.measure.Harm;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Where faults happen: the processes, what is known of the slots, and the notes of what was done.
 * What is broken when it is closed is mended. Thread-safe.
 */
public final class Scene implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration CALM = Duration.ofSeconds(2);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final long NAP_NANOS = Duration.ofMillis(20).toNanos();

  private final Processes processes;
  private final Cluster cluster;
  private final RandomGenerator random;
  private final LongSupplier nanos;
  private final InstantSource wall;
  private final Consumer<String> told;
  private final Consumer<String> watched;
  private final List<FaultWindow> windows = new ArrayList<>();
  private final Map<String, Instant> hurt = new TreeMap<>();
  private final List<Harm> harms = new ArrayList<>();
  private final Deque<Runnable> toMend = new ArrayDeque<>();
  private int leastMoves;
  private volatile boolean over;

  /**
   * @param nanos since the beginning of the run
   * @param wall the clock that the coordinators have as well
   * @param told what is done, as it is done
   * @param watched the node that probes are to go to from now on
   */
  public Scene(
      Processes processes,
      Cluster cluster,
      RandomGenerator random,
      LongSupplier nanos,
      InstantSource wall,
      Consumer<String> told,
      Consumer<String> watched) {
    this.processes = processes;
    this.cluster = cluster;
    this.random = random;
    this.nanos = nanos;
    this.wall = wall;
    this.told = told;
    this.watched = watched;
  }

  Processes processes() {
    return processes;
  }

  RandomGenerator random() {
    return random;
  }

  /** Who owns what now. */
  SlotTable table() {
    return cluster.table();
  }

  /** A node that owns slots, by chance; probes go there from now on. */
  String victim() {
    List<String> owners = List.copyOf(new TreeSet<>(table().owned().keySet()));
    if (owners.isEmpty()) {
      throw new IllegalStateException("no node owns any slot");
    }
    String victim = owners.get(random.nextInt(owners.size()));
    watch(victim);
    return victim;
  }

  /** Probes go to this node from now on. */
  void watch(String node) {
    watched.accept(node);
  }

  /** Gives a command to the coordinator that leads, such as {@code nodes/node-1/drain}. */
  void command(String what) {
    cluster.command(what);
  }

  /** Waits until the table is so, for two minutes at most. */
  void awaitThat(String what, Predicate<SlotTable> reached) throws InterruptedException {
    long until = nanos() + LIMIT.toNanos();
    while (!reached.test(table())) {
      if (nanos() > until) {
        throw new SuiteException("after %d s not yet: %s".formatted(LIMIT.toSeconds(), what));
      }
      awaitFor(POLL);
    }
  }

  /**
   * Waits until a node has its share, for two minutes at most: at least half as many slots as the
   * mean node (owners go by load, so that numbers differ), every slot whole, and no owner changed
   * for two seconds.
   */
  void awaitShare(String node) throws InterruptedException {
    var calm =
        new Object() {
          Map<String, String> owners = Map.of();
          long sinceNanos = nanos();
        };
    awaitThat(
        node + " has its share of slots",
        table -> {
          Map<String, String> owners = table.owners();
          if (!owners.equals(calm.owners)) {
            calm.owners = owners;
            calm.sinceNanos = nanos();
          }
          Map<String, Integer> owned = table.owned();
          return 2 * owned.getOrDefault(node, 0) * owned.size() >= owners.size()
              && table.isWhole()
              && nanos() - calm.sinceNanos >= CALM.toNanos();
        });
  }

  /** Waits until nothing is broken any more and nothing moves. */
  void awaitWhole() throws InterruptedException {
    cluster.awaitWhole();
  }

  /** From now on it is no wonder if slots are taken from this node, until {@link #heals}. */
  synchronized void hurts(String node) {
    hurt.putIfAbsent(node, wall.instant());
  }

  /** What was done to the node is undone. */
  synchronized void heals(String node) {
    Instant since = hurt.remove(node);
    if (since != null) {
      harms.add(new Harm(node, since, wall.instant()));
    }
  }

  /** What was done to nodes for which slots may have been taken from them, and was undone. */
  public synchronized List<Harm> harms() {
    return List.copyOf(harms);
  }

  void tell(String what) {
    told.accept(what);
  }

  /** Waits, unless everything is broken off. */
  public void awaitFor(Duration time) throws InterruptedException {
    long until = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(Math.min(left, NAP_NANOS));
      if (over || Thread.interrupted()) {
        throw new InterruptedException("the fault was broken off");
      }
    }
  }

  /** What undoes a fault, should it not come to its end. */
  synchronized Runnable mendsWith(Runnable mend) {
    toMend.push(mend);
    return mend;
  }

  /** It has come to its end. */
  synchronized void mended(Runnable mend) {
    toMend.remove(mend);
  }

  /** Everything has come to its end. */
  synchronized void mendedAll() {
    toMend.clear();
  }

  /** Since the beginning of the run. */
  long nanos() {
    return nanos.getAsLong();
  }

  /** Notes a fault that is over. */
  synchronized void over(String what, String process, long beganNanos) {
    windows.add(new FaultWindow(what, process, beganNanos, nanos()));
  }

  /** The faults that are over. */
  public synchronized List<FaultWindow> windows() {
    return List.copyOf(windows);
  }

  /** How many slots have to move, where a fault knows. */
  synchronized void leastMoves(int count) {
    leastMoves = count;
  }

  /** As told; 0: not known. */
  public synchronized int leastMoves() {
    return leastMoves;
  }

  /** From now on nothing is broken or mended any more. */
  public synchronized void breakOff() {
    over = true;
    toMend.clear();
  }

  @Override
  public void close() {
    mend();
  }

  /** Mends what is still broken. */
  public void mend() {
    List<Runnable> all;
    synchronized (this) {
      all = List.copyOf(toMend);
      toMend.clear();
    }
    all.forEach(Runnable::run);
  }
}
