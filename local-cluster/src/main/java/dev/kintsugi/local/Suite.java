package dev.kintsugi.local;

import dev.kintsugi.local.PartName.Kind;
import dev.kintsugi.local.process.ProcessIdentity;
import dev.kintsugi.local.process.ProcessState;
import dev.kintsugi.local.process.ProcessTable;
import dev.kintsugi.local.process.Signal;
import dev.kintsugi.local.process.Waiting;
import dev.kintsugi.signin.OAuthClient;
import dev.kintsugi.signin.SignIn;
import dev.kintsugi.signin.SignInException;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One whole suite that runs: Kafka, Redis, identity provider, nodes, coordinators, token service
 * and gateway, as processes that outlive this one. Thread-safe; faults may be injected while
 * another process is being started.
 */
public final class Suite {

  /** In this order everything stops: whoever uses others goes first. */
  private static final List<Kind> STOP_ORDER =
      List.of(
          Kind.GATEWAY,
          Kind.TOKEN_SERVICE,
          Kind.NODE,
          Kind.COORDINATOR,
          Kind.IDENTITY_PROVIDER,
          Kind.REDIS,
          Kind.KAFKA);

  private static final Duration TERM_POLL = Duration.ofMillis(20);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(15);
  private static final Duration SERVED_LIMIT = Duration.ofSeconds(60);
  private static final Duration SERVED_POLL = Duration.ofMillis(100);

  private final SuiteHome home;
  private final SuiteState state;
  private final Urls urls;
  private final Supervisor supervisor;

  private Duration readyAfter = Duration.ZERO;
  private boolean wentOn;

  private Suite(SuiteHome home, SuiteState state) {
    this.home = home;
    this.state = state;
    this.urls = Urls.of(state.options());
    this.supervisor = new Supervisor(home, urls);
  }

  /**
   * Starts a suite and returns when all of it serves. Goes on with the data that is there, and says
   * so.
   *
   * <p>If a process fails, or this thread is interrupted, or this JVM is told to end, everything
   * that was started is stopped first.
   *
   * @throws SuiteException if the suite is up already, a port is taken, or a process does not start
   */
  public static Suite start(SuiteOptions options, StartListener listener) {
    var home = new SuiteHome(options.home());
    try (var _ = home.lock()) {
      refuseIfUp(home);
      Supervisor.requireFree(options.ports().all(options.nodes()));
      trainLocked(options, listener);
      return start(home, options, listener, StartCache.Use.IF_THERE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unlock " + home.directory(), e);
    }
  }

  /**
   * Makes the start-up caches that are missing, if the options want them made; a start does it by
   * itself. For who starts a suite at places that no other suite can use meanwhile.
   *
   * @throws SuiteException if a suite is up there already, or another command is at it
   */
  public static void train(SuiteOptions options, StartListener listener) {
    var home = new SuiteHome(options.home());
    try (var _ = home.lock()) {
      refuseIfUp(home);
      trainLocked(options, listener);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unlock " + home.directory(), e);
    }
  }

  private static void trainLocked(SuiteOptions options, StartListener listener) {
    if (options.training()) {
      new Training(options, listener).run();
    }
  }

  static Suite start(
      SuiteHome home, SuiteOptions options, StartListener listener, StartCache.Use caches) {
    Secrets secrets = SuiteState.read(home).map(SuiteState::secrets).orElseGet(Secrets::random);
    var suite = new Suite(home, new SuiteState(options, secrets));
    suite.wentOn = Remains.areIn(home);
    if (suite.wentOn) {
      listener.note(
          "going on with the data and secrets that an earlier suite left in %s; to begin with none, run ./kintsugi down first"
              .formatted(home.directory()));
    }
    return StopOnExit.unlessDone(
        () -> {
          long start = System.nanoTime();
          home.create();
          suite.state.write(home);
          new StartUp(suite.supervisor, suite.programs(), listener, caches)
              .run(PartName.all(options.nodes()));
          suite.awaitServed(listener);
          suite.readyAfter = Duration.ofNanos(System.nanoTime() - start);
          return suite;
        },
        () -> suite.end(suite.wentOn, STOP_LIMIT));
  }

  /** Processes that are ready one by one still have to agree who owns what. */
  private void awaitServed(StartListener listener) {
    try (ClusterView view = view()) {
      if (!Waiting.until(SERVED_LIMIT, SERVED_POLL, view::isServed)) {
        throw new SuiteException(
            "all processes are ready, but after %d s some slots still have no owner that serves;"
                    .formatted(SERVED_LIMIT.toSeconds())
                + " see the logs of the coordinators and nodes in "
                + home.logs());
      }
    }
    try (var sessions = new FirstSessions(this)) {
      if (!sessions.live()) {
        throw new SuiteException(
            "every slot has an owner, but the gateway does not serve sessions; see " + home.logs());
      }
    } catch (SignInException e) {
      throw new SuiteException("the identity provider gives no token: " + e.getMessage(), e);
    }
    listener.note("every slot is served, and sessions live through the gateway");
  }

  private static void refuseIfUp(SuiteHome home) {
    SuiteState.read(home)
        .map(state -> new Suite(home, state))
        .filter(Suite::isRunning)
        .ifPresent(suite -> {
          throw new SuiteException(
              "the suite in %s is already up; see ./kintsugi status, or stop it with ./kintsugi down"
                  .formatted(home.directory()));
        });
  }

  /** Returns the suite of a directory; empty if none was started there, or it has been stopped. */
  public static Optional<Suite> attach(Path home) {
    var directory = new SuiteHome(home.toAbsolutePath().normalize());
    return SuiteState.read(directory)
        .map(state -> new Suite(directory, state))
        .filter(Suite::isRunning);
  }

  /** Stops every process in order, kills what does not stop, and removes data and secrets. */
  public void stop(boolean keepData) {
    try (var _ = home.lock()) {
      end(keepData, STOP_LIMIT);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unlock " + home.directory(), e);
    }
  }

  void end(boolean keepData, Duration limit) {
    for (Kind kind : STOP_ORDER) {
      supervisor.stop(partsOf(Set.of(kind)), limit);
    }
    home.clear(keepData);
  }

  /**
   * Stops the services all at once, then what they stand on.
   *
   * @return those that had to be killed
   */
  List<PartName> endAtOnce(Duration limit) {
    Set<Kind> foundation = EnumSet.of(Kind.REDIS, Kind.KAFKA);
    var stubborn =
        new ArrayList<>(
            supervisor.stop(partsOf(EnumSet.complementOf(EnumSet.copyOf(foundation))), limit));
    stubborn.addAll(supervisor.stop(partsOf(foundation), limit));
    home.clear(false);
    return stubborn;
  }

  private List<PartName> partsOf(Set<Kind> kinds) {
    return parts().stream().filter(part -> kinds.contains(part.kind())).toList();
  }

  /** SIGKILL; returns when the process is gone. */
  public void kill(String name) {
    supervisor.kill(part(name));
  }

  /** SIGSTOP: connections stay open, nothing is answered. */
  public void pause(String name) {
    supervisor.signal(part(name), Signal.STOP);
  }

  /** SIGCONT. */
  public void resume(String name) {
    supervisor.signal(part(name), Signal.CONT);
  }

  /** Starts a process that was killed; returns when it is ready. */
  public void start(String name) {
    start(name, StartListener.SILENT);
  }

  /** Starts a process that was killed; returns when it is ready. */
  public void start(String name, StartListener listener) {
    new StartUp(supervisor, programs(), listener, StartCache.Use.IF_THERE).run(List.of(part(name)));
  }

  /**
   * Starts a process that does not run, at the lowest priority at first, so that what runs already
   * is not held up by it; returns when it is ready.
   */
  public void startGently(String name) {
    new StartUp(supervisor, programs(), StartListener.SILENT, StartCache.Use.IF_THERE, true)
        .run(List.of(part(name)));
  }

  /**
   * SIGTERM; returns when the process has ended by itself.
   *
   * @throws SuiteException if it has not within {@code limit}; it still runs then
   */
  public void terminate(String name, Duration limit) {
    PartName part = part(name);
    supervisor.signal(part, Signal.TERM);
    if (!Waiting.until(limit, TERM_POLL, () -> supervisor.state(part) == ProcessState.DEAD)) {
      throw new SuiteException(
          name + " has not ended " + limit.toSeconds() + " s after it was asked to");
    }
  }

  /** How long the start took until all served; zero for a suite that ran before. */
  public Duration readyAfter() {
    return readyAfter;
  }

  /** Whether it was started here, on data that was there before. */
  boolean wentOn() {
    return wentOn;
  }

  /** Whether any process of it runs. */
  public boolean isRunning() {
    return supervisor.anyRunning(parts());
  }

  /** All processes, gateway first. */
  public List<PartStatus> status() {
    return parts().stream().sorted().map(this::status).toList();
  }

  private PartStatus status(PartName part) {
    Optional<ProcessIdentity> running = supervisor.running(part);
    return new PartStatus(
        part,
        urls.of(part),
        running.map(ProcessTable::stateOf).orElse(ProcessState.DEAD),
        running.map(identity -> OptionalLong.of(identity.pid())).orElseGet(OptionalLong::empty),
        running.map(Suite::uptime).orElse(Duration.ZERO),
        running.map(ProcessTable::residentBytes).orElseGet(OptionalLong::empty));
  }

  private static Duration uptime(ProcessIdentity identity) {
    return ProcessHandle.of(identity.pid())
        .flatMap(handle -> handle.info().startInstant())
        .map(started -> Duration.between(started, Instant.now()))
        .orElse(Duration.ZERO);
  }

  /** A client for users' and the application's tokens, as {@link Secrets#APPLICATION}. */
  public SignIn applicationSignIn() {
    return new SignIn(
        urls.identityProvider(),
        OAuthClient.confidential(Secrets.APPLICATION, secrets().applicationSecret()));
  }

  /** A fresh access token for {@code /admin/**}. */
  public String adminToken() {
    var operator = OAuthClient.confidential(Secrets.OPERATOR, secrets().operatorSecret());
    try (var signIn = new SignIn(urls.identityProvider(), operator)) {
      return signIn.application(Set.of(Secrets.ADMIN_SCOPE)).accessToken();
    }
  }

  /** The cluster as its coordinators see it; to be closed. */
  public ClusterView view() {
    return new ClusterView(urls, secrets());
  }

  /** Where the parts are reached. */
  public Urls urls() {
    return urls;
  }

  /** What clients need to sign in. */
  public Secrets secrets() {
    return state.secrets();
  }

  public SuiteOptions options() {
    return state.options();
  }

  /**
   * Keeps other verifications of this suite from beginning until closed, whatever becomes of this
   * process.
   *
   * @throws SuiteException if one is under way
   */
  public Closeable onlyVerification() {
    return home.lockForVerification()::close;
  }

  /** The file that a process prints to. */
  public Path log(String name) {
    return home.log(part(name));
  }

  private List<PartName> parts() {
    return PartName.all(options().nodes());
  }

  private PartName part(String name) {
    return PartName.parse(name, options().nodes());
  }

  private Programs programs() {
    return new Programs(options(), home, secrets(), urls);
  }
}
