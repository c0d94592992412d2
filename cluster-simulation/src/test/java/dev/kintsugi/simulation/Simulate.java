package dev.kintsugi.simulation;

import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.SlotId;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Runs many seeds and prints what came of them; what {@code ./kintsugi simulate} calls. */
public final class Simulate {

  private static final int SHOWN = 300;
  private static final Duration REPORT = Duration.ofSeconds(5);
  private static final long LONG_NANOS = Duration.ofSeconds(30).toNanos();

  private final long from;
  private final long seeds;
  private final AtomicLong next;
  private final AtomicLong done = new AtomicLong();
  private final Map<Long, Long> underWay = new ConcurrentSkipListMap<>();
  private final AtomicLong steps = new AtomicLong();
  private final AtomicLong faults = new AtomicLong();
  private final AtomicLong handovers = new AtomicLong();
  private final AtomicLong acked = new AtomicLong();
  private final AtomicLong violations = new AtomicLong();
  private final AtomicReference<Optional<Simulation.Result>> first =
      new AtomicReference<>(Optional.empty());

  private Simulate(long from, long seeds) {
    this.from = from;
    this.seeds = seeds;
    this.next = new AtomicLong(from);
  }

  /**
   * Runs seeds, or hunts mutants.
   *
   * @param args {@code seeds} or {@code mutants}, the first seed, how many, and perhaps a mutant
   */
  public static void main(String[] args) throws Exception {
    long from = Long.parseLong(args[1]);
    long seeds = Long.parseLong(args[2]);
    boolean good;
    if (args[0].equals("mutants")) {
      List<Mutant> mutants = args.length > 3 ? List.of(Mutant.named(args[3])) : Mutant.ALL;
      good = new Mutants(root(), from, seeds).run(mutants, System.out);
    } else if (args.length > 3) {
      good = seedsOf(Mutant.named(args[3]), from, seeds);
    } else {
      good = seeds(from, seeds, "");
    }
    System.exit(good ? 0 : 1);
  }

  private static Path root() {
    return Path.of(System.getProperty("kintsugi.root", ""));
  }

  /** The same as {@link #seeds}, in the world of a mutant. */
  private static boolean seedsOf(Mutant mutant, long from, long seeds) throws Exception {
    Method method =
        MutantLoader.of(mutant, root())
            .loadClass(Simulate.class.getName())
            .getDeclaredMethod("seeds", long.class, long.class, String.class);
    method.setAccessible(true);
    return (boolean) method.invoke(null, from, seeds, " --mutant " + mutant.name());
  }

  /** Runs seeds; returns whether nothing was violated. */
  private static boolean seeds(long from, long seeds, String options) throws InterruptedException {
    Simulate simulate = new Simulate(from, seeds);
    simulate.run(System.err);
    simulate.explain(System.out, options);
    System.out.println(simulate.line());
    return simulate.violations.get() == 0;
  }

  private void run(PrintStream progress) throws InterruptedException {
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors());
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      workers.add(Thread.ofPlatform().name("simulation-" + i).start(this::work));
    }
    long began = System.nanoTime();
    for (Thread worker : workers) {
      while (!worker.join(REPORT)) {
        progress.printf(
            "%d of %d seeds, %d violations, %d s%n",
            done.get(), seeds, violations.get(), (System.nanoTime() - began) / 1_000_000_000L);
        underWay.forEach((seed, since) -> {
          if (System.nanoTime() - since > LONG_NANOS) {
            progress.printf("seed %d takes long%n", seed);
          }
        });
      }
    }
  }

  private void work() {
    for (long seed = next.getAndIncrement(); seed < from + seeds; seed = next.getAndIncrement()) {
      underWay.put(seed, System.nanoTime());
      Simulation.Result result = Simulation.run(seed);
      underWay.remove(seed);
      steps.addAndGet(result.steps());
      faults.addAndGet(result.faults());
      handovers.addAndGet(result.handovers());
      acked.addAndGet(result.acknowledged());
      if (result.violation().isPresent()) {
        violations.incrementAndGet();
        System.err.println("seed " + seed + ": " + result.violation().get().getMessage());
        first.accumulateAndGet(
            Optional.of(result),
            (a, b) -> a.isEmpty() || b.orElseThrow().seed() < a.get().seed() ? b : a);
      }
      done.incrementAndGet();
    }
  }

  /** Repeats the violation of the smallest seed with as few faults as it takes, and shows it. */
  private void explain(PrintStream out, String options) {
    if (first.get().isEmpty()) {
      return;
    }
    Simulation.Result found = first.get().get();
    List<Fault> faults = Shrinking.fewest(found);
    Simulation.Result shown = Simulation.run(found.seed(), faults, true);
    out.println("seed " + found.seed() + ": " + found.violation().orElseThrow().getMessage());
    out.println("with these faults alone: " + shown.violation().map(Violation::getMessage));
    faults.forEach(fault -> out.println("  " + fault));
    String message = found.violation().orElseThrow().getMessage();
    Set<SlotId> slots =
        Cluster.AREAS.all().stream()
            .flatMap(policy ->
                IntStream.range(0, policy.slots())
                    .mapToObj(number -> new SlotId(policy.area(), number)))
            .filter(slot -> !message.contains(slot.toString()))
            .collect(Collectors.toSet());
    boolean named = slots.size() < Cluster.AREAS.all().stream().mapToInt(AreaPolicy::slots).sum();
    List<String> lines =
        shown.trace().stream()
            .filter(line -> !named || slots.stream().noneMatch(slot -> isOnlyAbout(line, slot)))
            .toList();
    lines
        .subList(Math.max(0, lines.size() - SHOWN), lines.size())
        .forEach(line -> out.println("  " + line));
    out.println("again: ./kintsugi simulate --seeds 1 --from " + found.seed() + options);
  }

  /** Whether a line tells of a record of a slot, on its way or in the log. */
  private static boolean isOnlyAbout(String line, SlotId slot) {
    return line.contains(" " + slot + "@") || line.contains("sends to " + slot + ":");
  }

  private String line() {
    return String.format(
        "simulation: seeds=%d steps=%d faults=%d handovers=%d acked=%d violations=%d",
        seeds, steps.get(), faults.get(), handovers.get(), acked.get(), violations.get());
  }
}
