package dev.kintsugi.local.demo;

import dev.kintsugi.local.Suite;
import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.SuiteLease;
import dev.kintsugi.local.SuiteOptions;
import dev.kintsugi.local.console.Console;
import dev.kintsugi.local.console.ConsoleListener;
import dev.kintsugi.local.console.MendOnExit;
import dev.kintsugi.local.console.SuiteOptionsMixin;
import dev.kintsugi.local.demo.plan.Pace;
import dev.kintsugi.local.demo.plan.ReplayPlan;
import dev.kintsugi.local.demo.replay.ApiException;
import dev.kintsugi.local.demo.report.RunRecord;
import dev.kintsugi.signin.SignIn;
import dev.kintsugi.signin.SignInException;
import dev.kintsugi.trace.ActivityTrace;
import dev.kintsugi.trace.TraceException;
import dev.kintsugi.trace.TraceFormat;
import dev.kintsugi.trace.TraceGenerator;
import dev.kintsugi.trace.TraceReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code kintsugi demo}. */
@Command(
    name = "demo",
    description =
        "Replays real activity against the whole suite while a node is killed and another one is"
            + " stopped, and checks that nothing failed and nothing was lost.",
    footer = {
      "",
      "Without --trace a generator makes mail-like activity. A trace is a mail edge",
      "list (sender recipient seconds), a CSV (user,action,time) or a web server's",
      "access log; plain or gzip. The suite that runs in --home is used; if none runs,",
      "one is started, and stopped at the end.",
      "",
      "Last line:",
      "demo: users=N requests=N failed=N acked_writes=N lost=N kills=N pauses=N",
      "  handovers=N gap_kill_ms_max=N gap_pause_ms_max=N token_stalls=N refreshes=N",
      "Exit status: 0 only if failed=0 and lost=0, and the faults really happened."
    })
public final class DemoCommand implements Callable<Integer> {

  private static final String TOKEN_SERVICE = "token-service";
  private static final String POLICY = "kintsugi.tokens.policy";
  private static final int GENERATED_DAYS = 28;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final SuiteOptionsMixin options = new SuiteOptionsMixin();

  @Option(names = "--trace", paramLabel = "FILE", description = "The activity to replay.")
  private @Nullable Path trace;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      converter = Names.Format.class,
      description =
          "The trace's format, if it is not to be recognised: mail-edges, csv or access-log.")
  private @Nullable TraceFormat format;

  @Option(
      names = "--cookie",
      paramLabel = "NAME",
      defaultValue = "",
      description = "The cookie of an access log that tells users apart.")
  private String cookie = "";

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description =
          "The length of the replay (default: 60, and more where signing in shows that the machine"
              + " is slow).")
  private @Nullable Integer seconds;

  @Option(
      names = "--users",
      paramLabel = "N",
      defaultValue = "200",
      description = "The least users of the replayed window (default: ${DEFAULT-VALUE}).")
  private int users;

  @Option(
      names = "--requests",
      paramLabel = "N",
      defaultValue = "5000",
      description = "The least requests of the replayed window (default: ${DEFAULT-VALUE}).")
  private int requests;

  @Option(
      names = "--seed",
      paramLabel = "X",
      defaultValue = "1",
      description = "What generated activity is made from (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--refresh",
      paramLabel = "POLICY",
      converter = Names.Policy.class,
      description =
          "How tokens are renewed: reactive (when somebody needs one), threshold (a fixed time before"
              + " their end) or predictive (where somebody will need one; the default).")
  private @Nullable RefreshPolicy refresh;

  @Override
  public Integer call() throws InterruptedException {
    check();
    Console console = new Console(spec.commandLine().getOut(), isTerminal());
    ActivityTrace activity = read();
    Optional<Duration> length = Optional.ofNullable(seconds).map(Duration::ofSeconds);
    Function<Duration, ReplayPlan> plans =
        asLong -> ReplayPlan.of(activity, users, requests, asLong);
    Announcement.of(activity, plans.apply(length.orElse(Pace.USUAL)), users, requests)
        .forEach(console::say);
    SuiteOptions wanted =
        options
            .get()
            .with(
                TOKEN_SERVICE,
                POLICY,
                Names.of(refresh == null ? RefreshPolicy.PREDICTIVE : refresh))
            .with("gateway", "kintsugi.gateway.trust-activity-time", "true");
    try (SuiteLease lease =
        SuiteLease.acquire(wanted, new ConsoleListener(spec.commandLine().getOut()))) {
      String policy = policy(lease);
      RunRecord run = run(lease, plans, length, activity, policy, console);
      Outcome.tell(run, lease.suite().options().home().resolve("reports"), console);
      return run.summary().passed() && run.findings().isEmpty() ? 0 : 1;
    }
  }

  private void check() {
    if (seconds != null && (seconds < FaultSchedule.SHORTEST.toSeconds() || seconds > 86_400)) {
      throw mistake(
          "--seconds must be %d to 86400, got %d"
              .formatted(FaultSchedule.SHORTEST.toSeconds(), seconds));
    }
    if (users < 1 || users > 20_000) {
      throw mistake("--users must be 1 to 20000, got " + users);
    }
    if (requests < 1 || requests > 10_000_000) {
      throw mistake("--requests must be 1 to 10000000, got " + requests);
    }
    if (trace == null && (format != null || !cookie.isEmpty())) {
      throw mistake("--format and --cookie say how to read a --trace");
    }
    if (options.get().nodes() < 3) {
      throw mistake("the demo breaks two nodes, so --nodes must be at least 3");
    }
  }

  private ParameterException mistake(String what) {
    return new ParameterException(spec.commandLine(), what);
  }

  private ActivityTrace read() {
    if (trace == null) {
      // So many that the busiest window lies within a working day, as it does in real traces.
      int generated = Math.max(2, 9 * users / 4);
      return new TraceGenerator(seed, generated, GENERATED_DAYS).generate();
    }
    TraceReader reader = TraceReader.create().withCookie(cookie);
    try {
      return (format == null ? reader : reader.withFormat(format)).read(trace);
    } catch (TraceException e) {
      throw new SuiteException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The policy of the suite, which may have been started with another one. */
  private String policy(SuiteLease lease) {
    String running =
        lease
            .suite()
            .options()
            .settings()
            .getOrDefault(TOKEN_SERVICE, Map.of())
            .getOrDefault(POLICY, Names.of(RefreshPolicy.PREDICTIVE));
    if (refresh != null && !running.equals(Names.of(refresh))) {
      throw new SuiteException(
          "the suite that runs renews tokens by the policy %s: stop it with ./kintsugi down, or leave --refresh out"
              .formatted(running));
    }
    return running;
  }

  private static RunRecord run(
      SuiteLease lease,
      Function<Duration, ReplayPlan> plans,
      Optional<Duration> length,
      ActivityTrace trace,
      String policy,
      Console console)
      throws InterruptedException {
    Suite suite = lease.suite();
    try (SignIn signIn = suite.applicationSignIn();
        Demo demo =
            new Demo(
                new RunningSuite(suite),
                new SignInIdentity(signIn, suite.secrets().password()),
                console);
        MendOnExit _ = MendOnExit.of(lease.isOwn(), demo::breakOff, demo::close)) {
      RunRecord run = demo.run(plans, length, trace, policy);
      if (!lease.isOwn()) {
        demo.signOut();
      }
      return run;
    } catch (ApiException | SignInException e) {
      throw new SuiteException(
          "the demo cannot go on: %s; see ./kintsugi logs".formatted(e.getMessage()), e);
    }
  }

  private static boolean isTerminal() {
    return Optional.ofNullable(System.console()).filter(java.io.Console::isTerminal).isPresent();
  }
}
