package dev.kintsugi.local.verify;

import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.admin.OwnerChange;
import dev.kintsugi.local.verify.check.Checker;
import dev.kintsugi.local.verify.check.Found;
import dev.kintsugi.local.verify.check.History;
import dev.kintsugi.local.verify.check.Violation;
import dev.kintsugi.local.verify.check.Violation.Rule;
import dev.kintsugi.local.verify.fault.Fault;
import dev.kintsugi.local.verify.fault.Scene;
import dev.kintsugi.local.verify.fault.Wholeness;
import dev.kintsugi.local.verify.load.Areas;
import dev.kintsugi.local.verify.load.LoadClient;
import dev.kintsugi.local.verify.load.LoadClient.Probing;
import dev.kintsugi.local.verify.measure.FaultWindow;
import dev.kintsugi.local.verify.measure.Judge;
import dev.kintsugi.local.verify.measure.RunFigures;
import dev.kintsugi.local.verify.measure.Tally;
import dev.kintsugi.local.verify.report.RunReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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

/**
 * One fault under load: a quiet time, the fault, five seconds more; then all answers are waited
 * for, the cluster becomes whole, everything is read back and checked. Run once.
 */
final class OneRun {

  /** Of load before the fault. */
  static final Duration QUIET = Duration.ofSeconds(3);

  private static final Duration READ_BACK = Duration.ofSeconds(60);
  private static final Duration PROGRESS_EVERY = Duration.ofSeconds(10);
  private static final int MORTALS = 30;

  /** What came of it. */
  record Outcome(RunFigures figures, RunReport report, Tally tally, Carried carried) {}

  private final Setting setting;
  private final LoadClient.Load load;
  private final Judge judge;
  private final int number;
  private final Consumer<Scene> sceneReady;
  private final History history = new History();

  /**
   * @param number of the run, from 1
   * @param sceneReady told the scene as soon as anything may break
   */
  OneRun(
      Setting setting, LoadClient.Load load, Judge judge, int number, Consumer<Scene> sceneReady) {
    this.setting = setting;
    this.load = load;
    this.judge = judge;
    this.number = number;
    this.sceneReady = sceneReady;
  }

  Outcome run(Fault fault, String name, Carried carried) throws InterruptedException {
    setting.sessions().renewMortals(MORTALS);
    Map<String, String> owners = setting.administration().slotTable().owners();
    Instant began = Instant.now();
    long originNanos = System.nanoTime();
    LoadClient client =
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
    Scene scene =
        new Scene(
            setting.processes(),
            setting.administration()::slotTable,
            new SplittableRandom(load.seed()),
            () -> System.nanoTime() - originNanos,
            what -> setting.console().say(told(what, originNanos)),
            node -> client.probe(probing(node, owners)));
    sceneReady.accept(scene);
    try (scene) {
      underLoad(client, fault, scene, originNanos);
      double seconds = (System.nanoTime() - originNanos) / 1e9;
      new Wholeness(setting.administration(), setting.nodes().size()).await();
      Map<Integer, Found> after = setting.sessions().readAll(READ_BACK);
      return outcome(name, carried, after, client, scene, owners, began, seconds);
    }
  }

  private String told(String what, long originNanos) {
    return "  run %d, %6.2f s: %s".formatted(number, (System.nanoTime() - originNanos) / 1e9, what);
  }

  private Probing probing(String node, Map<String, String> owners) {
    Set<Integer> slots =
        owners.entrySet().stream()
            .filter(entry -> entry.getValue().equals(node))
            .map(entry -> Areas.slot(entry.getKey()))
            .collect(Collectors.toSet());
    List<Integer> shards = setting.sessions().shardsIn(slots::contains);
    return new Probing(Integer.parseInt(node.substring(node.lastIndexOf('-') + 1)), shards);
  }

  /** Load from before the fault until five seconds after it; returns when all is answered. */
  private void underLoad(LoadClient client, Fault fault, Scene scene, long originNanos)
      throws InterruptedException {
    try (ExecutorService threads =
        Executors.newFixedThreadPool(2, Thread.ofPlatform().name("verify-", 0).factory())) {
      Future<?> asking = threads.submit(client::run);
      try {
        TimeUnit.NANOSECONDS.sleep(QUIET.toNanos());
        Future<?> breaking =
            threads.submit(() -> {
              fault.run(scene);
              return null;
            });
        try {
          await(breaking, originNanos);
        } finally {
          breaking.cancel(true);
        }
        TimeUnit.NANOSECONDS.sleep(FaultWindow.AFTERMATH_NANOS);
      } finally {
        client.stop();
      }
      await(asking, originNanos);
    }
  }

  private void await(Future<?> work, long originNanos) throws InterruptedException {
    while (true) {
      try {
        work.get(PROGRESS_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException goesOn) {
        setting.console().live(told(history.size() + " requests sent", originNanos));
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        }
        throw new SuiteException("run " + number + " was broken off: " + e.getCause(), e);
      }
    }
  }

  private Outcome outcome(
      String name,
      Carried carried,
      Map<Integer, Found> after,
      LoadClient client,
      Scene scene,
      Map<String, String> owners,
      Instant began,
      double seconds) {
    List<Violation> violations =
        new Checker(history, Areas.COUNT, carried.shards(), after, carried.mayAppear()).check();
    List<OwnerChange> changes = setting.administration().allOwnerChanges(began);
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
            List.of(),
            falseFailovers(changes, scene.hurt()),
            moves(changes, scene.leastMoves()));
    String line = RunLine.of(name, figures, tally, client.latestSend());
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

  private static int falseFailovers(List<OwnerChange> changes, Set<String> hurt) {
    return (int) changes.stream().filter(c -> c.isUnplanned() && !hurt.contains(c.from())).count();
  }

  private static RunFigures.Moves moves(List<OwnerChange> changes, int least) {
    Map<String, Long> bySlot =
        changes.stream().collect(Collectors.groupingBy(OwnerChange::slot, Collectors.counting()));
    long most = bySlot.values().stream().mapToLong(Long::longValue).max().orElse(0);
    return new RunFigures.Moves(changes.size(), (int) most, least);
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
