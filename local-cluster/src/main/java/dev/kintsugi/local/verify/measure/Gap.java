package dev.kintsugi.local.verify.measure;

import dev.kintsugi.local.verify.check.Exchange;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What faults cost whoever asked: the longest time from a request's intended start to its proper
 * answer, among the requests that were under way at any moment from a fault to five seconds after
 * its end; and beside it the longest of those that were over before the first fault. Fed with the
 * proper answers in any order. Not thread-safe.
 */
public final class Gap {

  /** A proper answer as slow as that is not yet as usual again, whatever is usual. */
  private static final double USUAL_AT_LEAST_MILLIS = 250;

  private final List<FaultWindow> faults;
  private final long firstNanos;
  private @Nullable Exchange slowest;
  private double quietMillis;
  private final long[] lastSlowNanos;

  public Gap(List<FaultWindow> faults) {
    this.faults =
        faults.stream().sorted(Comparator.comparingLong(FaultWindow::beganNanos)).toList();
    this.lastSlowNanos = new long[faults.size()];
    this.firstNanos =
        faults.stream().mapToLong(FaultWindow::beganNanos).min().orElse(Long.MAX_VALUE);
  }

  /** A request of the client's has its proper answer. */
  public void proper(Exchange exchange) {
    long from = exchange.request().intendedNanos();
    long to = exchange.answer().nanos();
    if (to < firstNanos) {
      quietMillis = Math.max(quietMillis, exchange.latencyNanos() / 1e6);
    }
    if (faults.stream().anyMatch(fault -> fault.touches(from, to))
        && (slowest == null || exchange.latencyNanos() > slowest.latencyNanos())) {
      slowest = exchange;
    }
    if (exchange.latencyNanos() / 1e6 > USUAL_AT_LEAST_MILLIS) {
      slow(to);
    }
  }

  /** A request of the client's got something else. */
  public void failed(Exchange exchange) {
    slow(exchange.answer().nanos());
  }

  /** Belongs to the fault that ended last before it, unless another one has begun meanwhile. */
  private void slow(long nanos) {
    for (int i = 0; i < faults.size(); i++) {
      boolean others = i + 1 < faults.size() && nanos >= faults.get(i + 1).beganNanos();
      if (nanos >= faults.get(i).endedNanos() && !others) {
        lastSlowNanos[i] = Math.max(lastSlowNanos[i], nanos - faults.get(i).endedNanos());
      }
    }
  }

  /** In milliseconds; 0 where nothing was asked. */
  public double millis() {
    return slowest == null ? 0 : slowest.latencyNanos() / 1e6;
  }

  /** The request that waited longest; null if there is none. */
  public @Nullable Exchange slowest() {
    return slowest;
  }

  /** Of the time before the first fault, in milliseconds. */
  public double quietMillis() {
    return quietMillis;
  }

  /**
   * From a fault's end until the last answer was there that was none or took more than a quarter of
   * a second, the longest of all faults, in milliseconds.
   */
  public double recoveryMillis() {
    return Arrays.stream(lastSlowNanos).max().orElse(0) / 1e6;
  }
}
