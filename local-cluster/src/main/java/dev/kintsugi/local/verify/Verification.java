package dev.kintsugi.local.verify;

import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.verify.check.Exchange;
import dev.kintsugi.local.verify.check.History;
import dev.kintsugi.local.verify.check.ReadBack;
import dev.kintsugi.local.verify.fault.Fault;
import dev.kintsugi.local.verify.fault.Scene;
import dev.kintsugi.local.verify.load.LoadClient;
import dev.kintsugi.local.verify.load.Mixture;
import dev.kintsugi.local.verify.measure.Judge;
import dev.kintsugi.local.verify.measure.Percentiles;
import dev.kintsugi.local.verify.measure.RunFigures;
import dev.kintsugi.local.verify.measure.Summary;
import dev.kintsugi.local.verify.report.HistoryFile;
import dev.kintsugi.local.verify.report.RunReport;
import dev.kintsugi.local.verify.report.Timeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** All runs, one after another, against a suite that is up. Run once, by one thread. */
final class Verification {

  private static final Duration FIRST_READ = Duration.ofSeconds(60);

  /** Of load, of which a run has eight seconds anyway. */
  private static final Duration ROUND = Duration.ofSeconds(7);

  private static final int MOST_VIOLATIONS_SHOWN = 20;
  private static final int MANY_PROBES = 100;
  private static final int HOT_SESSIONS = 20;

  private final VerifyOptions options;
  private final Setting setting;
  private final Path reports;
  private final String keys;
  private Optional<Scene> scene = Optional.empty();
  private long violationsWarmingUp;

  /**
   * @param reports where histories and timelines go
   * @param keys what idempotency keys begin with
   */
  Verification(VerifyOptions options, Setting setting, Path reports, String keys) {
    this.options = options;
    this.setting = setting;
    this.reports = reports;
    this.keys = keys;
  }

  Summary run() throws InterruptedException {
    setting.console().say("creating " + options.sessions() + " sessions");
    setting.sessions().create(options.sessions());
    ReadBack first = setting.sessions().readAll(FIRST_READ);
    if (!first.gone().isEmpty()) {
      throw new SuiteException(
          "%d areas of the sessions that were just created are not there, with nothing broken, such as: %s"
              .formatted(first.gone().size(), first.gone().values().iterator().next()));
    }
    Carried carried = new Carried(first.found(), Map.of(), 1);
    WarmUp warmUp = new WarmUp(options.rate(), options.seeksRate(), options.warmUp());
    carried = warmUp(warmUp, carried);
    int rate = warmUp.rateOfRuns();
    SplittableRandom seeds = new SplittableRandom(options.seed());
    List<RunFigures> figures = new ArrayList<>();
    Fault fault = Faults.of(options, setting.nodes().size(), setting.network());
    for (int number = 1; number <= options.runs(); number++) {
      OneRun.Outcome outcome =
          one(number, seeds.nextLong(), rate).run(fault, options.fault().word(), carried);
      carried = outcome.carried();
      figures.add(outcome.figures());
      tell(outcome);
      write(outcome.report(), "run-%03d".formatted(number));
    }
    if (rate < options.rate()) {
      setting
          .console()
          .say(
              "measured at %d requests a second, not at the %d that the targets are meant for"
                  .formatted(rate, options.rate()));
    }
    return new Summary(options.fault().word(), figures, violationsWarmingUp);
  }

  private Carried warmUp(WarmUp warmUp, Carried before) throws InterruptedException {
    long began = System.nanoTime();
    Carried carried = before;
    Fault nothing = on -> on.awaitFor(ROUND);
    for (int round = 1; !warmUp.isOver(); round++) {
      double pace = warmUp.rate();
      OneRun.Outcome outcome =
          one(0, options.seed() + round, pace).run(nothing, "nothing", carried);
      carried = outcome.carried();
      tellViolations(round, outcome);
      List<Double> latencies = latencies(outcome.report().history());
      double median = Percentiles.of(latencies, 50);
      double p99 = Percentiles.of(latencies, 99);
      Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
      warmUp.after(elapsed, median, p99);
      setting
          .console()
          .say(
              String.format(
                  Locale.ROOT,
                  "warming up, round %d after %d s: %.0f requests a second, p50 %.1f ms, p99 %.0f"
                      + " ms",
                  round,
                  elapsed.toSeconds(),
                  pace,
                  median,
                  p99));
    }
    if (!options.warmUp().isZero() && !warmUp.isWarm()) {
      setting.console().say(notWarm(warmUp));
    }
    return carried;
  }

  /** Rounds that count nowhere are no place for what must not be to go unnoticed. */
  private void tellViolations(int round, OneRun.Outcome outcome) {
    if (outcome.report().violations().isEmpty()) {
      return;
    }
    violationsWarmingUp += outcome.report().violations().size();
    tell(outcome);
    write(outcome.report(), "warm-up-%03d".formatted(round));
  }

  private String notWarm(WarmUp warmUp) {
    if (warmUp.rate() >= options.rate()) {
      return "still becoming faster; going on all the same (--warm-up)";
    }
    String asked = "this machine did not get to %d requests a second".formatted(options.rate());
    if (options.seeksRate()) {
      String calm =
          warmUp.carried() > 0
              ? "calmly to %.0f; what follows is at %d a second, about half of that: what is left of a suite must carry them besides a process that starts"
                  .formatted(warmUp.carried(), warmUp.rateOfRuns())
              : "nor calmly to any that was tried; what follows is at %d a second, and may show an overload besides the fault"
                  .formatted(warmUp.rateOfRuns());
      return "%s, %s (--rate %d asks for all)".formatted(asked, calm, options.rate());
    }
    return warmUp.carried() > 0
        ? asked
            + ", calmly to %.0f; going on all the same, and what follows shows an overload besides"
                .formatted(warmUp.carried())
            + " the fault (--rate %.0f would not)".formatted(Math.floor(warmUp.carried()))
        : asked + "; going on all the same, and what follows shows an overload besides the fault";
  }

  /** Of what was sent through the gateway, from the intended start, in milliseconds. */
  private static List<Double> latencies(History history) {
    List<Double> latencies = new ArrayList<>();
    for (int id = 0; id < history.size(); id++) {
      Exchange exchange = history.get(id);
      if (Judge.counts(exchange)) {
        latencies.add(exchange.latencyNanos() / 1e6);
      }
    }
    return latencies;
  }

  private OneRun one(int number, long seed, double pace) {
    // So many probes find something out only about what is written at the same time.
    int hot = options.probes() >= MANY_PROBES ? HOT_SESSIONS : 0;
    Mixture mixture = Mixture.USUAL.with(options.probes(), hot);
    LoadClient.Load load = new LoadClient.Load(seed, pace, mixture, 1, keys);
    return new OneRun(
        setting,
        load,
        Faults.judge(options.fault()),
        number,
        Faults.quiet(options.fault()),
        this::onScene);
  }

  private synchronized void onScene(Scene next) {
    scene = Optional.of(next);
  }

  /** From now on nothing is broken or started any more; what is broken stays so. */
  synchronized void breakOff() {
    scene.ifPresent(Scene::breakOff);
  }

  /** Mends what is broken. */
  synchronized void mend() {
    scene.ifPresent(Scene::mend);
  }

  private void tell(OneRun.Outcome outcome) {
    setting.console().say(outcome.report().line());
    for (Exchange failed : outcome.tally().firstFailed()) {
      setting.console().say("  not the proper answer: " + failed);
    }
    outcome.report().violations().stream()
        .limit(MOST_VIOLATIONS_SHOWN)
        .forEach(violation -> setting.console().say("  " + violation));
    Exchange slowest = outcome.tally().gap().slowest();
    if (slowest != null) {
      setting.console().say("  slowest: " + slowest);
    }
  }

  private void write(RunReport report, String name) {
    try {
      Files.createDirectories(reports);
      HistoryFile.write(report.history(), reports.resolve(name + ".jsonl.gz"));
      Files.writeString(reports.resolve(name + ".html"), Timeline.of(report));
    } catch (IOException e) {
      throw new SuiteException("cannot write to " + reports + ": " + e.getMessage(), e);
    }
  }
}
