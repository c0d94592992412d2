package dev.kintsugi.local.demo.report;

import dev.kintsugi.local.demo.measure.FaultSpan;
import dev.kintsugi.local.demo.measure.Sample;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A run as one HTML page without anything outside of it: each request a dot by its intended start
 * and its latency, with faults as bands and changes of owners as ticks.
 */
public final class TimelinePage {

  private static final int WIDTH = 1_200;
  private static final int HEIGHT = 460;
  private static final int LEFT = 64;
  private static final int TOP = 34;
  private static final int BOTTOM = 56;
  private static final double LEAST_MS = 1;
  private static final double MOST_MS = 10_000;
  private static final int MOST_FAILURES = 50;

  private final RunRecord run;
  private final double seconds;
  private final StringBuilder page = new StringBuilder();

  private TimelinePage(RunRecord run) {
    this.run = run;
    this.seconds =
        Math.max(
            1,
            run.samples().stream()
                .map(s -> s.request().start())
                .max(Comparator.naturalOrder())
                .map(d -> d.toNanos() / 1e9)
                .orElse(1.0));
  }

  /** The page's text. */
  public static String of(RunRecord run) {
    return new TimelinePage(run).write();
  }

  private String write() {
    page.append(
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>Kintsugi demo</title>
        <style>
        body{font:14px/1.5 system-ui,sans-serif;margin:24px;color:#222;background:#fff}
        svg{max-width:100%;height:auto}
        text{font:12px system-ui,sans-serif;fill:#555}
        .grid{stroke:#e4e4e4}.axis{stroke:#999}
        .user{fill:#2a6f97;fill-opacity:.55}.app{fill:#c9a227;fill-opacity:.55}.bad{fill:#c1121f}
        .kill{fill:#c1121f;fill-opacity:.10}.pause{fill:#5a189a;fill-opacity:.10}
        .after{fill:#888;fill-opacity:.07}
        .move{stroke:#2d6a4f;stroke-opacity:.7}
        code{background:#f4f1e8;padding:2px 4px}
        li{margin:4px 0}
        </style></head><body>
        <h1>Kintsugi demo</h1>
        """);
    page.append("<p><code>").append(escaped(run.summary().line())).append("</code></p>\n");
    paragraph(
        "%s, %s to %s (%s), %s times as fast; tokens live %s, policy %s."
            .formatted(
                run.trace(),
                run.plan().window().from(),
                run.plan().window().to(),
                run.plan().window().length(),
                number(run.plan().factor()),
                run.plan().tokenLifetime(),
                run.policy()));
    page.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"latency over time\">\n"
            .formatted(WIDTH, HEIGHT));
    axes();
    run.faults().forEach(this::fault);
    run.ownerChanges().forEach(this::move);
    run.samples().forEach(this::dot);
    page.append("</svg>\n");
    paragraph(
        "Blue: a user's own request. Gold: the application's on a user's behalf. Red: failed."
            + " Red band: a node was dead. Violet band: a node was stopped. Grey: the five seconds"
            + " after. Green ticks at the bottom: slots that got another owner.");
    failures();
    return page.append("</body></html>\n").toString();
  }

  private void axes() {
    for (double ms = LEAST_MS; ms <= MOST_MS; ms *= 10) {
      line("grid", LEFT, y(ms), WIDTH, y(ms));
      text(LEFT - 8, y(ms) + 4, "end", number(ms) + " ms");
    }
    double step = seconds > 120 ? 30 : 10;
    for (double second = 0; second <= seconds; second += step) {
      line("axis", x(second), HEIGHT - BOTTOM, x(second), HEIGHT - BOTTOM + 5);
      text(x(second), HEIGHT - BOTTOM + 20, "middle", number(second) + " s");
    }
  }

  private void fault(FaultSpan fault) {
    String style = fault.kind() == FaultSpan.Kind.KILL ? "kill" : "pause";
    band(style, fault.began(), fault.ended());
    band("after", fault.ended(), fault.ended().plus(FaultSpan.AFTERMATH));
    text(
        x(fault.began().toNanos() / 1e9) + 3,
        TOP - 8,
        "start",
        fault.kind().name().toLowerCase(Locale.ROOT) + " " + fault.process());
  }

  private void band(String style, Duration from, Duration to) {
    double left = x(from.toNanos() / 1e9);
    double right = Math.min(WIDTH, x(to.toNanos() / 1e9));
    page.append(
        "<rect class=\"%s\" x=\"%s\" y=\"%d\" width=\"%s\" height=\"%d\"/>\n"
            .formatted(
                style, one(left), TOP, one(Math.max(0, right - left)), HEIGHT - TOP - BOTTOM));
  }

  private void move(RunRecord.Moved change) {
    double at = x(change.at().toNanos() / 1e9);
    line("move", at, HEIGHT - BOTTOM + 26, at, HEIGHT - 6);
  }

  private void dot(Sample sample) {
    String style =
        !sample.proper()
            ? "bad"
            : switch (sample.request().actor()) {
              case USER -> "user";
              case APPLICATION -> "app";
            };
    page.append(
        "<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"%s\"/>\n"
            .formatted(
                style,
                one(x(sample.request().start().toNanos() / 1e9)),
                one(y(sample.latency().toNanos() / 1e6)),
                sample.proper() ? "2" : "4"));
  }

  private void failures() {
    List<Sample> failed = Failures.of(run.samples());
    if (failed.isEmpty() && run.findings().isEmpty()) {
      return;
    }
    page.append("<h2>What went wrong</h2>\n<ul>\n");
    failed.stream().limit(MOST_FAILURES).forEach(f -> item(Failures.told(f)));
    run.findings().stream().limit(MOST_FAILURES).forEach(f -> item(f.toString()));
    page.append("</ul>\n");
  }

  private void item(String text) {
    page.append("<li>").append(escaped(text)).append("</li>\n");
  }

  private void paragraph(String text) {
    page.append("<p>").append(escaped(text)).append("</p>\n");
  }

  private void line(String style, double x1, double y1, double x2, double y2) {
    page.append(
        "<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>\n"
            .formatted(style, one(x1), one(y1), one(x2), one(y2)));
  }

  private void text(double x, double y, String anchor, String text) {
    page.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>\n"
            .formatted(one(x), one(y), anchor, escaped(text)));
  }

  private double x(double second) {
    return LEFT + (WIDTH - LEFT - 10) * second / seconds;
  }

  /** Logarithmic from 1 ms to 10 s. */
  private double y(double ms) {
    double share =
        Math.log(Math.clamp(ms, LEAST_MS, MOST_MS) / LEAST_MS) / Math.log(MOST_MS / LEAST_MS);
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share;
  }

  private static String one(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static String number(double value) {
    return value >= 10 || value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%.2f", value);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
