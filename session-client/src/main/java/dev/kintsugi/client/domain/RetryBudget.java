package dev.kintsugi.client.domain;

import java.time.Duration;

/**
 * How many attempts may be repeated at nodes that failed: a share of the requests of the last
 * while, and a few besides so that a quiet client may repeat at all. Told the time, in nanoseconds
 * of one ticker. Not thread-safe. Constant time and memory.
 */
public final class RetryBudget {
  /*
   * The window is a ring of buckets, each a tenth of it long; a bucket is emptied when the time has
   * passed over it. What counts is therefore between nine tenths of the window and the whole of it.
   */

  private static final int BUCKETS = 10;

  private final double share;
  private final int floor;
  private final long bucketNanos;
  private final long[] requests = new long[BUCKETS];
  private final long[] retries = new long[BUCKETS];
  private long bucketStart;
  private int bucket;

  /**
   * A full budget.
   *
   * @param share 0 to 1. Too low: a call that met a broken connection waits although its owner is
   *     well; too high: a node in trouble gets that much more load just then
   * @param floor retries per window whatever the requests, 0 or greater
   * @param window what counts as recent. Too short: a burst of failures uses up what the next
   *     moment gives back, and the load comes in waves; too long: a single bad minute bars the next
   */
  public RetryBudget(double share, int floor, Duration window, long nowNanos) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("the share of retries must be 0 to 1, got " + share);
    }
    if (floor < 0) {
      throw new IllegalArgumentException("the floor of retries must not be negative: " + floor);
    }
    if (window.toNanos() < BUCKETS) {
      throw new IllegalArgumentException("the window of retries must be positive, got " + window);
    }
    this.share = share;
    this.floor = floor;
    this.bucketNanos = window.toNanos() / BUCKETS;
    this.bucketStart = nowNanos;
  }

  /** A request came. To be told once per request, however many attempts it takes. */
  public void request(long nowNanos) {
    advance(nowNanos);
    requests[bucket]++;
  }

  /** Takes a retry, if there is one left. */
  public boolean tryRetry(long nowNanos) {
    if (left(nowNanos) < 1) {
      return false;
    }
    retries[bucket]++;
    return true;
  }

  /** How many retries are left now; 0 or greater. */
  public int left(long nowNanos) {
    advance(nowNanos);
    return (int) Math.max(0, floor + (long) (share * sum(requests)) - sum(retries));
  }

  private void advance(long nowNanos) {
    long passed = (nowNanos - bucketStart) / bucketNanos;
    if (passed <= 0) {
      return;
    }
    for (long empty = Math.min(passed, BUCKETS); empty > 0; empty--) {
      bucket = (bucket + 1) % BUCKETS;
      requests[bucket] = 0;
      retries[bucket] = 0;
    }
    bucketStart += passed * bucketNanos;
  }

  private static long sum(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }
}
