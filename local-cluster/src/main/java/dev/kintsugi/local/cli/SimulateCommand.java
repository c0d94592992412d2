package dev.kintsugi.local.cli;

import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.console.ProjectRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Runs the simulation in a JVM of its own. It lives among the tests of the module {@code
 * cluster-simulation}, which knows this one, so it is started by name.
 */
@Command(
    name = "simulate",
    description =
        "Runs nodes and coordinators on one virtual clock under faults, and checks the guarantees"
            + " after every step.",
    footer = {
      "",
      "The same seed gives the same run. A violation is shown with as few faults as it takes and",
      "the command that repeats it. Exit status 0 only without violations; with --mutants only if",
      "every mutant was caught.",
      "",
      "Ends with: simulation: seeds=… steps=… faults=… handovers=… acked=… violations=…",
      "or, with --mutants: mutants: total=… caught=… control_violations=…"
    })
final class SimulateCommand implements Callable<Integer> {

  private static final Path MODULE = Path.of("cluster-simulation", "target");

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description =
          "How many seeds; with --mutants at most so many for each (default: ${DEFAULT-VALUE}).",
      defaultValue = "1000")
  private long seeds;

  @Option(
      names = "--from",
      paramLabel = "SEED",
      description = "The first seed (default: ${DEFAULT-VALUE}).",
      defaultValue = "1")
  private long from;

  @Option(
      names = "--mutant",
      paramLabel = "NAME",
      description = "Breaks one rule of the shard service on purpose.")
  private @Nullable String mutant;

  @Option(
      names = "--mutants",
      description = "Runs every mutant until a seed catches it, and the unbroken code beside it.")
  private boolean mutants;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (seeds < 1 || from < 0 || from > Long.MAX_VALUE - seeds) {
      throw new ParameterException(
          spec.commandLine(), "--seeds must be 1 or greater and --from not negative");
    }
    Path target = ProjectRoot.find().resolve(MODULE);
    Path classPath = target.resolve("simulation.classpath");
    if (!Files.isReadable(classPath)) {
      throw new SuiteException("the simulation is not built: run ./kintsugi once to build it");
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseParallelGC",
                "-Xmx1g",
                "-Dkintsugi.root=" + ProjectRoot.find(),
                "-cp",
                target.resolve("test-classes") + ":" + Files.readString(classPath).strip(),
                "dev.kintsugi.simulation.Simulate",
                mutants ? "mutants" : "seeds",
                Long.toString(from),
                Long.toString(seeds)));
    if (mutant != null) {
      command.add(mutant);
    }
    Process process = new ProcessBuilder(command).inheritIO().start();
    Thread stop = new Thread(process::destroy, "stop-simulation");
    Runtime.getRuntime().addShutdownHook(stop);
    return process.waitFor();
  }
}
