package dev.kintsugi.bench;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What was measured, each the median of its runs.
 *
 * @param overheadBytes of heap per session and replica beyond its payload; the larger of the two
 *     session counts
 * @param rebuildSeconds from the first log fetch to all slots served
 * @param lookupNanos of a slot's owner, beyond the hash
 * @param lookupBytes allocated by a lookup
 * @param manyFit whether the many sessions fitted into 4 GB; true where they were not tried
 */
record Summary(
    double writeP50Ratio,
    double writeP99Ratio,
    double readP50Ratio,
    double readColdP50Ratio,
    double writesPerSecond,
    double readsPerSecond,
    double overheadBytes,
    double rebuildSeconds,
    double lookupNanos,
    double lookupBytes,
    boolean manyFit) {

  /** The last line that the command prints. */
  String closingLine() {
    return "bench store: write_p50_ratio=%s write_p99_ratio=%s read_p50_ratio=%s read_cold_p50_ratio=%s writes_per_s=%s reads_per_s=%s overhead_bytes=%s rebuild_100k_s=%s"
        .formatted(
            plain(writeP50Ratio, 2),
            plain(writeP99Ratio, 2),
            plain(readP50Ratio, 2),
            plain(readColdP50Ratio, 2),
            plain(writesPerSecond, 0),
            plain(readsPerSecond, 0),
            plain(overheadBytes, 0),
            plain(rebuildSeconds, 2));
  }

  /** The targets that were missed, each with what was measured; empty where all are met. */
  List<String> missed() {
    List<String> missed = new ArrayList<>();
    check(missed, "write_p50_ratio", writeP50Ratio, 1.3);
    check(missed, "write_p99_ratio", writeP99Ratio, 2);
    check(missed, "read_p50_ratio", readP50Ratio, 1.3);
    check(missed, "read_cold_p50_ratio", readColdP50Ratio, 1.3);
    check(missed, "overhead_bytes", overheadBytes, 400);
    check(missed, "rebuild_100k_s", rebuildSeconds, 5);
    check(missed, "lookup_ns", lookupNanos, 15);
    check(missed, "lookup_bytes", lookupBytes, 0.5);
    if (!manyFit) {
      missed.add("1,000,000 sessions do not fit into a heap of 4 GB");
    }
    return missed;
  }

  /** Not a number is a miss. */
  private static void check(List<String> missed, String name, double measured, double most) {
    if (!(measured <= most)) {
      missed.add(
          String.format(
              Locale.ROOT,
              "%s is %s, wanted at most %s",
              name,
              plain(measured, 2),
              plain(most, 1)));
    }
  }

  /** A decimal without an exponent, as people and scripts read it. */
  static String plain(double value, int places) {
    return Double.isFinite(value)
        ? BigDecimal.valueOf(value).setScale(places, RoundingMode.HALF_UP).toPlainString()
        : "none";
  }

  /** The middle one; the mean of the middle two of an even number. */
  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.isEmpty()
        ? Double.NaN
        : sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
