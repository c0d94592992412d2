package dev.kintsugi.node.domain;

/**
 * A request that has not been answered yet.
 *
 * @param token names it to the loop
 * @param arrivedNanos when it arrived, by the ticker
 * @param deadlineNanos until when it may wait, by the ticker
 */
record Waiting(long token, Request request, long arrivedNanos, long deadlineNanos) {

  boolean expired(long nowNanos) {
    return nowNanos - deadlineNanos >= 0;
  }

  /** Whether nobody waits for the answer any more. */
  boolean isGone() {
    return request instanceof Request.Watch watch && watch.gone().getAsBoolean();
  }
}
