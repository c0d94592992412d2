package dev.kintsugi.local.verify;

import dev.kintsugi.local.verify.measure.Percentiles;
import dev.kintsugi.local.verify.measure.RunFigures;
import dev.kintsugi.local.verify.measure.Tally;
import java.time.Duration;
import java.util.Locale;

/** One run in one line. */
final class RunLine {

  private RunLine() {}

  static String of(String fault, double rate, RunFigures run, Tally tally, Duration latestSend) {
    return String.format(
        Locale.ROOT,
        "fault=%s run=%d rate=%.0f requests=%d failed=%d acked=%d lost=%d stale=%d zombie=%d others=%d"
            + " gap_ms=%.0f quiet_gap_ms=%.0f recovery_ms=%.0f moves=%d pause_ms_p99=%.1f"
            + " false_failovers=%d marked=%d probes=%d latest_send_ms=%d",
        fault,
        run.run(),
        rate,
        run.requests(),
        run.failed(),
        run.acked(),
        run.lost(),
        run.stale(),
        run.zombie(),
        run.others(),
        run.gapMillis(),
        run.quietGapMillis(),
        run.recoveryMillis(),
        run.moves().all(),
        Percentiles.of(run.pausesMillis(), 99),
        run.falseFailovers(),
        tally.marked(),
        tally.probes(),
        latestSend.toMillis());
  }
}
