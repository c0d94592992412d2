package dev.kintsugi.client;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;

/** A ticker that moves when a test says so, and runs what is due then, in order. */
final class VirtualTime implements LongSupplier, Gates.Later {

  private record Due(long atNanos, long number, Runnable task) {}

  private final PriorityQueue<Due> due =
      new PriorityQueue<>(
          Comparator.comparingLong((Due task) -> task.atNanos()).thenComparingLong(Due::number));
  private long now = 1_000_000_000;
  private long numbers;

  @Override
  public long getAsLong() {
    return now;
  }

  @Override
  public void run(Runnable task, Duration delay) {
    due.add(new Due(now + delay.toNanos(), numbers++, task));
  }

  void pass(Duration time) {
    long until = now + time.toNanos();
    while (!due.isEmpty() && due.peek().atNanos() <= until) {
      Due next = due.remove();
      now = Math.max(now, next.atNanos());
      next.task().run();
    }
    now = until;
  }
}
