package dev.kintsugi.local.demo;

import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.console.Console;
import dev.kintsugi.local.demo.measure.FaultSpan;
import dev.kintsugi.local.demo.measure.Gaps;
import dev.kintsugi.local.demo.measure.Sample;
import dev.kintsugi.local.demo.report.Failures;
import dev.kintsugi.local.demo.report.JsonReport;
import dev.kintsugi.local.demo.report.RunRecord;
import dev.kintsugi.local.demo.report.TimelinePage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Tells how a run ended: to the terminal, and in two files. */
final class Outcome {

  private static final int LISTED = 10;
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Outcome() {}

  /** Writes the files and prints what happened; the summary is the last line. */
  static void tell(RunRecord run, Path reports, Console console) {
    console.say(
        String.format(
            Locale.ROOT,
            "latency from the intended start: p50 %.1f ms, p99 %.1f ms, longest %.1f ms",
            run.latencies().p50(),
            run.latencies().p99(),
            run.latencies().max()));
    for (FaultSpan fault : run.faults()) {
      console.say(told(fault, run));
    }
    list("failed", Failures.of(run.samples()).stream().map(Failures::told).toList(), console);
    list("not as acknowledged", run.findings().stream().map(Object::toString).toList(), console);
    String name = "demo-" + STAMP.format(run.began());
    write(reports.resolve(name + ".json"), JsonReport.of(run), console);
    write(reports.resolve(name + ".html"), TimelinePage.of(run), console);
    console.say(run.summary().line());
  }

  private static String told(FaultSpan fault, RunRecord run) {
    String slowest =
        Gaps.slowest(run.samples(), List.of(fault), fault.kind())
            .map(Outcome::slowest)
            .orElse("no request meanwhile");
    return String.format(
        Locale.ROOT,
        "%s of %s from %.1f s to %.1f s; %s",
        fault.kind().name().toLowerCase(Locale.ROOT),
        fault.process(),
        fault.began().toMillis() / 1e3,
        fault.ended().toMillis() / 1e3,
        slowest);
  }

  private static String slowest(Sample sample) {
    return String.format(
        Locale.ROOT,
        "longest wait %d ms, %s at %.1f s",
        sample.latency().toMillis(),
        sample.request().call().label(),
        sample.request().start().toMillis() / 1e3);
  }

  private static void list(String what, List<String> lines, Console console) {
    if (lines.isEmpty()) {
      return;
    }
    console.say(what + ": " + lines.size() + (lines.size() > LISTED ? ", the first are" : ""));
    lines.stream().limit(LISTED).forEach(line -> console.say("  " + line));
  }

  private static void write(Path file, String text, Console console) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new SuiteException("cannot write the report " + file + ": " + e.getMessage(), e);
    }
    console.say("report: " + file);
  }
}
