package dev.kintsugi.simulation;

import java.util.HashMap;
import java.util.Map;

/** The small faults that may strike anything at any time, as often as the weather says. */
final class Chaos {

  /** What becomes of an append. */
  enum Fate {
    ARRIVES,
    /** It is in the log, but the producer is told that nobody knows. */
    UNACKNOWLEDGED,
    /** The producer is told that nobody knows, and then it arrives. */
    LATE,
    /** It never arrives. */
    LOST
  }

  private final Scheduler scheduler;
  private final Map<String, Fate> scripted = new HashMap<>();
  private boolean calm;
  private long faults;

  Chaos(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Nothing breaks from now on. */
  void calm() {
    calm = true;
  }

  long faults() {
    return faults;
  }

  /** Counts a fault that somebody else brought about. */
  void count() {
    faults++;
  }

  private boolean strikes(int onceIn) {
    if (!calm && scheduler.onceIn(onceIn)) {
      faults++;
      return true;
    }
    return false;
  }

  /** The next append to a partition meets this fate, whatever the weather. */
  void script(String partition, Fate fate) {
    scripted.put(partition, fate);
  }

  /**
   * The fate of an append.
   *
   * @param away whether the partition has no leader just now
   */
  Fate fateOfAppend(String partition, boolean away) {
    Fate due = scripted.isEmpty() ? null : scripted.remove(partition);
    if (due != null) {
      faults++;
      return due;
    }
    if (!strikes(away ? 3 : 150)) {
      return Fate.ARRIVES;
    }
    return switch (scheduler.random.nextInt(3)) {
      case 0 -> Fate.UNACKNOWLEDGED;
      case 1 -> Fate.LATE;
      default -> Fate.LOST;
    };
  }

  boolean dropsMessage() {
    return strikes(80);
  }

  boolean repeatsMessage() {
    return strikes(120);
  }

  /**
   * How long a message is on its way, in nanoseconds; now and then so long that others overtake.
   */
  long messageNanos() {
    return strikes(60) ? scheduler.between(5, 300) : scheduler.between(0.1, 1.5);
  }

  /** How long a record takes from the log to a reader, in nanoseconds. */
  long fetchNanos() {
    return strikes(400) ? scheduler.between(5, 80) : scheduler.between(0.2, 3);
  }
}
