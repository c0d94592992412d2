package dev.kintsugi.local.verify.measure;

import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * All runs in numbers.
 *
 * @param fault its name on the command line
 * @param violationsWarmingUp of any rule, before the first run, with nothing broken
 */
public record Summary(String fault, List<RunFigures> runs, long violationsWarmingUp) {

  public Summary {
    runs = List.copyOf(runs);
  }

  /** Where nothing was wrong before. */
  public Summary(String fault, List<RunFigures> runs) {
    this(fault, runs, 0);
  }

  public long requests() {
    return sum(RunFigures::requests);
  }

  public long failed() {
    return sum(RunFigures::failed);
  }

  public long acked() {
    return sum(RunFigures::acked);
  }

  public long lost() {
    return sum(RunFigures::lost);
  }

  public long stale() {
    return sum(RunFigures::stale);
  }

  public long zombie() {
    return sum(RunFigures::zombie);
  }

  /** Violations of any other rule. */
  public long others() {
    return sum(RunFigures::others);
  }

  public long falseFailovers() {
    return sum(RunFigures::falseFailovers);
  }

  /** A percentile over the gaps of the runs. */
  public double gap(double percent) {
    return Percentiles.of(runs.stream().map(RunFigures::gapMillis).toList(), percent);
  }

  /** A percentile over the pauses of all planned moves. */
  public double pause(double percent) {
    return Percentiles.of(
        runs.stream().flatMap(run -> run.pausesMillis().stream()).toList(), percent);
  }

  private long sum(ToLongFunction<RunFigures> figure) {
    return runs.stream().mapToLong(figure).sum();
  }

  /** The last line that the command prints; milliseconds are rounded up. */
  public String line() {
    return String.format(
        Locale.ROOT,
        "verify: fault=%s runs=%d requests=%d failed=%d acked=%d lost=%d stale=%d zombie=%d"
            + " gap_ms_p50=%d gap_ms_p99=%d gap_ms_max=%d pause_ms_p99=%d false_failovers=%d",
        fault,
        runs.size(),
        requests(),
        failed(),
        acked(),
        lost(),
        stale(),
        zombie(),
        millis(gap(50)),
        millis(gap(99)),
        millis(gap(100)),
        millis(pause(99)),
        falseFailovers());
  }

  static long millis(double millis) {
    return (long) Math.ceil(millis);
  }
}
