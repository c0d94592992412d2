package dev.kintsugi.simulation;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs every mutant until a seed catches it, and the unbroken code on the same seeds. */
final class Mutants {

  /**
   * What came of one.
   *
   * @param seed the first that caught it, if any did
   * @param seeds how many were run
   */
  record Hunt(Mutant mutant, Optional<Long> seed, String violation, long seeds) {}

  private final Path root;
  private final long from;
  private final long seeds;

  Mutants(Path root, long from, long seeds) {
    this.root = root;
    this.from = from;
    this.seeds = seeds;
  }

  /** Runs all; returns whether each was caught and the unbroken code was not. */
  boolean run(List<Mutant> mutants, PrintStream out) throws Exception {
    int threads = Runtime.getRuntime().availableProcessors();
    List<Hunt> hunts = new ArrayList<>();
    long control;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<Hunt>> under = new ArrayList<>();
      for (Mutant mutant : mutants) {
        under.add(pool.submit(() -> hunt(mutant)));
      }
      for (Future<Hunt> hunt : under) {
        hunts.add(hunt.get());
        out.println(shown(hunts.getLast()));
        out.flush();
      }
      long most = hunts.stream().mapToLong(Hunt::seeds).max().orElse(0);
      List<Future<Boolean>> unbroken = new ArrayList<>();
      for (long seed = from; seed < from + most; seed++) {
        long one = seed;
        unbroken.add(pool.submit(() -> Simulation.run(one).violation().isPresent()));
      }
      long found = 0;
      for (Future<Boolean> broken : unbroken) {
        found += broken.get() ? 1 : 0;
      }
      control = found;
    }
    long caught = hunts.stream().filter(hunt -> hunt.seed().isPresent()).count();
    out.printf(
        "mutants: total=%d caught=%d control_violations=%d%n", hunts.size(), caught, control);
    return caught == hunts.size() && control == 0;
  }

  private static String shown(Hunt hunt) {
    return hunt.seed().isPresent()
        ? "caught  "
            + hunt.mutant().name()
            + " by seed "
            + hunt.seed().get()
            + ": "
            + hunt.violation()
        : "MISSED  " + hunt.mutant().name() + " in " + hunt.seeds() + " seeds";
  }

  private Hunt hunt(Mutant mutant) throws Exception {
    Method outcome = outcome(mutant);
    for (long seed = from; seed < from + seeds; seed++) {
      String violation = outcome(outcome, seed);
      if (!violation.isEmpty()) {
        return new Hunt(mutant, Optional.of(seed), violation, seed - from + 1);
      }
    }
    return new Hunt(mutant, Optional.empty(), "", seeds);
  }

  private Method outcome(Mutant mutant) throws IOException, ReflectiveOperationException {
    Class<?> simulation = MutantLoader.of(mutant, root).loadClass(Simulation.class.getName());
    Method outcome = simulation.getDeclaredMethod("outcome", long.class);
    outcome.setAccessible(true);
    return outcome;
  }

  private static String outcome(Method outcome, long seed)
      throws IllegalAccessException, InvocationTargetException {
    return (String) outcome.invoke(null, seed);
  }
}
