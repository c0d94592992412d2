package dev.kintsugi.bench.tokens;

import dev.kintsugi.kit.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A result for people and for programs. */
final class TokensReport {

  private static final double[] ASKED = {3, 2, 1.5, 1};

  private TokensReport() {}

  static List<String> table(Result result) {
    Requests requests = result.requests();
    List<String> rows = new ArrayList<>();
    rows.add(
        String.format(
            Locale.ROOT,
            "%s: %d users, %d requests, %d of them scored; tokens live %.0f s, sessions end after %.0f s",
            requests.name(),
            requests.users(),
            requests.count(),
            result.score(FixedPolicy.REACTIVE).requests(),
            result.life(),
            result.idle()));
    int incoming = result.activity().incoming().count();
    rows.add(
        incoming == 0
            ? "forecasts go by requests alone"
            : "forecasts are told of " + incoming + " messages that came for these users, too");
    rows.add("");
    rows.add("| policy | stalls % | renewals × oracle | never used % |");
    rows.add("|---|---|---|---|");
    rows.add(String.format(Locale.ROOT, "| oracle | 0.00 | 1.00 | 0.0 |"));
    result.fixed().forEach((policy, score) -> rows.add(row(policy.label(), score, result)));
    for (Forecasting.Point point : result.points()) {
      rows.add(
          row(
              String.format(Locale.ROOT, "forecast, cost %.4f", point.cost()),
              point.score(),
              result));
    }
    rows.add("");
    rows.add(
        String.format(
            Locale.ROOT,
            "one thread: %.0f events a second, p99 %.1f µs; runs: %s",
            result.speed().perSecond(),
            result.speed().p99Micros(),
            String.join(
                ", ",
                result.speeds().stream()
                    .map(it -> String.format(Locale.ROOT, "%.0f", it.perSecond()))
                    .toList())));
    return rows;
  }

  private static String row(String name, Ledger.Score score, Result result) {
    return String.format(
        Locale.ROOT,
        "| %s | %.2f | %.2f | %.1f |",
        name,
        score.stallPercent(),
        result.times(score),
        score.renewals() == 0 ? 0 : 100.0 * score.wasted() / score.renewals());
  }

  static String closingLine(Result result) {
    Frontier frontier = result.frontier();
    StringBuilder line =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "bench tokens: data=%s users=%d requests=%d reactive_stall=%.2f always_x=%.2f",
                result.requests().name().replaceAll("\\s+", "_"),
                result.requests().users(),
                result.requests().count(),
                result.score(FixedPolicy.REACTIVE).stallPercent(),
                result.times(result.score(FixedPolicy.ALWAYS))));
    for (double asked : ASKED) {
      double times = frontier.at(asked);
      line.append(
          String.format(
              Locale.ROOT,
              " ours_x_at_stall_%spct=%s",
              String.format(Locale.ROOT, asked % 1 == 0 ? "%.0f" : "%.1f", asked).replace('.', '_'),
              Double.isInfinite(times) ? "inf" : String.format(Locale.ROOT, "%.2f", times)));
    }
    return line.append(
            String.format(
                Locale.ROOT,
                " speculative_after_idle=%d events_per_s=%.0f bytes_per_user=%d",
                result.afterIdle(),
                result.speed().perSecond(),
                result.bytesPerUser()))
        .toString();
  }

  static String json(Result result) {
    ObjectNode root = Json.MAPPER.createObjectNode();
    root.put("data", result.requests().name());
    root.put("users", result.requests().users());
    root.put("requests", result.requests().count());
    root.put("incoming", result.activity().incoming().count());
    root.put("tokenSeconds", result.life());
    root.put("idleSeconds", result.idle());
    root.put("oracleRenewals", result.oracle());
    ArrayNode policies = root.putArray("policies");
    result
        .fixed()
        .forEach((policy, score) ->
            add(policies.addObject().put("policy", policy.label()), score, result));
    ArrayNode points = root.putArray("forecast");
    for (Forecasting.Point point : result.points()) {
      add(points.addObject().put("cost", point.cost()), point.score(), result);
    }
    ArrayNode speeds = root.putArray("speed");
    result
        .speeds()
        .forEach(speed ->
            speeds
                .addObject()
                .put("eventsPerSecond", speed.perSecond())
                .put("p99Micros", speed.p99Micros()));
    root.put("bytesPerUser", result.bytesPerUser());
    return root.toPrettyString() + "\n";
  }

  private static void add(ObjectNode node, Ledger.Score score, Result result) {
    node.put("requests", score.requests())
        .put("stalls", score.stalls())
        .put("stallPercent", score.stallPercent())
        .put("earlierStallPercent", score.earlierStallPercent())
        .put("renewals", score.renewals())
        .put("timesOracle", result.times(score))
        .put("neverUsed", score.wasted())
        .put("afterIdle", score.afterIdle());
  }
}
