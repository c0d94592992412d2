package dev.kintsugi.bench;

import dev.kintsugi.bench.Load.Measured;
import dev.kintsugi.kit.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A whole run, for people and for programs.
 *
 * @param few bytes of heap per session beyond its payload, at the smaller number of sessions
 * @param many the same at the larger; not a number where they did not fit
 */
record Report(
    Plan plan,
    List<Rounds> rounds,
    double few,
    double many,
    List<Double> starts,
    List<Double> rebuilds,
    Map<String, Pure.Cost> costs,
    Summary summary) {

  /** What the table of rounds does not show. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("node's JVM: " + String.join(" ", Child.SERVER));
    lines.add("overhead of %d sessions: %s B".formatted(plan.sessions(), Summary.plain(few, 0)));
    if (plan.many() > 0) {
      lines.add("overhead of %d sessions: %s B".formatted(plan.many(), Summary.plain(many, 0)));
    }
    lines.add("start of the process: " + seconds(starts));
    lines.add("rebuild of %d sessions: %s".formatted(plan.sessions(), seconds(rebuilds)));
    lines.addAll(costs(costs));
    return lines;
  }

  /** A line for each microbenchmark. */
  static List<String> costs(Map<String, Pure.Cost> costs) {
    List<String> lines = new ArrayList<>();
    costs.forEach((name, cost) ->
        lines.add(
            String.format(Locale.ROOT, "%s: %.1f ns, %.0f B", name, cost.nanos(), cost.bytes())));
    return lines;
  }

  private static String seconds(List<Double> all) {
    return all.stream().map(it -> Summary.plain(it, 2)).collect(Collectors.joining(" ", "", " s"));
  }

  String json() {
    ObjectNode document = Json.MAPPER.createObjectNode();
    document.put("java", Runtime.version().toString());
    document.put("processors", Runtime.getRuntime().availableProcessors());
    document.put("runs", plan.runs());
    document.put("sessions", plan.sessions());
    document.put("summary", summary.closingLine());
    ArrayNode missed = document.putArray("missed");
    summary.missed().forEach(missed::add);
    ObjectNode byName = document.putObject("rounds");
    rounds.forEach(it -> {
      ObjectNode both = byName.putObject(it.name());
      add(both.putArray("bare"), it.bare());
      add(both.putArray("node"), it.other());
    });
    ObjectNode heap = document.putObject("overheadBytes");
    put(heap, Long.toString(plan.sessions()), few);
    if (plan.many() > 0) {
      put(heap, Long.toString(plan.many()), many);
    }
    ArrayNode started = document.putArray("processStartSeconds");
    starts.forEach(started::add);
    ArrayNode rebuilt = document.putArray("rebuildSeconds");
    rebuilds.forEach(rebuilt::add);
    ObjectNode micro = document.putObject("microbenchmarks");
    costs.forEach((name, cost) -> {
      put(micro.putObject(name), "nanos", cost.nanos());
      put((ObjectNode) micro.get(name), "bytes", cost.bytes());
    });
    return document.toPrettyString();
  }

  private static void put(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }

  private static void add(ArrayNode array, List<Measured> runs) {
    for (Measured run : runs) {
      array
          .addObject()
          .put("p50Micros", run.micros(50))
          .put("p99Micros", run.micros(99))
          .put("maxMicros", run.micros(100))
          .put("perSecond", run.perSecond())
          .put("requests", run.latencies().getTotalCount());
    }
  }
}
