package dev.kintsugi.local.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.local.console.Console;
import dev.kintsugi.local.demo.plan.ReplayPlan;
import dev.kintsugi.local.demo.replay.FakeGateway.Mischief;
import dev.kintsugi.local.demo.replay.Identity;
import dev.kintsugi.local.demo.report.RunRecord;
import dev.kintsugi.trace.TraceGenerator;
import dev.kintsugi.trace.TraceUser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs against a suite in memory. */
class DemoTest {

  private static final FaultSchedule SCHEDULE =
      new FaultSchedule(
          Duration.ofMillis(400),
          Duration.ofMillis(600),
          Duration.ofMillis(900),
          Duration.ofMillis(500));

  private final ReplayPlan plan =
      ReplayPlan.of(new TraceGenerator(7, 20, 7).generate(), 15, 250, Duration.ofSeconds(2));
  private final StringWriter printed = new StringWriter();
  private final Console console = new Console(new PrintWriter(printed), false);
  private FakeSuite suite;

  private static final class AnyIdentity implements Identity {
    @Override
    public Granted signIn(TraceUser user) {
      return new Granted("t", Optional.of("r"), Instant.now().plusSeconds(60), "mail");
    }

    @Override
    public Granted application() {
      return new Granted("a", Optional.empty(), Instant.now().plusSeconds(60), "any");
    }
  }

  @BeforeEach
  void start() throws Exception {
    suite = new FakeSuite();
  }

  @AfterEach
  void stop() {
    suite.close();
  }

  private RunRecord run() throws InterruptedException {
    try (Demo demo = new Demo(suite, new AnyIdentity(), console)) {
      return demo.run(plan, SCHEDULE, "made", "threshold");
    }
  }

  @Test
  void a_run_breaks_two_nodes_and_passes_if_nothing_is_lost(@TempDir Path reports)
      throws Exception {
    RunRecord run = run();

    assertThat(suite.done)
        .containsExactly("kill node-2", "start node-2", "pause node-3", "resume node-3");
    assertThat(run.summary().passed()).isTrue();
    assertThat(run.findings()).isEmpty();
    assertThat(run.summary().requests()).isEqualTo(plan.requests().size());
    assertThat(run.summary().gapKillMax()).isBetween(Duration.ofMillis(200), Duration.ofSeconds(2));
    assertThat(run.summary().gapPauseMax()).isPositive();
    assertThat(run.summary().refreshes()).isEqualTo(7);
    assertThat(suite.lifetimes)
        .containsExactly("{\"accessTokenTtl\":\"PT15S\"}", "{\"accessTokenTtl\":\"PT2M\"}");
    assertThat(suite.speeds)
        .containsExactly("{\"speed\":" + plan.activitySpeed() + "}", "{\"speed\":1.0}");

    Outcome.tell(run, reports, console);
    assertThat(printed.toString().strip().lines().toList().getLast())
        .isEqualTo(run.summary().line())
        .matches(
            "demo: users=\\d+ requests=\\d+ failed=0 acked_writes=\\d+ lost=0 kills=1 pauses=1"
                + " handovers=2 gap_kill_ms_max=\\d+ gap_pause_ms_max=\\d+ token_stalls=0"
                + " refreshes=7");
    try (var files = Files.list(reports)) {
      List<Path> written = files.sorted().toList();
      assertThat(written).hasSize(2);
      assertThat(Files.readString(written.get(0))).contains("<svg", "kill node-2", "</html>");
      assertThat(Files.readString(written.get(1))).contains("\"passed\" : true", "\"perSecond\"");
    }
  }

  @Test
  void a_lost_write_and_a_failure_are_told(@TempDir Path reports) throws Exception {
    AtomicInteger sent = new AtomicInteger();
    suite.gateway.mischief = Mischief.LOSE;
    suite.gateway.chosen = w -> w.contains("sent-") && sent.getAndIncrement() == 3;

    RunRecord lost = run();
    Outcome.tell(lost, reports, console);

    assertThat(lost.summary().lost()).isEqualTo(1);
    assertThat(lost.summary().passed()).isFalse();
    assertThat(printed.toString())
        .contains("not as acknowledged: 2", "attribute draft-", "lost=1 ");
  }

  @Test
  void failures_are_listed_with_their_problem(@TempDir Path reports) throws Exception {
    AtomicInteger writes = new AtomicInteger();
    suite.gateway.mischief = Mischief.REFUSE;
    suite.gateway.chosen =
        w -> w.startsWith("PATCH") && !w.contains("opened") && writes.getAndIncrement() == 9;

    RunRecord failed = run();
    Outcome.tell(failed, reports, console);

    assertThat(failed.summary().failed()).isEqualTo(1);
    assertThat(failed.summary().passed()).isFalse();
    assertThat(printed.toString()).contains("failed: 1", "status 503: {\"title\":\"no owner\"");
  }

  @Test
  void what_is_broken_is_mended_when_a_run_is_broken_off() throws Exception {
    Faults faults =
        new Faults(
            suite,
            () -> java.util.Map.of("node-1", 1, "node-2", 2),
            System::nanoTime,
            what -> {
              if (what.startsWith("SIGKILL")) {
                Thread.currentThread().interrupt();
              }
            });

    assertThatThrownBy(() -> faults.run(SCHEDULE, System.nanoTime()))
        .isInstanceOf(InterruptedException.class);
    faults.close();
    faults.close();

    assertThat(suite.done).containsExactly("kill node-2", "start node-2");
  }

  @Test
  void faults_come_at_fixed_shares_of_a_run() {
    assertThat(FaultSchedule.of(Duration.ofSeconds(60)))
        .isEqualTo(
            new FaultSchedule(
                Duration.ofSeconds(15),
                Duration.ofSeconds(24),
                Duration.ofSeconds(45),
                Duration.ofSeconds(8)));
    assertThat(FaultSchedule.of(Duration.ofSeconds(30)).pause()).hasSeconds(17);
    assertThatThrownBy(() -> FaultSchedule.of(Duration.ofSeconds(29)))
        .hasMessageContaining("at least 30 s");
  }
}
