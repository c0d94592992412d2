package dev.kintsugi.bench.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SpreadBenchTest {

  /** So many seconds with a thousand renewals each, and these. */
  private static SpreadWorld.Outcome outcome(int count, Integer... others) {
    List<Integer> perSecond = new ArrayList<>(Collections.nCopies(count, 1_000));
    perSecond.addAll(List.of(others));
    return new SpreadWorld.Outcome(900, perSecond, 1_000);
  }

  @Test
  void a_hundred_thousand_tokens_are_each_renewed_once_and_no_second_has_far_too_many() {
    SpreadWorld.Outcome outcome = SpreadWorld.run(2, 100_000, 900, 1);
    assertThat(outcome.renewals()).isEqualTo(100_000);
    assertThat(SpreadBench.isMet(List.of(outcome))).as("%s", outcome.times()).isTrue();
  }

  @Test
  void one_second_with_too_many_misses_the_target() {
    assertThat(SpreadBench.isMet(List.of(outcome(98, 1_300, 700)))).isTrue();
    assertThat(SpreadBench.isMet(List.of(outcome(98, 1_301, 699)))).isFalse();
    assertThat(SpreadBench.isMet(List.of(outcome(98, 1_000, 999)))).as("one is missing").isFalse();
  }

  @Test
  void the_closing_line_is_plain_decimals() {
    assertThat(SpreadBench.closingLine(outcome(98, 1_250, 750)))
        .isEqualTo(
            "bench token-spread: tokens=100000 instances=2 life_s=900 uniform_per_s=1000.0"
                + " peak_per_s=1250 peak_x=1.250");
  }
}
