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
    subcommands = {
      BenchCommand.Store.class,
      BenchCommand.Stack.class,
      BenchCommand.Scale.class,
      BenchCommand.Tokens.class,
      BenchCommand.TokenReads.class,
      BenchCommand.TokenSpread.class
    })
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
    CommandSpec spec;

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

    /** How a benchmark is told of a file, or that there is none. */
    static String file(@Nullable Path path) {
      return path == null ? "-" : path.toAbsolutePath().toString();
    }

    /** The same of a file that is to be written in the end, before minutes are spent on it. */
    final String written(String option, @Nullable Path path) {
      Path parent = path == null ? null : path.toAbsolutePath().getParent();
      if (parent != null && !Files.isDirectory(parent)) {
        throw new ParameterException(
            spec.commandLine(), option + ": there is no directory for the file " + path);
      }
      return file(path);
    }

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

  @Command(
      name = "tokens",
      description =
          "Replays the requests of a trace against policies of token renewal: how many requests"
              + " wait for a token, and how many renewals that costs, in multiples of what somebody"
              + " who knows the future needs.",
      footer = {
        "",
        "A model sees only the past; the first half of the time is learned from, the second is",
        "scored. A request waits (a stall) if it finds no valid token; one after the idle limit",
        "signs in. Exit status 0 only if nothing was renewed for a session that had ended, and",
        "forecasting makes 50,000 events a second with a p99 of at most 20 µs in at most 1 KB.",
        "",
        "Ends with: bench tokens: data=… users=… requests=… reactive_stall=… always_x=…",
        "ours_x_at_stall_3pct=… ours_x_at_stall_2pct=… ours_x_at_stall_1_5pct=…",
        "ours_x_at_stall_1pct=… speculative_after_idle=0 events_per_s=… bytes_per_user=…"
      })
  static final class Tokens extends Bench {

    private static final int LONGEST_SECONDS = 30 * 86_400;

    @Option(
        names = "--data",
        paramLabel = "FILE",
        description =
            "The activity: a mail edge list (sender recipient seconds), a CSV (user,action,time) or"
                + " an access log; plain or gzip (default: made mail-like activity).")
    private @Nullable Path data;

    @Option(
        names = "--ttl",
        paramLabel = "S",
        defaultValue = "900",
        description = "How long an access token lives, in seconds (default: ${DEFAULT-VALUE}).")
    private int ttl;

    @Option(
        names = "--idle",
        paramLabel = "S",
        defaultValue = "1800",
        description =
            "After how long without a request a session ends (default: ${DEFAULT-VALUE}).")
    private int idle;

    @Option(names = "--svg", paramLabel = "FILE", description = "Draws the frontier to a file.")
    private @Nullable Path svg;

    @Option(
        names = "--models",
        description =
            "Besides, what each model is worth: alone, left out, and textbook models that were not"
                + " kept. Takes a minute or more.")
    private boolean models;

    /** As it is typed. */
    enum Switch {
      ON,
      OFF;

      @Override
      public String toString() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    @Option(
        names = "--incoming",
        paramLabel = "on|off",
        defaultValue = "on",
        description =
            "Whether forecasts are told of messages that come for a user, where the trace names"
                + " recipients; no request of the user's, but one may follow (default:"
                + " ${DEFAULT-VALUE}).")
    private Switch incoming = Switch.ON;

    @Option(
        names = "--shares",
        paramLabel = "N",
        defaultValue = "1",
        description =
            "Into how many shares users are divided that learn by themselves, as the partitions of"
                + " the token service do, which are 8 (default: ${DEFAULT-VALUE}).")
    private int shares;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes all numbers to a file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException, InterruptedException {
      if (shares < 1 || shares > 1_000) {
        throw new ParameterException(
            spec.commandLine(), "--shares must be 1 to 1000, got " + shares);
      }
      check("--ttl", ttl);
      check("--idle", idle);
      return run(
          "tokens.TokensBench",
          "1g",
          List.of(
              Integer.toString(ttl),
              Integer.toString(idle),
              file(data),
              file(svg),
              file(json),
              models ? "models" : "-",
              incoming.toString(),
              Integer.toString(shares)));
    }

    private void check(String name, int seconds) {
      if (seconds < 1 || seconds > LONGEST_SECONDS) {
        throw new ParameterException(
            spec.commandLine(),
            name + " must be 1 to " + LONGEST_SECONDS + " seconds, got " + seconds);
      }
    }
  }

  @Command(
      name = "token-reads",
      description =
          "How long a good access token takes to read: one token service, Redis and Kafka, each a"
              + " process of its own, asked at an even pace by users with tokens of their own.",
      footer = {
        "",
        "A request counts from when it was due, not from when it was sent. Leave the machine idle",
        "meanwhile. Progress goes to stderr, the table to stdout; PING is Redis alone at the same",
        "rate, \"late\" what the client itself was behind. Exit status 0 only if the p99 is at most",
        "2 ms (median of the runs), every request got its token, and each came from Redis.",
        "",
        "Ends with: bench token-reads: rate=… requests=… p50_ms=… p99_ms=… max_ms=… failed=0"
      })
  static final class TokenReads extends Bench {

    private static final int FASTEST = 100_000;

    @Option(
        names = "--rate",
        paramLabel = "N",
        defaultValue = "1000",
        description = "Requests a second (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes every run to a file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException, InterruptedException {
      if (rate < 1 || rate > FASTEST) {
        throw new ParameterException(
            spec.commandLine(), "--rate must be 1 to " + FASTEST + ", got " + rate);
      }
      return run(
          "TokenReadsBench", "512m", List.of(Integer.toString(rate), written("--json", json)));
    }
  }

  @Command(
      name = "token-spread",
      description =
          "How evenly 100,000 tokens that were issued within ten seconds are renewed: two"
              + " instances of the token service's runtime on a schedule in memory and on told"
              + " time, for several lives of a token.",
      footer = {
        "",
        "Nobody's activity is known, so that all are renewed. --runs is how many seeds. The even",
        "share is that of the time in which a token may be renewed: five minutes, or a third of its",
        "life. Exit status 0 only if no second of any run has more than 1.3 times of it.",
        "",
        "Ends with, of the most uneven run: bench token-spread: tokens=… instances=… life_s=…",
        "uniform_per_s=… peak_per_s=… peak_x=…"
      })
  static final class TokenSpread extends Bench {

    @Option(names = "--json", paramLabel = "FILE", description = "Writes every run to a file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException, InterruptedException {
      return run("tokens.SpreadBench", "1g", List.of(written("--json", json)));
    }
  }
}
