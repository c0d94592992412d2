package dev.kintsugi.local.demo.measure;

import java.time.Duration;

/** A run in numbers. */
public record DemoSummary(
    int users,
    long requests,
    long failed,
    long ackedWrites,
    long lost,
    int kills,
    int pauses,
    int handovers,
    Duration gapKillMax,
    Duration gapPauseMax,
    long tokenStalls,
    long refreshes) {

  /** The last line that the demo prints. Gaps are rounded up to whole milliseconds. */
  public String line() {
    return ("demo: users=%d requests=%d failed=%d acked_writes=%d lost=%d kills=%d pauses=%d"
            + " handovers=%d gap_kill_ms_max=%d gap_pause_ms_max=%d token_stalls=%d refreshes=%d")
        .formatted(
            users,
            requests,
            failed,
            ackedWrites,
            lost,
            kills,
            pauses,
            handovers,
            millis(gapKillMax),
            millis(gapPauseMax),
            tokenStalls,
            refreshes);
  }

  /** Whether the run shows what it is there to show. */
  public boolean passed() {
    return failed == 0 && lost == 0 && kills >= 1 && pauses >= 1;
  }

  static long millis(Duration duration) {
    return duration.plusNanos(999_999).toMillis();
  }
}
