package dev.kintsugi.local.verify;

import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.admin.OwnerChange;
import dev.kintsugi.local.admin.OwnerChanges;
import dev.kintsugi.local.verify.check.Checker;
import dev.kintsugi.local.verify.check.History;
import dev.kintsugi.local.verify.check.ReadBack;
import dev.kintsugi.local.verify.check.Violation;
import dev.kintsugi.local.verify.check.Violation.Rule;
import dev.kintsugi.local.verify.fault.Coordinators;
import dev.kintsugi.local.verify.fault.Fault;
import dev.kintsugi.local.verify.fault.Scene;
import dev.kintsugi.local.verify.fault.Wholeness;
import dev.kintsugi.local.verify.load.Areas;
import dev.kintsugi.local.verify.load.LoadClient;
import dev.kintsugi.local.verify.load.LoadClient.Probing;
import dev.kintsugi.local.verify.measure.FaultWindow;
import dev.kintsugi.local.verify.measure.Harm;
import dev.kintsugi.local.verify.measure.Judge;
import dev.kintsugi.local.verify.measure.Pauses;
import dev.kintsugi.local.verify.measure.RunFigures;
import dev.kintsugi.local.verify.measure.Tally;
import dev.kintsugi.local.verify.report.RunReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One fault under load: a quiet time, the fault, five seconds more; then all answers are waited
 * for, the cluster becomes whole, everything is read back and checked. Run once.
 */
final class OneRun {

  private static final Duration READ_BACK = Duration.ofSeconds(60);
  private static final Duration PROGRESS_EVERY = Duration.ofSeconds(10);
  private static final int MORTALS = 30;

  /** What came of it. */
  record Outcome(RunFigures figures, RunReport report, Tally tally, Carried carried) {}

  private final Setting setting;
  private final LoadClient.Load load;
  private final Judge judge;
  private final int number;
  private final Duration quiet;
  private final Consumer<Scene> sceneReady;
  private final History history = new History();
  private final OwnerChanges noted = new OwnerChanges();
  private volatile Map<String, String> owners = Map.of();
  private volatile Optional<LoadClient> client = Optional.empty();
  private volatile long originNanos = System.nanoTime();

  /**
   * @param number of the run, from 1
   * @param quiet of load before the fault
   * @param sceneReady told the scene as soon as anything may break
   */
  OneRun(
      Setting setting,
      LoadClient.Load load,
      Judge judge,
      int number,
      Duration quiet,
      Consumer<Scene> sceneReady) {
    this.setting = setting;
    this.load = load;
    this.judge = judge;
    this.number = number;
    this.quiet = quiet;
    this.sceneReady = sceneReady;
  }

  Outcome run(Fault fault, String name, Carried carried) throws InterruptedException {
    setting.sessions().renewMortals(MORTALS);
    try (Scene scene =
        new Scene(
            setting.processes(),
            new Coordinators(setting.administration(), setting.nodes().size()),
            new SplittableRandom(load.seed()),
            () -> System.nanoTime() - originNanos,
            InstantSource.system(),
            what -> setting.console().say(told(what)),
            this::probe)) {
      sceneReady.accept(scene);
      fault.prepare(scene);
      owners = setting.administration().slotTable().owners();
      Instant began = Instant.now();
      originNanos = System.nanoTime();
      LoadClient asking =
          new LoadClient(
              setting.gateway(),
              setting.nodes(),
              setting.sessions(),
              setting.tokens(),
              new LoadClient.Load(
                  load.seed(), load.rate(), load.mixture(), carried.nextValue(), load.keys()),
              history,
              carried.shards(),
              originNanos);
      client = Optional.of(asking);
      underLoad(asking, fault, scene, began);
      double seconds = (System.nanoTime() - originNanos) / 1e9;
      scene.mend();
      new Wholeness(setting.administration(), setting.nodes().size()).await();
      ReadBack after = setting.sessions().readAll(READ_BACK);
      return outcome(name, carried, after, asking, scene, began, seconds);
    }
  }

  /** Probes go to a node from now on, about what it owned when the run began. */
  private void probe(String node) {
    Set<Integer> slots =
        owners.entrySet().stream()
            .filter(entry -> entry.getValue().equals(node))
            .map(entry -> Areas.slot(entry.getKey()))
            .collect(Collectors.toSet());
    // Half of everything goes to the hot ones, so that they show soonest what a node has missed.
    int hot = load.mixture().hotSessions();
    List<Integer> shards =
        setting.sessions().shardsIn(slots::contains).stream()
            .filter(shard -> hot == 0 || shard / Areas.COUNT < hot)
            .toList();
    int target = Integer.parseInt(node.substring(node.lastIndexOf('-') + 1));
    client.ifPresent(asking -> asking.probe(new Probing(target, shards)));
  }

  private String told(String what) {
    return "  run %d, %6.2f s: %s".formatted(number, (System.nanoTime() - originNanos) / 1e9, what);
  }

  /** Load from before the fault until five seconds after it; returns when all is answered. */
  private void underLoad(LoadClient client, Fault fault, Scene scene, Instant began)
      throws InterruptedException {
    try (ExecutorService threads =
        Executors.newFixedThreadPool(2, Thread.ofPlatform().name("verify-", 0).factory())) {
      Future<?> asking = threads.submit(client::run);
      try {
        TimeUnit.NANOSECONDS.sleep(quiet.toNanos());
        Future<?> breaking =
            threads.submit(() -> {
              fault.run(scene);
              return null;
            });
        try {
          await(breaking, began);
        } finally {
          breaking.cancel(true);
        }
        TimeUnit.NANOSECONDS.sleep(FaultWindow.AFTERMATH_NANOS);
      } finally {
        client.stop();
      }
      await(asking, began);
    }
  }

  private void await(Future<?> work, Instant began) throws InterruptedException {
    while (true) {
      try {
        work.get(PROGRESS_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException goesOn) {
        setting.console().live(told(history.size() + " requests sent"));
        noteChanges(began);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        }
        throw new SuiteException("run " + number + " was broken off: " + e.getCause(), e);
      }
    }
  }

  /** Every now and then: of a coordinator that is killed only the other one remembers anything. */
  private void noteChanges(Instant began) {
    noted.add(setting.administration().allOwnerChanges(began));
  }

  private Outcome outcome(
      String name,
      Carried carried,
      ReadBack after,
      LoadClient client,
      Scene scene,
      Instant began,
      double seconds) {
    List<Violation> violations =
        new Checker(history, Areas.COUNT, carried.shards(), after, carried.mayAppear()).check();
    noteChanges(began);
    List<OwnerChange> changes = noted.inOrder();
    Tally tally = new Tally(history, judge, scene.windows(), violations);
    RunFigures figures =
        new RunFigures(
            number,
            tally.requests(),
            tally.failed(),
            tally.acked(),
            tally.violations(Rule.LOST),
            tally.violations(Rule.STALE),
            tally.violations(Rule.ZOMBIE),
            tally.otherViolations(),
            tally.gap().millis(),
            tally.gap().quietMillis(),
            tally.gap().recoveryMillis(),
            pauses(changes),
            Harm.unexplained(changes, scene.harms()),
            moves(changes, scene.leastMoves()));
    String line = RunLine.of(name, load.rate(), figures, tally, client.latestSend());
    RunReport report =
        new RunReport(
            "Kintsugi verify: " + name + ", run " + number,
            line,
            history,
            judge,
            scene.windows(),
            owners,
            moved(changes, began),
            violations,
            seconds);
    return new Outcome(figures, report, tally, carried.after(history, after, client.nextValue()));
  }

  private List<Double> pauses(List<OwnerChange> changes) {
    Pauses pauses = new Pauses();
    for (int node = 1; node <= setting.nodes().size(); node++) {
      Path log = setting.logs().apply("node-" + node);
      try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
        pauses.read("node-" + node, lines);
      } catch (IOException | UncheckedIOException e) {
        throw new SuiteException("cannot read " + log + ": " + e.getMessage(), e);
      }
    }
    return pauses.of(changes);
  }

  private static RunFigures.Moves moves(List<OwnerChange> changes, int least) {
    Map<String, Long> bySlot =
        changes.stream().collect(Collectors.groupingBy(OwnerChange::slot, Collectors.counting()));
    long most = bySlot.values().stream().mapToLong(Long::longValue).max().orElse(0);
    long planned = changes.stream().filter(change -> !change.isUnplanned()).count();
    return new RunFigures.Moves(changes.size(), (int) most, least, (int) planned);
  }

  private static List<RunReport.Moved> moved(List<OwnerChange> changes, Instant began) {
    return changes.stream()
        .map(c ->
            new RunReport.Moved(
                Duration.between(began, c.published()).toNanos() / 1e9,
                c.slot(),
                c.from(),
                c.to(),
                !c.isUnplanned(),
                c.grant()))
        .toList();
  }
}
