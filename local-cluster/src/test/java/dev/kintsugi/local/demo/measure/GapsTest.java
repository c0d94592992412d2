package dev.kintsugi.local.demo.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.local.demo.measure.FaultSpan.Kind;
import dev.kintsugi.local.demo.plan.Actor;
import dev.kintsugi.local.demo.plan.Call;
import dev.kintsugi.local.demo.plan.DemoArea;
import dev.kintsugi.local.demo.plan.PlannedRequest;
import dev.kintsugi.trace.TraceUser;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class GapsTest {

  private static final List<FaultSpan> FAULTS =
      List.of(
          new FaultSpan(Kind.KILL, "node-1", millis(10_000), millis(15_000)),
          new FaultSpan(Kind.PAUSE, "node-2", millis(30_000), millis(38_000)));

  private static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }

  private static Sample sample(long start, long latency, Answered answered) {
    PlannedRequest request =
        new PlannedRequest(
            0,
            0,
            millis(start),
            Actor.USER,
            new TraceUser("ann"),
            new Call.Read(DemoArea.SETTINGS),
            Instant.EPOCH);
    return new Sample(request, millis(start), millis(start), millis(start + latency), answered);
  }

  private static Sample proper(long start, long latency) {
    return sample(start, latency, Answered.PROPERLY);
  }

  @Test
  void a_gap_is_the_longest_wait_from_the_fault_to_five_seconds_after_its_end() {
    List<Sample> samples =
        List.of(
            proper(9_000, 500), proper(10_000, 700), proper(20_000, 900), proper(20_001, 5_000));

    assertThat(Gaps.longest(samples, FAULTS, Kind.KILL)).isEqualTo(millis(900));
  }

  @Test
  void a_request_under_way_when_the_fault_came_belongs_to_it() {
    assertThat(Gaps.longest(List.of(proper(9_999, 2_000)), FAULTS, Kind.KILL))
        .isEqualTo(millis(2_000));
  }

  @Test
  void kinds_are_kept_apart_and_failures_have_no_gap() {
    List<Sample> samples =
        List.of(
            proper(31_000, 40),
            sample(31_000, 9_000, new Answered.Wrongly(503, "")),
            proper(11_000, 80));

    assertThat(Gaps.longest(samples, FAULTS, Kind.PAUSE)).isEqualTo(millis(40));
    assertThat(Gaps.longest(samples, FAULTS, Kind.KILL)).isEqualTo(millis(80));
    assertThat(Gaps.longest(List.of(), FAULTS, Kind.KILL)).isZero();
  }

  @Test
  void latency_counts_from_the_intended_start() {
    Recording recording = new Recording();
    Sample late = proper(1_000, 250);
    recording.add(
        new Sample(late.request(), millis(1_240), millis(1_240), late.ended(), late.answered()));
    recording.add(sample(2_000, 1, new Answered.Wrongly(504, "unknown")));

    assertThat(recording.all().count()).isEqualTo(1);
    assertThat(recording.all().max()).isBetween(249.0, 251.0);
    assertThat(recording.failures()).isEqualTo(1);
    assertThat(recording.sinceLastAsked().count()).isEqualTo(1);
    assertThat(recording.sinceLastAsked().count()).isZero();
  }

  @Test
  void the_summary_is_one_line_of_the_agreed_shape() {
    DemoSummary summary =
        new DemoSummary(
            493, 5_001, 0, 3_000, 0, 1, 1, 4, Duration.ofNanos(812_300_000), millis(1_904), 2, 77);

    assertThat(summary.line())
        .isEqualTo(
            "demo: users=493 requests=5001 failed=0 acked_writes=3000 lost=0 kills=1 pauses=1"
                + " handovers=4 gap_kill_ms_max=813 gap_pause_ms_max=1904 token_stalls=2"
                + " refreshes=77");
    assertThat(summary.passed()).isTrue();
  }
}
