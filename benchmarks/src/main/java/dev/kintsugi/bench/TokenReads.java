package dev.kintsugi.bench;

import dev.kintsugi.kit.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What reads of access tokens took, run by run, beside Redis alone.
 *
 * @param rate requests a second
 * @param reads of the token service
 * @param redis of Redis's own answer to PING at the same rate, right before each of them
 * @param served what the service says of the same time
 */
record TokenReads(int rate, List<OpenLoad.Run> reads, List<OpenLoad.Run> redis, Served served) {

  static final double MOST_P99_MILLIS = 2;

  /**
   * The service's own counts.
   *
   * @param stalls requests that waited for the provider
   * @param cached answers from memory, because Redis did not answer
   */
  record Served(long requests, long stalls, long cached) {}

  private static final double[] SHOWN = {50, 90, 99, 99.9, 100};

  TokenReads {
    reads = List.copyOf(reads);
    redis = List.copyOf(redis);
  }

  /** The last line that the command prints: medians of the runs, the longest of all. */
  String closingLine() {
    return "bench token-reads: rate=%d requests=%d p50_ms=%s p99_ms=%s max_ms=%s failed=%d"
        .formatted(
            rate,
            requests(),
            Summary.plain(median(it -> it.millis(50)), 3),
            Summary.plain(median(it -> it.millis(99)), 3),
            Summary.plain(
                reads.stream().mapToDouble(it -> it.millis(100)).max().orElse(Double.NaN), 3),
            failed());
  }

  private long requests() {
    return reads.stream().mapToLong(OpenLoad.Run::requests).sum();
  }

  private long failed() {
    return reads.stream().mapToLong(OpenLoad.Run::failed).sum();
  }

  private double median(ToDoubleFunction<OpenLoad.Run> value) {
    return Summary.median(reads.stream().mapToDouble(value).boxed().toList());
  }

  /** What was missed, or makes the figures say nothing; empty: the target holds. */
  List<String> missed() {
    List<String> missed = new ArrayList<>();
    double p99 = median(it -> it.millis(99));
    if (!(p99 <= MOST_P99_MILLIS)) {
      missed.add(
          "p99_ms is %s, wanted at most %s"
              .formatted(Summary.plain(p99, 3), Summary.plain(MOST_P99_MILLIS, 1)));
    }
    if (failed() > 0) {
      missed.add(failed() + " requests got anything but a token");
    }
    if (served.stalls() > 0) {
      missed.add(served.stalls() + " requests waited for the provider; all tokens were to be good");
    }
    if (served.cached() > 0) {
      missed.add(served.cached() + " answers came from memory, not from Redis");
    }
    if (served.requests() < requests()) {
      missed.add("the service counts " + served.requests() + " requests, sent " + requests());
    }
    return missed;
  }

  /** A table for people, in milliseconds. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        row("ms", List.of("p50", "p90", "p99", "p99.9", "max", "PING p50", "p99", "late p99")));
    for (int run = 0; run < reads.size(); run++) {
      List<String> cells = new ArrayList<>();
      for (double percentile : SHOWN) {
        cells.add(Summary.plain(reads.get(run).millis(percentile), 3));
      }
      cells.add(Summary.plain(redis.get(run).millis(50), 3));
      cells.add(Summary.plain(redis.get(run).millis(99), 3));
      cells.add(Summary.plain(reads.get(run).lateMillis(99), 3));
      lines.add(row("run " + (run + 1), cells));
    }
    lines.add(
        "p99 of the runs: %s to %s"
            .formatted(
                Summary.plain(reads.stream().mapToDouble(it -> it.millis(99)).min().orElse(0), 3),
                Summary.plain(reads.stream().mapToDouble(it -> it.millis(99)).max().orElse(0), 3)));
    return lines;
  }

  private static String row(String name, List<String> cells) {
    StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-8s", name));
    cells.forEach(cell -> row.append(String.format(Locale.ROOT, " %9s", cell)));
    return row.toString();
  }

  String json() {
    ObjectNode document = Json.MAPPER.createObjectNode();
    document.put("java", Runtime.version().toString());
    document.put("processors", Runtime.getRuntime().availableProcessors());
    document.put("rate", rate);
    document.put("summary", closingLine());
    ArrayNode missed = document.putArray("missed");
    missed().forEach(missed::add);
    document
        .putObject("served")
        .put("requests", served.requests())
        .put("stalls", served.stalls())
        .put("cached", served.cached());
    add(document.putArray("reads"), reads);
    add(document.putArray("redisPing"), redis);
    return document.toPrettyString();
  }

  private static void add(ArrayNode array, List<OpenLoad.Run> runs) {
    for (OpenLoad.Run run : runs) {
      array
          .addObject()
          .put("requests", run.requests())
          .put("failed", run.failed())
          .put("p50Millis", run.millis(50))
          .put("p90Millis", run.millis(90))
          .put("p99Millis", run.millis(99))
          .put("p999Millis", run.millis(99.9))
          .put("maxMillis", run.millis(100))
          .put("lateP99Millis", run.lateMillis(99));
    }
  }
}
