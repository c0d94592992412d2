package dev.kintsugi.local.demo.measure;

import java.time.Duration;

/**
 * One fault.
 *
 * @param process the name of the process it was done to
 * @param began when the signal was sent, from the beginning of the replay
 * @param ended when the process was whole again: restarted and ready, or resumed
 */
public record FaultSpan(Kind kind, String process, Duration began, Duration ended) {

  /** What was done. */
  public enum Kind {
    /** SIGKILL, until the process is started again and ready. */
    KILL,
    /** SIGSTOP, until SIGCONT. */
    PAUSE
  }

  /** For how long after its end a fault's requests are watched. */
  public static final Duration AFTERMATH = Duration.ofSeconds(5);

  public FaultSpan {
    if (ended.compareTo(began) < 0) {
      throw new IllegalArgumentException("a fault ends after it began, not " + ended);
    }
  }

  /** Whether a request intended to start then belongs to the fault. */
  public boolean covers(Duration start) {
    return start.compareTo(began) >= 0 && start.compareTo(ended.plus(AFTERMATH)) <= 0;
  }
}
