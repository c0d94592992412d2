package dev.kintsugi.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What {@link ScaleWorld} measured, as rows of a table. */
final class ScaleReport {

  private static final int BEATS_TO_LEADER = 10;
  private static final int BEATS_TO_OTHER = 2;
  private static final int LEASE_BEATS = 10;
  private static final int CHECK_SECONDS = 30;
  private static final double MEGA = 1e6;

  private ScaleReport() {}

  static List<String> rows(ScaleWorld.Size size, List<ScaleWorld.Measured> runs) {
    ScaleWorld.Measured any = runs.getLast();
    List<String> rows = new ArrayList<>();
    rows.add("| what | measured |");
    rows.add("|---|---|");
    add(
        rows,
        "first placement",
        "%.0f ms; owners differ by %d, copies by %d"
            .formatted(median(runs, ScaleWorld.Measured::place), any.ownedGap(), any.copiesGap()));
    add(
        rows,
        "a look when nothing is to be done",
        "%.0f ms".formatted(median(runs, ScaleWorld.Measured::look)));
    add(
        rows,
        "leave: verdict to table",
        "%.0f ms; %d owners moved, least %d; then %d copies made, least %d, in %d tables"
            .formatted(
                median(runs, it -> it.leave().millis()),
                any.leave().owners(),
                any.leave().leastOwners(),
                any.leave().copies(),
                any.leave().leastCopies(),
                any.leave().tables()));
    add(
        rows,
        "join",
        "at most %.0f ms a table; %d owners moved, least %d; %d copies made, least %d, in %d tables"
            .formatted(
                median(runs, it -> it.join().millis()),
                any.join().owners(),
                any.join().leastOwners(),
                any.join().copies(),
                any.join().leastCopies(),
                any.join().tables()));
    add(
        rows,
        "dry run of a rebalance",
        "%.0f ms; busiest node by mean %.2f → %.2f, least possible %.2f; %d owners (%.2f %%), %.2f %% of bytes copied"
            .formatted(
                median(runs, ScaleWorld.Measured::dryRun),
                any.rebalance().before(),
                any.rebalance().after(),
                any.rebalance().least(),
                any.rebalance().ownersMoved(),
                100.0 * any.rebalance().ownersMoved() / size.allSlots(),
                100.0
                    * any.rebalance().bytesCopied()
                    / Math.max(
                        1,
                        any.rebalance().nodes().stream().mapToLong(it -> it.before().bytes()).sum()
                            / 2)));
    add(
        rows,
        "map record",
        "%,d B; %.0f ms to encode, %.0f ms to decode, %.0f ms to take in"
            .formatted(
                any.map(),
                median(runs, ScaleWorld.Measured::encode),
                median(runs, ScaleWorld.Measured::decode),
                median(runs, ScaleWorld.Measured::follow)));
    add(rows, "of it changed by a leave and its repairs", "%,d B".formatted(any.changed()));
    add(
        rows,
        "heartbeat",
        "%,d B; %.0f µs for the rules to take one in"
            .formatted(any.heartbeat(), median(runs, ScaleWorld.Measured::heartbeatMicros)));
    add(
        rows,
        "heartbeats in all",
        "%.1f MB/s to the leader, %.1f MB/s to the other coordinator"
            .formatted(
                any.heartbeat() * (double) size.nodes() * BEATS_TO_LEADER / MEGA,
                any.heartbeat() * (double) size.nodes() * BEATS_TO_OTHER / MEGA));
    add(
        rows,
        "leases in Kafka",
        "%d B a record, %.2f MB/s"
            .formatted(any.lease(), any.lease() * (double) size.nodes() * LEASE_BEATS / MEGA));
    add(
        rows,
        "checks in Kafka, all slots in use",
        "%d B a record, %.2f MB/s"
            .formatted(any.check(), any.check() * (double) size.allSlots() / CHECK_SECONDS / MEGA));
    add(
        rows,
        "one map record read by all nodes",
        "%.0f MB".formatted(any.map() * (double) size.nodes() / MEGA));
    return rows;
  }

  private static void add(List<String> rows, String what, String measured) {
    rows.add("| " + what + " | " + measured + " |");
  }

  static String closingLine(List<ScaleWorld.Measured> runs) {
    return String.format(
        Locale.ROOT,
        "bench scale: place_ms=%.0f look_ms=%.0f leave_ms=%.0f join_ms=%.0f rebalance_ms=%.0f map_bytes=%d heartbeat_bytes=%d",
        median(runs, ScaleWorld.Measured::place),
        median(runs, ScaleWorld.Measured::look),
        median(runs, it -> it.leave().millis()),
        median(runs, it -> it.join().millis()),
        median(runs, ScaleWorld.Measured::dryRun),
        runs.getLast().map(),
        runs.getLast().heartbeat());
  }

  private static double median(
      List<ScaleWorld.Measured> runs, ToDoubleFunction<ScaleWorld.Measured> value) {
    double[] sorted = runs.stream().mapToDouble(value).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
