package dev.kintsugi.local.verify.measure;

/**
 * One fault of a run, in nanoseconds from its beginning.
 *
 * @param what was done to whom, in a few words
 * @param process whom it was done to
 */
public record FaultWindow(String what, String process, long beganNanos, long endedNanos) {

  /** For how long after a fault's end its requests are watched. */
  public static final long AFTERMATH_NANOS = 5_000_000_000L;

  public FaultWindow {
    if (endedNanos < beganNanos) {
      throw new IllegalArgumentException("a fault ends after it began");
    }
  }

  /** Whether what lasted from one moment to another met the fault or its aftermath. */
  public boolean touches(long fromNanos, long toNanos) {
    return toNanos >= beganNanos && fromNanos <= endedNanos + AFTERMATH_NANOS;
  }
}
