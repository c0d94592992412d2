package dev.kintsugi.local.demo;

import dev.kintsugi.local.demo.plan.ReplayPlan;
import dev.kintsugi.trace.ActivityTrace;
import dev.kintsugi.trace.BusiestWindow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Says what is going to be replayed. Pure. */
final class Announcement {

  private Announcement() {}

  static List<String> of(ActivityTrace trace, ReplayPlan plan, int minUsers, int minRequests) {
    BusiestWindow window = plan.window();
    List<String> lines = new ArrayList<>();
    lines.add(
        "trace: %s: %,d events of %,d users%s"
            .formatted(
                trace.name(), trace.events().size(), trace.users(), oddities(trace.report())));
    if (!window.enough()) {
      lines.add(
          "note: the trace has fewer than %,d users or %,d requests; all of it is replayed"
              .formatted(minUsers, minRequests));
    }
    lines.add(
        "window: %s to %s (%s), %,d events, %,d users, %,d requests"
            .formatted(
                window.from(),
                window.to(),
                told(window.length()),
                window.events().size(),
                window.users(),
                window.requests()));
    lines.add(
        String.format(
            Locale.ROOT,
            "replay: %d s, %,.1f times as fast; access tokens live %d s",
            plan.length().toSeconds(),
            plan.factor(),
            plan.tokenLifetime().toSeconds()));
    return lines;
  }

  private static String oddities(ActivityTrace.Report report) {
    StringBuilder odd = new StringBuilder();
    if (report.malformed() > 0) {
      odd.append(", %,d malformed lines left out".formatted(report.malformed()));
    }
    if (report.backwards() > 0) {
      odd.append(", %,d lines out of order sorted in".formatted(report.backwards()));
    }
    return odd.toString();
  }

  private static String told(Duration length) {
    return "%d h %02d min %02d s"
        .formatted(length.toHours(), length.toMinutesPart(), length.toSecondsPart());
  }
}
