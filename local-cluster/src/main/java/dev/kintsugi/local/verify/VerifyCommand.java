package dev.kintsugi.local.verify;

import dev.kintsugi.local.PartName;
import dev.kintsugi.local.Suite;
import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.SuiteLease;
import dev.kintsugi.local.SuiteOptions;
import dev.kintsugi.local.admin.Administration;
import dev.kintsugi.local.console.Console;
import dev.kintsugi.local.console.ConsoleListener;
import dev.kintsugi.local.console.MendOnExit;
import dev.kintsugi.local.console.SuiteOptionsMixin;
import dev.kintsugi.local.verify.broken.BrokenClasses;
import dev.kintsugi.local.verify.broken.BrokenRule;
import dev.kintsugi.local.verify.fault.Namespaces;
import dev.kintsugi.local.verify.fault.Network;
import dev.kintsugi.local.verify.fault.Relays;
import dev.kintsugi.local.verify.fault.SuiteProcesses;
import dev.kintsugi.local.verify.load.Sessions;
import dev.kintsugi.local.verify.load.Tokens;
import dev.kintsugi.local.verify.measure.Summary;
import dev.kintsugi.local.verify.measure.Targets;
import dev.kintsugi.signin.SignIn;
import dev.kintsugi.signin.SignInException;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code kintsugi verify}. */
@Command(
    name = "verify",
    description =
        "Breaks real processes under an open loop of requests, checks that what was answered can be"
            + " true, and measures what the break cost.",
    footer = {
      "",
      "FAULT: kill, pause, drain, rolling-restart, join, coordinator, kafka, redis,",
      "partition-one-way, partition-full, partition-kafka, slow-network, cpu-hog, mix.",
      "The suite that runs in --home is used; if none runs, one is started, and stopped",
      "at the end. Histories and timelines go to a directory that is named.",
      "",
      "Last line:",
      "verify: fault=F runs=N requests=N failed=N acked=N lost=N stale=N zombie=N",
      "  gap_ms_p50=N gap_ms_p99=N gap_ms_max=N pause_ms_p99=N false_failovers=N",
      "Exit status: 0 only if the fault's targets are met; docs/verify.md has them."
    })
public final class VerifyCommand implements Callable<Integer> {

  /** Users who ask with tokens of their own. */
  private static final int OWN_TOKENS = 4;

  private static final String AUTO = "auto";

  private static final int PROBES = 20;
  private static final int BROKEN_PROBES = 100;
  private static final int BROKEN_DEAF_MILLIS = 2_000;

  /** Longer than it takes to give a node's slots away, shorter than the long lease. */
  private static final int BROKEN_SECONDS = 3;

  private static final String LONG_LEASE = "6s";

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final SuiteOptionsMixin suiteOptions = new SuiteOptionsMixin();

  @Option(names = "--fault", paramLabel = "FAULT", required = true, description = "What breaks.")
  private String fault = "";

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "How often (default: 3; 1 for cpu-hog and mix, which take ten minutes each).")
  private @Nullable Integer runs;

  @Option(
      names = "--rate",
      paramLabel = "R",
      defaultValue = AUTO,
      description =
          "Requests a second; auto: the 1000 that the targets are meant for, or where the machine does"
              + " not carry them, half of what it does (default: ${DEFAULT-VALUE}).")
  private String rate = AUTO;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long it stays broken (default: by the fault, such as 12 for pause).")
  private @Nullable Integer seconds;

  @Option(
      names = "--seed",
      paramLabel = "X",
      defaultValue = "1",
      description = "What requests and victims are chosen from (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--sessions",
      paramLabel = "N",
      defaultValue = "600",
      description = "How many sessions are asked about (default: ${DEFAULT-VALUE}).")
  private int sessions;

  @Option(
      names = "--probes",
      paramLabel = "N",
      description =
          "Requests a second straight to the node that something happens to, which are checked but"
              + " not counted (default: 20; 100 with --broken).")
  private @Nullable Integer probes;

  @Option(
      names = "--deaf",
      paramLabel = "MS",
      description =
          "With --fault pause: milliseconds for which the node hears nothing from the broker when it"
              + " goes on (default: 0; 2000 with --broken).")
  private @Nullable Integer deaf;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      defaultValue = "300",
      description =
          "Seconds of load at most before the first run; it ends earlier when nothing becomes"
              + " faster any more (default: ${DEFAULT-VALUE}; 0: none).")
  private int warmUp;

  @Option(
      names = "--by",
      paramLabel = "MEANS",
      defaultValue = "relays",
      description =
          "What partitions nodes: relays, or namespaces (network namespaces and iptables; Linux and"
              + " root; partition faults only) (default: ${DEFAULT-VALUE}).")
  private String by = "";

  @Option(
      names = "--broken",
      paramLabel = "RULE",
      description =
          "Starts nodes that break one rule, to show that the check finds it:"
              + " answer-before-read-back or skip-lease-wait.")
  private @Nullable String broken;

  @Override
  public Integer call() throws InterruptedException {
    VerifyOptions options = options();
    boolean namespaces = byNamespaces(options);
    if (Faults.needsNetwork(options)
        && !namespaces
        && suiteOptions.get().nodes() > Relays.MOST_NODES) {
      throw mistake(
          "--fault %s needs relays, which there are for at most %d nodes"
              .formatted(options.fault().word(), Relays.MOST_NODES));
    }
    boolean terminal =
        Optional.ofNullable(System.console()).filter(java.io.Console::isTerminal).isPresent();
    Console console = new Console(spec.commandLine().getOut(), terminal);
    String stamp = STAMP.format(Instant.now());
    // The node that joins is there from the beginning, so that it can be taken out and come again.
    SuiteOptions suite = suiteOptions.get();
    SuiteOptions wanted =
        broken(options.fault() == FaultKind.JOIN ? suite.withNodes(suite.nodes() + 1) : suite);
    if (!Faults.needsNetwork(options)) {
      return verify(options, wanted, Optional.empty(), stamp, console);
    }
    if (Suite.attach(wanted.home()).isPresent()) {
      throw new SuiteException(
          "a suite runs in %s, and its nodes cannot be partitioned: stop it with ./kintsugi down first"
              .formatted(wanted.home()));
    }
    // Training starts a suite on other ports, to which this network does not lead.
    Suite.train(suite, new ConsoleListener(spec.commandLine().getOut()));
    try (Network network =
        namespaces
            ? Namespaces.open(wanted.ports(), wanted.nodes())
            : Relays.open(wanted.ports(), wanted.nodes())) {
      SuiteOptions through = network.through(wanted).withTraining(false);
      return verify(options, through, Optional.of(network), stamp, console);
    } catch (UncheckedIOException e) {
      throw new SuiteException(
          e.getMessage() + "; choose other ports with --port-base: " + e.getCause(), e);
    }
  }

  private int verify(
      VerifyOptions options,
      SuiteOptions wanted,
      Optional<Network> network,
      String stamp,
      Console console)
      throws InterruptedException {
    try (SuiteLease lease =
            SuiteLease.acquire(wanted, new ConsoleListener(spec.commandLine().getOut()));
        Closeable _ = lease.suite().onlyVerification()) {
      if (network.isPresent() && !lease.suite().options().ports().equals(wanted.ports())) {
        throw new SuiteException(
            "the ports from %d on are taken; choose others with --port-base"
                .formatted(wanted.ports().base()));
      }
      Path reports =
          lease
              .suite()
              .options()
              .home()
              .resolve("reports")
              .resolve("verify-" + stamp + "-" + options.fault().word());
      console.say("histories and timelines: " + reports);
      Summary summary = verify(options, lease, network, reports, stamp, console);
      List<String> missed = Targets.missedBy(summary);
      missed.forEach(what -> spec.commandLine().getErr().println("target missed: " + what));
      Targets.reservation(summary).ifPresent(spec.commandLine().getErr()::println);
      console.say(summary.line());
      return missed.isEmpty() ? 0 : 1;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unlock " + wanted.home(), e);
    } catch (SignInException e) {
      throw new SuiteException("the identity provider gives no token: " + e.getMessage(), e);
    }
  }

  private static Summary verify(
      VerifyOptions options,
      SuiteLease lease,
      Optional<Network> network,
      Path reports,
      String stamp,
      Console console)
      throws InterruptedException {
    Suite suite = lease.suite();
    String prefix = "verify-" + stamp + "-";
    try (SignIn signIn = suite.applicationSignIn();
        Tokens tokens =
            new Tokens(
                signIn, suite.secrets().password(), Sessions.firstUsers(prefix, OWN_TOKENS));
        Administration administration =
            new Administration(
                suite.urls().coordinators(),
                suite.urls().tokenService(),
                suite.urls().identityProvider(),
                suite::adminToken)) {
      Setting setting =
          new Setting(
              suite.urls().gateway(),
              IntStream.rangeClosed(1, suite.options().nodes())
                  .mapToObj(number -> suite.urls().of(PartName.node(number)))
                  .toList(),
              new SuiteProcesses(suite),
              administration,
              new Sessions(suite.urls().gateway(), tokens::application, prefix, options.seed()),
              tokens,
              console,
              suite::log,
              network);
      Verification verification = new Verification(options, setting, reports, stamp + "-");
      try (MendOnExit _ =
          MendOnExit.of(lease.isOwn(), verification::breakOff, verification::mend)) {
        return verification.run();
      }
    }
  }

  private boolean byNamespaces(VerifyOptions options) {
    return switch (by) {
      case "relays" -> false;
      case "namespaces" -> {
        if (!Faults.isPartition(options.fault())) {
          throw mistake(
              "--by namespaces is for --fault partition-full and partition-one-way, not for "
                  + options.fault().word());
        }
        yield true;
      }
      default -> throw mistake("--by must be relays or namespaces, got \"" + by + '"');
    };
  }

  /** With nodes that break a rule, if that is wanted. */
  private SuiteOptions broken(SuiteOptions suite) {
    if (broken == null) {
      return suite;
    }
    BrokenRule rule = rule(broken);
    if (Suite.attach(suite.home()).isPresent()) {
      throw new SuiteException(
          "a suite runs in %s, and its nodes break no rule: stop it with ./kintsugi down first"
              .formatted(suite.home()));
    }
    Path classes = suite.home().resolve("broken").resolve(rule.word());
    BrokenClasses.compile(suite.root(), suite.unpackedJar(PartName.node(1)), rule, classes);
    SuiteOptions patched = suite.withReplacedClasses("node", classes);
    // The wait that is left out is shorter than it takes to find a node out, unless leases are
    // long.
    return rule == BrokenRule.SKIP_LEASE_WAIT
        ? patched.with("node", "kintsugi.node.lease", LONG_LEASE)
        : patched;
  }

  private BrokenRule rule(String word) {
    return BrokenRule.find(word)
        .orElseThrow(() ->
            mistake(
                "--broken must be one of %s, got \"%s\""
                    .formatted(
                        Arrays.stream(BrokenRule.values())
                            .map(BrokenRule::word)
                            .collect(Collectors.joining(", ")),
                        word)));
  }

  private VerifyOptions options() {
    FaultKind kind =
        FaultKind.find(fault)
            .orElseThrow(() ->
                mistake(
                    "--fault must be one of %s, got \"%s\""
                        .formatted(
                            Arrays.stream(FaultKind.values())
                                .map(FaultKind::word)
                                .collect(Collectors.joining(", ")),
                            fault)));
    if (seconds != null && seconds < 1) {
      throw mistake("--seconds must be 1 to " + VerifyOptions.MOST_SECONDS + ", got " + seconds);
    }
    if (suiteOptions.get().nodes() < 3) {
      throw mistake("what breaks one node needs two others, so --nodes must be at least 3");
    }
    try {
      if (broken != null) {
        rule(broken);
      }
      int usual = broken == null ? kind.seconds() : Math.min(kind.seconds(), BROKEN_SECONDS);
      Duration length = Duration.ofSeconds(seconds == null ? usual : seconds);
      int straight = probes != null ? probes : broken == null ? PROBES : BROKEN_PROBES;
      boolean stands = broken != null && kind == FaultKind.PAUSE;
      int silent = deaf != null ? deaf : stands ? BROKEN_DEAF_MILLIS : 0;
      return new VerifyOptions(
          kind,
          runs == null ? kind.runs() : runs,
          rate.equals(AUTO) ? VerifyOptions.RATE_OF_TARGETS : requestsPerSecond(rate),
          rate.equals(AUTO),
          length,
          seed,
          sessions,
          straight,
          Duration.ofMillis(silent),
          Duration.ofSeconds(warmUp));
    } catch (IllegalArgumentException e) {
      throw mistake(String.valueOf(e.getMessage()));
    }
  }

  private static int requestsPerSecond(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "--rate must be auto or 1 to %d, got \"%s\"".formatted(VerifyOptions.MOST_RATE, text), e);
    }
  }

  private ParameterException mistake(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
