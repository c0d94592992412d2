package dev.kintsugi.local.demo.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.local.demo.ledger.Finding;
import dev.kintsugi.local.demo.ledger.Ledger;
import dev.kintsugi.local.demo.measure.Answered;
import dev.kintsugi.local.demo.measure.Recording;
import dev.kintsugi.local.demo.measure.Sample;
import dev.kintsugi.local.demo.plan.ReplayPlan;
import dev.kintsugi.local.demo.replay.FakeGateway.Mischief;
import dev.kintsugi.trace.TraceGenerator;
import dev.kintsugi.trace.TraceUser;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The replay over real HTTP against the public API in memory. */
class ReplayTest {

  private static final Duration LENGTH = Duration.ofSeconds(1);
  private static final InstantSource CLOCK = InstantSource.system();

  private final ReplayPlan plan =
      ReplayPlan.of(new TraceGenerator(7, 20, 7).generate(), 15, 250, LENGTH);
  private final Ledger ledger = new Ledger();
  private final Recording recording = new Recording();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private Duration readBack = Duration.ofSeconds(20);
  private int busyAtReadBack;
  private FakeGateway gateway;
  private PublicApi api;
  private ApplicationToken applicationToken;
  private UserTokens userTokens;

  /** Tokens that live as long as the test says. */
  private record FakeIdentity(Duration userLifetime) implements Identity {

    @Override
    public Granted signIn(TraceUser user) {
      return new Granted(
          "user-" + user, Optional.of("refresh"), CLOCK.instant().plus(userLifetime), "mail");
    }

    @Override
    public Granted application() {
      return new Granted("app", Optional.empty(), CLOCK.instant().plusSeconds(60), "any");
    }
  }

  @BeforeEach
  void start() throws IOException {
    gateway = new FakeGateway();
    api = new PublicApi(gateway.url(), Duration.ofSeconds(5));
  }

  @AfterEach
  void stop() {
    api.close();
    gateway.close();
    threads.shutdownNow();
  }

  private List<Finding> run(Duration userLifetime) throws InterruptedException {
    Identity identity = new FakeIdentity(userLifetime);
    applicationToken = new ApplicationToken(identity, CLOCK, threads);
    userTokens = new UserTokens(api, applicationToken, CLOCK);
    List<Arrival> arrivals =
        new Arrivals(api, identity, ledger, Instant.EPOCH).signIn(plan.users(), _ -> {});
    Map<TraceUser, MailSession> sessions =
        arrivals.stream().collect(Collectors.toMap(a -> a.session().user(), Arrival::session));
    HandIns handIns =
        new HandIns(api, applicationToken, CLOCK, Duration.ofSeconds(9), arrivals, plan.requests());
    handIns.beforeReplay();
    handIns.duringReplay(System::nanoTime, System.nanoTime());
    Replay replay =
        new Replay(
            api, userTokens, applicationToken, sessions, ledger, recording, System::nanoTime);
    replay.run(plan.requests(), System.nanoTime());
    assertThat(replay.throttled()).isFalse();
    gateway.busy.set(busyAtReadBack);
    return new ReadBack(api, applicationToken, ledger, Instant.EPOCH, readBack)
        .compare(sessions.values());
  }

  @Test
  void every_request_is_made_once_and_every_write_is_there() throws Exception {
    List<Finding> findings = run(Duration.ofMinutes(1));

    assertThat(failures()).isEmpty();
    assertThat(recording.samples()).hasSize(plan.requests().size());
    assertThat(recording.samples()).extracting(s -> s.request().number()).doesNotHaveDuplicates();
    assertThat(findings).isEmpty();
    assertThat(ledger.acknowledgedWrites()).isGreaterThan(100);
    assertThat(userTokens.stalls()).isZero();
    assertThat(gateway.log.stream().filter(l -> l.startsWith("PUT /v1/grants/")))
        .hasSize(plan.users().size());
    assertThat(gateway.log.stream().filter(l -> l.startsWith("PATCH")))
        .hasSize((int) ledger.acknowledgedWrites());
  }

  @Test
  void no_request_starts_before_its_time_and_a_users_requests_of_one_event_never_overlap()
      throws Exception {
    run(Duration.ofMinutes(1));

    assertThat(recording.samples())
        .allSatisfy(s -> assertThat(s.sent()).isGreaterThanOrEqualTo(s.request().start()));
    Map<Integer, List<Sample>> own =
        recording.samples().stream()
            .filter(s -> s.request().actor() == dev.kintsugi.local.demo.plan.Actor.USER)
            .sorted(java.util.Comparator.comparingInt(s -> s.request().number()))
            .collect(java.util.stream.Collectors.groupingBy(s -> s.request().event()));
    own.values()
        .forEach(samples -> {
          for (int i = 1; i < samples.size(); i++) {
            assertThat(samples.get(i).sent()).isGreaterThanOrEqualTo(samples.get(i - 1).ended());
          }
        });
  }

  @Test
  void users_live_on_tokens_of_the_token_service_and_stalls_are_counted() throws Exception {
    gateway.stall = true;

    run(Duration.ZERO);

    assertThat(failures()).isEmpty();
    assertThat(userTokens.fetches()).isPositive();
    assertThat(userTokens.stalls()).isEqualTo(userTokens.fetches());
    assertThat(gateway.authorizations).anyMatch(a -> a.startsWith("Bearer fetched-"));
  }

  @Test
  void a_write_that_was_acknowledged_but_lost_is_found() throws Exception {
    AtomicInteger patches = new AtomicInteger();
    gateway.mischief = Mischief.LOSE;
    gateway.chosen = w -> w.contains("sent-") && patches.getAndIncrement() == 3;

    List<Finding> findings = run(Duration.ofMinutes(1));

    assertThat(failures()).isEmpty();
    assertThat(Ledger.lostWrites(findings)).isEqualTo(1);
  }

  @Test
  void what_cannot_be_read_at_once_is_asked_for_again_and_is_not_lost() throws Exception {
    busyAtReadBack = 5;

    assertThat(run(Duration.ofMinutes(1))).isEmpty();
  }

  @Test
  void what_cannot_be_read_in_time_counts_as_lost() throws Exception {
    busyAtReadBack = 1;
    readBack = Duration.ZERO;

    assertThat(Ledger.lostWrites(run(Duration.ofMinutes(1)))).isPositive();
  }

  @ParameterizedTest
  @EnumSource(
      value = Mischief.class,
      names = {"REFUSE", "APPLY_AND_SAY_UNKNOWN", "HANG_UP"})
  void a_write_without_its_proper_answer_has_failed_and_is_not_lost(Mischief mischief)
      throws Exception {
    AtomicInteger writes = new AtomicInteger();
    gateway.mischief = mischief;
    gateway.chosen =
        w -> w.startsWith("PATCH") && !w.contains("opened") && writes.getAndIncrement() % 40 == 5;

    List<Finding> findings = run(Duration.ofMinutes(1));

    assertThat(failures()).isNotEmpty().allSatisfy(f -> assertThat(f.status()).isIn(503, 504, 0));
    assertThat(recording.failures()).isEqualTo(failures().size());
    assertThat(findings).isEmpty();
    assertThat(ledger.acknowledgedWrites() - plan.users().size() + failures().size())
        .isEqualTo(
            plan.requests().stream()
                .filter(r -> r.call() instanceof dev.kintsugi.local.demo.plan.Call.Patch)
                .count());
  }

  @Test
  void a_sign_in_that_fails_ends_the_arrivals_with_its_reason() {
    Identity identity =
        new Identity() {
          @Override
          public Granted signIn(TraceUser user) {
            throw new IllegalStateException("no such user " + user);
          }

          @Override
          public Granted application() {
            throw new IllegalStateException("not asked");
          }
        };
    Arrivals arrivals = new Arrivals(api, identity, ledger, Instant.EPOCH);

    assertThatThrownBy(() -> arrivals.signIn(plan.users(), _ -> {}))
        .hasMessageContaining("no such user user-");
  }

  private List<Answered.Wrongly> failures() {
    return recording.samples().stream()
        .map(Sample::answered)
        .filter(Answered.Wrongly.class::isInstance)
        .map(Answered.Wrongly.class::cast)
        .toList();
  }
}
