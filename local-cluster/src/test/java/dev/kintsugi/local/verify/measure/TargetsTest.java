package dev.kintsugi.local.verify.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetsTest {

  private static RunFigures run(double gap) {
    return run(gap, 0, 0, List.of(), new RunFigures.Moves(0, 0, 0, 0), 0);
  }

  private static RunFigures run(
      double gap,
      long failed,
      double recovery,
      List<Double> pauses,
      RunFigures.Moves moves,
      int falseFailovers) {
    return new RunFigures(
        1, 1_000, failed, 400, 0, 0, 0, 0, gap, 20, recovery, pauses, falseFailovers, moves);
  }

  private static List<String> missed(String fault, RunFigures... runs) {
    return Targets.missedBy(new Summary(fault, List.of(runs)));
  }

  @Test
  void percentiles_are_by_the_nearest_rank() {
    List<Double> values = new ArrayList<>();
    for (int i = 50; i >= 1; i--) {
      values.add((double) i);
    }
    assertThat(Percentiles.of(values, 50)).isEqualTo(25);
    assertThat(Percentiles.of(values, 99)).isEqualTo(50);
    assertThat(Percentiles.of(values, 98)).isEqualTo(49);
    assertThat(Percentiles.of(List.of(7.0), 1)).isEqualTo(7);
    assertThat(Percentiles.of(List.of(), 50)).isZero();
    assertThat(Percentiles.most(values)).isEqualTo(50);
    assertThatIllegalArgumentException().isThrownBy(() -> Percentiles.of(values, 0));
  }

  @Test
  void the_line_is_as_the_issue_has_it() {
    Summary summary =
        new Summary(
            "rolling-restart",
            List.of(
                run(120.2, 0, 0, List.of(3.2, 4.1), new RunFigures.Moves(40, 2, 0, 0), 0),
                run(300, 1, 0, List.of(19.01), new RunFigures.Moves(40, 2, 0, 0), 2)));
    assertThat(summary.line())
        .isEqualTo(
            "verify: fault=rolling-restart runs=2 requests=2000 failed=1 acked=800 lost=0 stale=0"
                + " zombie=0 gap_ms_p50=121 gap_ms_p99=300 gap_ms_max=300 pause_ms_p99=20"
                + " false_failovers=2");
  }

  @Test
  void a_pause_that_was_not_found_is_no_short_one() {
    RunFigures run = run(1, 0, 0, List.of(3.0, 4.0), new RunFigures.Moves(3, 2, 0, 3), 0);
    assertThat(missed("drain", run))
        .containsExactly("run 1: the pauses of 1 of 3 planned moves were not found in the logs");
    RunFigures all = run(1, 0, 0, List.of(3.0, 4.0), new RunFigures.Moves(2, 2, 0, 2), 0);
    assertThat(missed("drain", all)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "kill, 300, 0, ''",
    "kill, 301, 0, gap_ms_p50=301",
    "kill, 300, 1, failed=1",
    "pause, 2000, 0, ''",
    "pause, 2001, 0, gap_ms_max=2001",
    "coordinator, 70, 0, ''",
    "coordinator, 71, 0, run 1 gap_ms=71",
    "redis, 71, 0, run 1 gap_ms=71",
    "drain, 500, 0, ''",
    "drain, 501, 0, gap_ms_max=501",
    "rolling-restart, 100, 3, failed=3",
    "mix, 9000, 5, ''",
    "nonsense, 1, 0, there is no target"
  })
  void each_fault_has_its_targets(String fault, double gap, long failed, String expected) {
    List<String> missed =
        missed(fault, run(gap, failed, 0, List.of(), new RunFigures.Moves(0, 0, 0, 0), 0));
    if (expected.isEmpty()) {
      assertThat(missed).isEmpty();
    } else {
      assertThat(missed).singleElement().asString().startsWith(expected);
    }
  }

  @Test
  void one_slow_run_of_many_is_told() {
    assertThat(missed("kill", run(100), run(100), run(1_001)))
        .hasSize(2)
        .anyMatch(text -> text.startsWith("gap_ms_p99"))
        .anyMatch(text -> text.startsWith("gap_ms_max"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kafka",
        "mix",
        "slow-network",
        "partition-full",
        "partition-one-way",
        "partition-kafka"
      })
  void recovery_takes_three_seconds_at_most(String fault) {
    RunFigures slow = run(1, 0, 3_001, List.of(), new RunFigures.Moves(0, 0, 0, 0), 0);
    assertThat(missed(fault, slow)).singleElement().asString().contains("recovery_ms=3001");
  }

  @Test
  void planned_moves_are_short_and_few() {
    assertThat(missed("drain", run(1, 0, 0, List.of(21.0), new RunFigures.Moves(1, 1, 0, 1), 0)))
        .singleElement()
        .asString()
        .startsWith("pause_ms_p99=21");
    assertThat(missed("drain", moved(30, 3, 0))).singleElement().asString().contains("3 times");
    assertThat(missed("join", moved(17, 1, 16)))
        .singleElement()
        .asString()
        .contains("17 slots moved where 16 had to");
    assertThat(missed("join", moved(16, 1, 16))).isEmpty();
  }

  private static RunFigures moved(int all, int mostOfOneSlot, int least) {
    return run(
        1,
        0,
        0,
        Collections.nCopies(all, 3.0),
        new RunFigures.Moves(all, mostOfOneSlot, least, all),
        0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"drain", "rolling-restart", "join"})
  void a_move_that_nobody_planned_is_no_planned_one(String fault) {
    assertThat(missed(fault, run(1, 0, 0, List.of(), new RunFigures.Moves(16, 1, 16, 0), 0)))
        .containsExactly("run 1: 16 of 16 moves were not planned ones");
    assertThat(missed(fault, run(1, 0, 0, List.of(3.0), new RunFigures.Moves(1, 1, 1, 1), 1)))
        .containsExactly("false_failovers=1, wanted 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"drain", "rolling-restart", "join"})
  void few_requests_over_planned_moves_are_told_and_miss_nothing(String fault) {
    RunFigures run = run(1, 0, 0, List.of(), new RunFigures.Moves(0, 0, 0, 0), 0);
    Summary few = new Summary(fault, Collections.nCopies(99, run));
    assertThat(Targets.reservation(few))
        .contains("99000 requests: the target is meant for at least 100000");
    assertThat(Targets.missedBy(few)).isEmpty();
    assertThat(Targets.reservation(new Summary(fault, Collections.nCopies(100, run)))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kill", "mix", "kafka"})
  void other_faults_are_meant_for_any_number_of_requests(String fault) {
    assertThat(Targets.reservation(new Summary(fault, List.of(run(1))))).isEmpty();
  }

  @Test
  void a_busy_machine_fails_nobody_over() {
    RunFigures wrong = run(1, 0, 0, List.of(), new RunFigures.Moves(0, 0, 0, 0), 1);
    assertThat(missed("cpu-hog", wrong)).singleElement().asString().contains("false_failovers=1");
    assertThat(missed("kill", wrong)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kill", "mix", "kafka", "cpu-hog"})
  void no_fault_excuses_a_violation(String fault) {
    RunFigures wrong =
        new RunFigures(
            1, 1, 0, 0, 1, 2, 3, 4, 1, 20, 0, List.of(), 0, new RunFigures.Moves(0, 0, 0, 0));
    assertThat(missed(fault, wrong))
        .containsExactly(
            "lost=1, wanted 0",
            "stale=2, wanted 0",
            "zombie=3, wanted 0",
            "other violations=4, wanted 0");
  }

  @Test
  void nor_one_that_was_found_before_the_first_run() {
    assertThat(Targets.missedBy(new Summary("kill", List.of(run(100)), 2)))
        .containsExactly("violations while warming up=2, wanted 0");
  }

  @Test
  void nothing_run_is_nothing_shown() {
    assertThat(missed("mix")).contains("nothing was run");
  }
}
