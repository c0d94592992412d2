package dev.kintsugi.local.demo;

import dev.kintsugi.local.admin.Administration;
import dev.kintsugi.local.admin.OwnerChange;
import dev.kintsugi.local.console.Console;
import dev.kintsugi.local.demo.ledger.Finding;
import dev.kintsugi.local.demo.ledger.Ledger;
import dev.kintsugi.local.demo.measure.DemoSummary;
import dev.kintsugi.local.demo.measure.FaultSpan;
import dev.kintsugi.local.demo.measure.Gaps;
import dev.kintsugi.local.demo.measure.Recording;
import dev.kintsugi.local.demo.plan.Pace;
import dev.kintsugi.local.demo.plan.ReplayPlan;
import dev.kintsugi.local.demo.replay.ApplicationToken;
import dev.kintsugi.local.demo.replay.Arrival;
import dev.kintsugi.local.demo.replay.Arrivals;
import dev.kintsugi.local.demo.replay.HandIns;
import dev.kintsugi.local.demo.replay.History;
import dev.kintsugi.local.demo.replay.Identity;
import dev.kintsugi.local.demo.replay.MailSession;
import dev.kintsugi.local.demo.replay.PublicApi;
import dev.kintsugi.local.demo.replay.ReadBack;
import dev.kintsugi.local.demo.replay.Replay;
import dev.kintsugi.local.demo.replay.UserTokens;
import dev.kintsugi.local.demo.report.RunRecord;
import dev.kintsugi.trace.ActivityTrace;
import dev.kintsugi.trace.TraceUser;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One run against a suite that is up: users sign in, the plan is replayed while nodes break and
 * come back, everything acknowledged is read back. Run once, by one thread.
 */
final class Demo implements AutoCloseable {

  /** A request without an answer for so long has failed. */
  static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

  /** Right after a fault, and on a busy machine, not everything can be read at once. */
  private static final Duration READ_BACK = Duration.ofSeconds(20);

  private static final Duration HEAD_START = Duration.ofSeconds(2);
  private static final int FAULTS_END_SECONDS = 120;
  private static final InstantSource CLOCK = InstantSource.system();

  private final Console console;
  private final Administration administration;
  private final PublicApi api;
  private final Identity identity;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Ledger ledger = new Ledger();
  private final Recording recording = new Recording();
  private final ApplicationToken applicationToken;
  private final UserTokens userTokens;
  private final Faults faults;
  private final Duration usualLifetime;
  private final String kafka;
  private Map<TraceUser, MailSession> sessions = Map.of();

  Demo(DemoSuite suite, Identity identity, Console console) {
    this.console = console;
    this.identity = identity;
    this.administration =
        new Administration(
            suite.coordinators(),
            suite.tokenService(),
            suite.identityProvider(),
            suite::adminToken);
    this.api = new PublicApi(suite.gateway(), REQUEST_TIMEOUT);
    this.applicationToken = new ApplicationToken(identity, CLOCK, threads);
    this.userTokens = new UserTokens(api, applicationToken, CLOCK);
    this.faults =
        new Faults(suite, administration::slotsOwned, System::nanoTime, this::toldOfFault);
    this.usualLifetime = administration.tokenLifetime();
    this.kafka = suite.kafka();
  }

  private void toldOfFault(String what) {
    console.say("        " + what);
  }

  /**
   * Does all of it.
   *
   * @param plans the plan for a length
   * @param length of the replay; if empty, as the machine allows ({@link Pace})
   * @param trace what the plan is made of
   * @param policy by which the suite renews tokens, for the report
   */
  RunRecord run(
      Function<Duration, ReplayPlan> plans,
      Optional<Duration> length,
      ActivityTrace trace,
      String policy)
      throws InterruptedException {
    ReplayPlan usual = plans.apply(length.orElse(Pace.USUAL));
    tellHistory(trace, usual);
    long beganNanos = System.nanoTime();
    List<Arrival> arrivals = signIn(usual.users(), usual.window().from());
    if (length.isPresent()) {
      return run(usual, FaultSchedule.of(usual.length()), arrivals, trace.name(), policy);
    }
    Duration signIn = Duration.ofNanos(System.nanoTime() - beganNanos);
    ReplayPlan plan = plans.apply(Pace.lengthAfter(signIn, usual.users().size()));
    if (!plan.length().equals(usual.length())) {
      console.say(
          "this machine is slower than a usual one: the replay takes %d s, %,.1f times as fast as the trace"
              .formatted(plan.length().toSeconds(), plan.factor()));
    }
    return run(plan, FaultSchedule.of(plan.length()), arrivals, trace.name(), policy);
  }

  /** What the suite would know of its users, had it been there before the window. */
  private void tellHistory(ActivityTrace trace, ReplayPlan plan) {
    long beganNanos = System.nanoTime();
    int told = new History(kafka).tell(trace, plan.users(), plan.window().from());
    if (told > 0) {
      console.say(
          "%,d requests before the window told to the token service, in %.1f s"
              .formatted(told, (System.nanoTime() - beganNanos) / 1e9));
    }
  }

  /** As planned, with these faults. */
  RunRecord run(ReplayPlan plan, FaultSchedule schedule, String trace, String policy)
      throws InterruptedException {
    return run(plan, schedule, signIn(plan.users(), plan.window().from()), trace, policy);
  }

  private RunRecord run(
      ReplayPlan plan, FaultSchedule schedule, List<Arrival> arrivals, String trace, String policy)
      throws InterruptedException {
    administration.tokenLifetime(plan.tokenLifetime());
    administration.activitySpeed(plan.activitySpeed());
    HandIns handIns =
        new HandIns(api, applicationToken, CLOCK, plan.idleLimit(), arrivals, plan.requests());
    handIns.beforeReplay();
    Administration.TokenStats before = administration.tokenStats();

    Instant began = CLOCK.instant().plus(HEAD_START);
    long beganNanos = System.nanoTime() + HEAD_START.toNanos();
    replay(plan, schedule, handIns, began, beganNanos);

    console.say("reading back what was acknowledged in " + sessions.size() + " sessions");
    List<Finding> findings =
        new ReadBack(api, applicationToken, ledger, plan.window().to(), READ_BACK)
            .compare(sessions.values());
    Administration.TokenStats after = administration.tokenStats();
    List<OwnerChange> changes = administration.ownerChanges(began);
    return new RunRecord(
        trace,
        policy,
        began,
        plan,
        summary(plan, findings, changes.size(), after.refreshes() - before.refreshes()),
        recording.all(),
        recording.samples(),
        faults.spans(),
        moved(changes, began),
        findings);
  }

  /** Signs everybody out; for a suite that goes on. */
  void signOut() {
    for (MailSession session : sessions.values()) {
      applicationToken
          .get()
          .thenCompose(token -> api.end(session, token))
          .thenCompose(_ -> applicationToken.get())
          .thenCompose(token -> api.deleteGrant(session, token))
          .join();
    }
  }

  private List<Arrival> signIn(List<TraceUser> users, Instant from) throws InterruptedException {
    long start = System.nanoTime();
    int step = console.terminal() ? 10 : Math.max(1, users.size() / 4);
    List<Arrival> arrivals =
        new Arrivals(api, identity, ledger, from)
            .signIn(
                users,
                count -> {
                  if (count % step == 0) {
                    console.live("signing in: %d of %d users".formatted(count, users.size()));
                  }
                });
    sessions =
        arrivals.stream().collect(Collectors.toMap(a -> a.session().user(), Arrival::session));
    console.say(
        "%d users signed in, each with a session, in %.1f s"
            .formatted(users.size(), (System.nanoTime() - start) / 1e9));
    return arrivals;
  }

  private void replay(
      ReplayPlan plan, FaultSchedule schedule, HandIns handIns, Instant began, long beganNanos)
      throws InterruptedException {
    Replay replay =
        new Replay(
            api, userTokens, applicationToken, sessions, ledger, recording, System::nanoTime);
    Future<?> breaking =
        threads.submit(() -> {
          faults.run(schedule, beganNanos);
          return null;
        });
    Future<?> handingIn =
        threads.submit(() -> {
          handIns.duringReplay(System::nanoTime, beganNanos);
          return null;
        });
    try (LiveLine line =
        new LiveLine(console, recording, administration, System::nanoTime, began, beganNanos)) {
      line.start();
      replay.run(plan.requests(), beganNanos);
      await(breaking);
    }
    handingIn.cancel(true);
    if (handIns.failures() > 0) {
      console.say(
          "note: %d grants were not taken by the token service".formatted(handIns.failures()));
    }
    if (replay.throttled()) {
      console.say("note: too many requests were under way at once, so that some started late");
    }
  }

  private void await(Future<?> breaking) throws InterruptedException {
    try {
      breaking.get(FAULTS_END_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      console.say("breaking nodes did not work: " + e.getCause());
    } catch (TimeoutException e) {
      console.say("a node did not come back within " + FAULTS_END_SECONDS + " s");
      breaking.cancel(true);
    }
  }

  private DemoSummary summary(
      ReplayPlan plan, List<Finding> findings, int handovers, long refreshes) {
    List<FaultSpan> spans = faults.spans();
    return new DemoSummary(
        plan.users().size(),
        recording.samples().size(),
        // One that was never made would be a bug of ours, and no success.
        recording.failures() + plan.requests().size() - recording.samples().size(),
        ledger.acknowledgedWrites(),
        Ledger.lostWrites(findings),
        count(spans, FaultSpan.Kind.KILL),
        count(spans, FaultSpan.Kind.PAUSE),
        handovers,
        Gaps.longest(recording.samples(), spans, FaultSpan.Kind.KILL),
        Gaps.longest(recording.samples(), spans, FaultSpan.Kind.PAUSE),
        userTokens.stalls(),
        refreshes);
  }

  private static int count(List<FaultSpan> spans, FaultSpan.Kind kind) {
    return (int) spans.stream().filter(span -> span.kind() == kind).count();
  }

  private static List<RunRecord.Moved> moved(List<OwnerChange> changes, Instant began) {
    return changes.stream()
        .map(c ->
            new RunRecord.Moved(
                Duration.between(began, c.published()), c.slot(), c.from(), c.to(), c.kind()))
        .toList();
  }

  /** From now on no process is broken or started any more. */
  void breakOff() {
    faults.breakOff();
  }

  /** Mends what is broken and lets tokens live as before; safe to call more than once. */
  @Override
  public void close() {
    try {
      faults.close();
      administration.tokenLifetime(usualLifetime);
      administration.activitySpeed(1);
    } finally {
      threads.shutdownNow();
      api.close();
      administration.close();
    }
  }
}
