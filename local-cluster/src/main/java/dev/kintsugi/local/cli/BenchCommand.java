package dev.kintsugi.local.cli;

import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.console.ProjectRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Runs benchmarks in a JVM of their own. They live in the module {@code benchmarks}, which knows
 * this one, so they are started by name.
 */
@Command(
    name = "bench",
    description = "Measures how fast and how small the parts are, beside what they cost bare.",
    subcommands = {BenchCommand.Store.class, BenchCommand.Stack.class, BenchCommand.Scale.class})
final class BenchCommand implements Runnable {

  private static final Path MODULE = Path.of("benchmarks", "target");

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "which benchmark? One of: " + String.join(", ", spec.subcommands().keySet()));
  }

  /** What all benchmarks are told. */
  abstract static class Bench implements Callable<Integer> {

    private static final int MOST_RUNS = 100;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
        names = "--runs",
        paramLabel = "N",
        description =
            "How often each thing is measured; the median counts (default: 5, with --quick 1).")
    private @Nullable Integer runs;

    @Option(
        names = "--quick",
        description = "Short rounds and few sessions: shows that it works; its numbers say little.")
    private boolean quick;

    final int run(List<String> more) throws IOException, InterruptedException {
      return run("StoreBench", "512m", more);
    }

    final int run(String main, String heap, List<String> more)
        throws IOException, InterruptedException {
      int count = runs == null ? (quick ? 1 : 5) : runs;
      if (count < 1 || count > MOST_RUNS) {
        throw new ParameterException(
            spec.commandLine(), "--runs must be 1 to " + MOST_RUNS + ", got " + count);
      }
      Path target = ProjectRoot.find().resolve(MODULE);
      Path classPath = target.resolve("benchmarks.classpath");
      if (!Files.isReadable(classPath)) {
        throw new SuiteException("the benchmarks are not built: run ./kintsugi once to build them");
      }
      List<String> command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-Xmx" + heap,
                  "--enable-native-access=ALL-UNNAMED",
                  "--sun-misc-unsafe-memory-access=allow",
                  "-Dkintsugi.root=" + ProjectRoot.find(),
                  "-cp",
                  target.resolve("classes") + ":" + Files.readString(classPath).strip(),
                  "dev.kintsugi.bench." + main,
                  spec.name(),
                  quick ? "quick" : "full",
                  Integer.toString(count)));
      command.addAll(more);
      Process process = new ProcessBuilder(command).inheritIO().start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "stop-benchmark"));
      return process.waitFor();
    }
  }

  @Command(
      name = "store",
      description =
          "Writes, reads, memory and rebuild of a real node on a real Kafka, beside the same HTTP"
              + " stack that only appends, or answers a constant.",
      footer = {
        "",
        "Leave the machine idle meanwhile. Progress goes to stderr, the table to stdout. Exit",
        "status 0 only if every target is met.",
        "",
        "Ends with: bench store: write_p50_ratio=… write_p99_ratio=… read_p50_ratio=…",
        "read_cold_p50_ratio=… writes_per_s=… reads_per_s=… overhead_bytes=… rebuild_100k_s=…"
      })
  static final class Store extends Bench {

    /** What can be measured alone; the names are those that the benchmark knows. */
    enum Part {
      REQUESTS,
      REBUILD,
      HEAP,
      PURE;

      /** As it is typed. */
      @Override
      public String toString() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    @Option(names = "--json", paramLabel = "FILE", description = "Writes every run to a file.")
    private @Nullable Path json;

    @Option(
        names = "--only",
        paramLabel = "PART",
        description =
            "Measures one part and judges nothing: ${COMPLETION-CANDIDATES}. Prints no closing"
                + " line, writes no JSON.")
    private @Nullable Part only;

    @Override
    public Integer call() throws IOException, InterruptedException {
      List<String> more = new ArrayList<>();
      more.add(only == null ? "all" : only.toString());
      if (json != null) {
        more.add(json.toAbsolutePath().toString());
      }
      return run(more);
    }
  }

  @Command(
      name = "stack",
      description =
          "The candidates for a node's HTTP stack beside each other: WebFlux on Netty (\"bare\") and"
              + " MVC on Tomcat with virtual threads, with a constant and with an append.")
  static final class Stack extends Bench {
    @Override
    public Integer call() throws IOException, InterruptedException {
      return run(List.of());
    }
  }

  @Command(
      name = "scale",
      description =
          "Placement and its traffic with 1,000 nodes, 4 areas of 16,384 slots and 100 million"
              + " sessions: the coordinator's real rules on virtual time, told by made-up nodes.",
      footer = {
        "",
        "Times are processor time of the one thread; bytes are those of the real messages. Ends",
        "with: bench scale: place_ms=… look_ms=… leave_ms=… join_ms=… rebalance_ms=… map_bytes=…",
        "heartbeat_bytes=…"
      })
  static final class Scale extends Bench {
    @Override
    public Integer call() throws IOException, InterruptedException {
      return run("ScaleBench", "3g", List.of());
    }
  }
}
