package dev.kintsugi.local.verify.report;

import dev.kintsugi.local.verify.check.Exchange;
import dev.kintsugi.local.verify.measure.FaultWindow;
import dev.kintsugi.local.verify.measure.Gap;
import dev.kintsugi.local.verify.measure.Judge;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A run as one HTML page without anything outside of it: each request by its intended start and its
 * latency, below it the owner of each slot over time with the epochs, faults as bands through both.
 * Requests that would fall on the same dot are drawn once.
 */
public final class Timeline {

  private static final int WIDTH = 1_400;
  private static final int LEFT = 150;
  private static final int TOP = 30;
  private static final int CHART = 420;
  private static final int ROW = 9;
  private static final double LEAST_MS = 1;
  private static final double MOST_MS = 30_000;
  private static final int MOST_LISTED = 100;
  private static final String[] COLORS = {
    "#2a6f97", "#c9a227", "#2d6a4f", "#9b5de5", "#e07a5f", "#577590", "#f28482", "#84a59d"
  };

  private final RunReport run;
  private final StringBuilder page = new StringBuilder();
  private final Map<String, String> colors = new TreeMap<>();

  private Timeline(RunReport run) {
    this.run = run;
    Set<String> nodes = new TreeSet<>(run.owners().values());
    run.moves().forEach(move -> nodes.add(move.to()));
    nodes.forEach(node -> colors.put(node, COLORS[colors.size() % COLORS.length]));
  }

  /** The page's text. */
  public static String of(RunReport run) {
    return new Timeline(run).write();
  }

  private String write() {
    Set<String> slots = new TreeSet<>(run.owners().keySet());
    run.moves().forEach(move -> slots.add(move.slot()));
    List<String> rows = List.copyOf(slots);
    int height = TOP + CHART + 40 + rows.size() * ROW + 10;
    head();
    page.append("<svg viewBox=\"0 0 %d %d\">\n".formatted(WIDTH, height));
    run.faults().forEach(fault -> fault(fault, height));
    axes();
    dots();
    gap();
    owners(rows);
    page.append("</svg>\n<p>");
    colors.forEach((node, color) ->
        page.append(
            "<span style=\"color:%s\">&#9632;</span> %s &nbsp;".formatted(color, escaped(node))));
    page.append("</p>\n");
    violations();
    return page.append("</body></html>\n").toString();
  }

  private void head() {
    page.append(
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>Kintsugi verify</title>
        <style>
        body{font:14px/1.5 system-ui,sans-serif;margin:24px;color:#222;background:#fff}
        svg{max-width:100%;height:auto}
        text{font:11px system-ui,sans-serif;fill:#555}
        path{fill:none;stroke-width:2}
        .grid{stroke:#e4e4e4}.read{stroke:#2a6f97;stroke-opacity:.6}.write{stroke:#c9a227;stroke-opacity:.7}
        .probe{stroke:#999;stroke-opacity:.6}.stale{stroke:#9b5de5}.bad{stroke:#c1121f;stroke-width:4}
        .fault{fill:#c1121f;fill-opacity:.09}.after{fill:#888;fill-opacity:.07}
        .gap{stroke:#000;stroke-width:2}
        code{background:#f4f1e8;padding:2px 4px}
        </style></head><body>
        """);
    page.append("<h1>").append(escaped(run.title())).append("</h1>\n");
    page.append("<p><code>").append(escaped(run.line())).append("</code></p>\n");
    page.append(
        "<p>Above: latency from the intended start (logarithmic). Blue: reads, gold: writes, grey:"
            + " probes straight to a node, violet: marked stale, red: not the proper answer. Red"
            + " band: the fault, grey band: the five seconds after; black line: the gap, from the"
            + " intended start of the request that waited longest for its proper answer. Below: who"
            + " owns each slot by the map; a tick is a change of owner, a dark one without the former"
            + " owner's part.</p>\n");
  }

  private void fault(FaultWindow fault, int height) {
    double from = fault.beganNanos() / 1e9;
    double to = fault.endedNanos() / 1e9;
    band("fault", from, to, height);
    band("after", to, to + FaultWindow.AFTERMATH_NANOS / 1e9, height);
    text(x(from) + 3, TOP - 8, "start", fault.what() + " " + fault.process());
  }

  private void band(String style, double from, double to, int height) {
    double left = x(from);
    double right = Math.min(WIDTH, x(to));
    page.append(
        "<rect class=\"%s\" x=\"%s\" y=\"%d\" width=\"%s\" height=\"%d\"/>\n"
            .formatted(style, one(left), TOP, one(Math.max(1, right - left)), height - TOP));
  }

  private void axes() {
    for (double ms = LEAST_MS; ms <= MOST_MS; ms *= 10) {
      page.append(
          "<line class=\"grid\" x1=\"%d\" y1=\"%s\" x2=\"%d\" y2=\"%s\"/>\n"
              .formatted(LEFT, one(y(ms)), WIDTH, one(y(ms))));
      text(LEFT - 8, y(ms) + 4, "end", "%.0f ms".formatted(ms));
    }
    double step = run.seconds() > 240 ? 60 : run.seconds() > 60 ? 10 : 2;
    for (double second = 0; second <= run.seconds(); second += step) {
      text(x(second), TOP + CHART + 18, "middle", "%.0f s".formatted(second));
    }
  }

  private void dots() {
    Map<String, Set<Long>> places = new TreeMap<>();
    for (int id = 0; id < run.history().size(); id++) {
      Exchange exchange = run.history().get(id);
      double latency =
          exchange.answer().nanos() == Long.MAX_VALUE ? MOST_MS : exchange.latencyNanos() / 1e6;
      long left = Math.round(x(exchange.request().intendedNanos() / 1e9));
      places
          .computeIfAbsent(style(exchange), _ -> new HashSet<>())
          .add(left << 16 | Math.round(y(latency)));
    }
    for (String style : new String[] {"probe", "read", "write", "stale", "bad"}) {
      StringBuilder path = new StringBuilder();
      for (long place : new TreeSet<>(places.getOrDefault(style, Set.of()))) {
        path.append('M').append(place >> 16).append(' ').append(place & 0xffff).append("h2");
      }
      page.append("<path class=\"%s\" d=\"%s\"/>\n".formatted(style, path));
    }
  }

  private void gap() {
    Gap gap = new Gap(run.faults());
    for (int id = 0; id < run.history().size(); id++) {
      Exchange exchange = run.history().get(id);
      if (Judge.counts(exchange) && run.judge().isProper(exchange)) {
        gap.proper(exchange);
      }
    }
    Exchange slowest = gap.slowest();
    if (slowest != null) {
      double from = slowest.request().intendedNanos() / 1e9;
      double to = slowest.answer().nanos() / 1e9;
      double y = y(gap.millis());
      page.append(
          "<line class=\"gap\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"><title>%s</title></line>\n"
              .formatted(one(x(from)), one(y), one(x(to)), one(y), escaped(slowest.toString())));
      text(x(from) - 3, y + 4, "end", "gap %.0f ms".formatted(gap.millis()));
    }
  }

  private String style(Exchange exchange) {
    if (!Judge.counts(exchange)) {
      return "probe";
    }
    if (!run.judge().isProper(exchange)) {
      return "bad";
    }
    if (exchange.answer().stale()) {
      return "stale";
    }
    return exchange.request().value() == 0 ? "read" : "write";
  }

  private void owners(List<String> rows) {
    int top = TOP + CHART + 34;
    for (int row = 0; row < rows.size(); row++) {
      String slot = rows.get(row);
      int y = top + row * ROW;
      text(LEFT - 8, y + 7, "end", slot);
      List<RunReport.Moved> moves =
          run.moves().stream().filter(move -> move.slot().equals(slot)).toList();
      double from = 0;
      String owner = run.owners().getOrDefault(slot, "");
      for (RunReport.Moved move : moves) {
        owned(owner, from, move.seconds(), y);
        owner = move.to();
        from = move.seconds();
      }
      owned(owner, from, run.seconds(), y);
      for (RunReport.Moved move : moves) {
        page.append(
            "<rect x=\"%s\" y=\"%d\" width=\"2\" height=\"%d\" fill=\"%s\"><title>%s</title></rect>\n"
                .formatted(
                    one(x(move.seconds())),
                    y,
                    ROW - 1,
                    move.planned() ? "#fff" : "#000",
                    escaped(
                        "%s: %s to %s, epoch %d, %.3f s"
                            .formatted(
                                slot, move.from(), move.to(), move.epoch(), move.seconds()))));
      }
    }
  }

  private void owned(String owner, double from, double to, int y) {
    page.append(
        "<rect x=\"%s\" y=\"%d\" width=\"%s\" height=\"%d\" fill=\"%s\"/>\n"
            .formatted(
                one(x(from)),
                y,
                one(Math.max(0, x(to) - x(from))),
                ROW - 1,
                colors.getOrDefault(owner, "#eee")));
  }

  private void violations() {
    List<String> bad = new ArrayList<>();
    run.violations().forEach(violation -> bad.add(violation.toString()));
    for (int id = 0; id < run.history().size() && bad.size() < MOST_LISTED; id++) {
      Exchange exchange = run.history().get(id);
      if (Judge.counts(exchange) && !run.judge().isProper(exchange)) {
        bad.add("not the proper answer: " + exchange);
      }
    }
    if (!bad.isEmpty()) {
      page.append("<h2>What went wrong</h2>\n<ul>\n");
      bad.stream()
          .limit(MOST_LISTED)
          .forEach(text -> page.append("<li>").append(escaped(text)).append("</li>\n"));
      page.append("</ul>\n");
    }
  }

  private void text(double x, double y, String anchor, String text) {
    page.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>\n"
            .formatted(one(x), one(y), anchor, escaped(text)));
  }

  private double x(double second) {
    return LEFT + (WIDTH - LEFT - 10) * second / Math.max(1, run.seconds());
  }

  private double y(double ms) {
    double share =
        Math.log(Math.clamp(ms, LEAST_MS, MOST_MS) / LEAST_MS) / Math.log(MOST_MS / LEAST_MS);
    return TOP + CHART - CHART * share;
  }

  private static String one(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
