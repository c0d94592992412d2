package dev.kintsugi.local.process;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waiting for something that another process does and that nobody announces. */
public final class Waiting {

  private Waiting() {}

  /**
   * Asks {@code condition} every {@code pause} until it holds.
   *
   * @return whether it held within {@code limit}; false at once when the thread is interrupted
   */
  public static boolean until(Duration limit, Duration pause, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start >= limit.toNanos() || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(pause.toNanos());
    }
    return true;
  }
}
