package dev.kintsugi.local.verify.fault;

import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.admin.Administration;
import dev.kintsugi.local.admin.OwnerChange;
import dev.kintsugi.local.admin.SlotTable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Waits until a cluster is whole again after whatever was done to it. */
public final class Wholeness {
  /*
   * Whole: every node is up, each slot is owned, served and has a live copy besides, and nothing
   * has moved for a while. Moves that even the table out begin some seconds after a node has come
   * back, so an uneven table is watched for longer before it is taken for settled.
   */

  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration STILL = Duration.ofSeconds(3);
  private static final Duration STILL_WHILE_UNEVEN = Duration.ofSeconds(15);
  private static final int EVEN = 2;

  private final Administration administration;
  private final int nodes;

  /**
   * @param nodes that must be up
   */
  public Wholeness(Administration administration, int nodes) {
    this.administration = administration;
    this.nodes = nodes;
  }

  /**
   * Returns when it is whole.
   *
   * @throws SuiteException if it is not within three minutes; says what is missing
   */
  public void await() throws InterruptedException {
    long until = System.nanoTime() + LIMIT.toNanos();
    String missing = "nobody answered";
    while (System.nanoTime() - until < 0) {
      try {
        missing = missing();
        if (missing.isEmpty()) {
          return;
        }
      } catch (SuiteException noAnswer) {
        missing = String.valueOf(noAnswer.getMessage());
      }
      LockSupport.parkNanos(POLL.toNanos());
      if (Thread.interrupted()) {
        throw new InterruptedException("broken off");
      }
    }
    throw new SuiteException(
        "the cluster is not whole again after %d s: %s".formatted(LIMIT.toSeconds(), missing));
  }

  private String missing() {
    SlotTable table = administration.slotTable();
    long up = table.states().values().stream().filter("UP"::equals).count();
    if (up < nodes) {
      return "the nodes are " + table.states();
    }
    if (!table.isWhole()) {
      return table.slots().stream()
          .filter(line -> line.liveCopies() < 2 || line.releasing() || line.owner().isEmpty())
          .limit(3)
          .toList()
          .toString();
    }
    int served = administration.slotsServed().values().stream().mapToInt(Integer::intValue).sum();
    if (served != table.slots().size()) {
      return "%d of %d slots are served".formatted(served, table.slots().size());
    }
    Duration still = isEven(table.owned().values()) ? STILL : STILL_WHILE_UNEVEN;
    List<OwnerChange> latest = administration.allOwnerChanges(Instant.now().minus(still));
    return latest.isEmpty() ? "" : "slots are still moving: " + latest.getLast();
  }

  private static boolean isEven(Collection<Integer> owned) {
    IntSummaryStatistics counts = owned.stream().mapToInt(Integer::intValue).summaryStatistics();
    return counts.getMax() - counts.getMin() <= EVEN;
  }
}
