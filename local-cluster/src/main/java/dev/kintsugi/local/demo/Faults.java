package dev.kintsugi.local.demo;

import dev.kintsugi.local.demo.measure.FaultSpan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Breaks and mends nodes on schedule: kills the one that owns most slots, starts it again, pauses
 * another, resumes it. What is broken when it is closed is mended. Thread-safe.
 */
final class Faults implements AutoCloseable {

  private static final Duration NAP = Duration.ofMillis(50);

  private final DemoSuite suite;
  private final Supplier<Map<String, Integer>> slotsOwned;
  private final LongSupplier nanos;
  private final Consumer<String> told;
  private final List<FaultSpan> spans = new ArrayList<>();
  private String dead = "";
  private String paused = "";
  private boolean over;

  /**
   * @param slotsOwned the number of slots that each node owns now, by process name
   * @param told what is done, as it is done
   */
  Faults(
      DemoSuite suite,
      Supplier<Map<String, Integer>> slotsOwned,
      LongSupplier nanos,
      Consumer<String> told) {
    this.suite = suite;
    this.slotsOwned = slotsOwned;
    this.nanos = nanos;
    this.told = told;
  }

  /** Does all of it; returns when the last node is whole again. */
  void run(FaultSchedule schedule, long beganNanos) throws InterruptedException {
    waitUntil(schedule.kill(), beganNanos);
    String first = mostSlots(Map.of());
    Duration killed = since(beganNanos);
    kill(first);
    waitUntil(schedule.restart(), beganNanos);
    restart(first);
    add(new FaultSpan(FaultSpan.Kind.KILL, first, killed, since(beganNanos)));

    waitUntil(schedule.pause(), beganNanos);
    String second = mostSlots(Map.of(first, 0));
    Duration stopped = since(beganNanos);
    pause(second);
    waitUntil(stopped.plus(schedule.pauseLength()), beganNanos);
    resume(second);
    add(new FaultSpan(FaultSpan.Kind.PAUSE, second, stopped, since(beganNanos)));
  }

  /** The faults that are over. */
  synchronized List<FaultSpan> spans() {
    return List.copyOf(spans);
  }

  private String mostSlots(Map<String, Integer> spared) {
    return slotsOwned.get().entrySet().stream()
        .filter(node -> !spared.containsKey(node.getKey()))
        .max(
            Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .orElseThrow(() -> new IllegalStateException("no node owns any slot"));
  }

  private synchronized void kill(String node) throws InterruptedException {
    refuseIfOver();
    told.accept("SIGKILL " + node);
    dead = node;
    suite.kill(node);
  }

  private void restart(String node) throws InterruptedException {
    refuseIfOver();
    told.accept("starting " + node + " again");
    suite.start(node);
    synchronized (this) {
      dead = "";
    }
    told.accept(node + " is back");
  }

  private synchronized void pause(String node) throws InterruptedException {
    refuseIfOver();
    told.accept("SIGSTOP " + node);
    paused = node;
    suite.pause(node);
  }

  private synchronized void resume(String node) {
    suite.resume(node);
    paused = "";
    told.accept("SIGCONT " + node);
  }

  /** From now on nothing is broken or started any more; what is broken stays so. */
  synchronized void breakOff() {
    over = true;
  }

  private synchronized void refuseIfOver() throws InterruptedException {
    if (over) {
      throw new InterruptedException("the faults were broken off");
    }
  }

  private synchronized void add(FaultSpan span) {
    spans.add(span);
    spans.sort(Comparator.comparing(FaultSpan::began));
  }

  private Duration since(long beganNanos) {
    return Duration.ofNanos(nanos.getAsLong() - beganNanos);
  }

  private void waitUntil(Duration time, long beganNanos) throws InterruptedException {
    long left;
    while ((left = time.minus(since(beganNanos)).toNanos()) > 0) {
      LockSupport.parkNanos(Math.min(left, NAP.toNanos()));
      if (Thread.interrupted()) {
        throw new InterruptedException("the faults were broken off");
      }
    }
  }

  /** Resumes what is paused and starts what is dead. */
  @Override
  public void close() {
    String toResume;
    String toStart;
    synchronized (this) {
      over = true;
      toResume = paused;
      toStart = dead;
      paused = "";
      dead = "";
    }
    if (!toResume.isEmpty()) {
      suite.resume(toResume);
    }
    if (!toStart.isEmpty()) {
      suite.start(toStart);
    }
  }
}
