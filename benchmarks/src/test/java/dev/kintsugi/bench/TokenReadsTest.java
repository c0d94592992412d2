package dev.kintsugi.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.bench.TokenReads.Served;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

final class TokenReadsTest {

  private static OpenLoad.Run run(long failed, double... millis) {
    Histogram latencies = new Histogram(5);
    for (double one : millis) {
      latencies.recordValue(Math.round(one * 1e6));
    }
    return new OpenLoad.Run(latencies, new Histogram(5), failed);
  }

  private static TokenReads reads(Served served, OpenLoad.Run... runs) {
    return new TokenReads(1_000, List.of(runs), List.of(runs), served);
  }

  @Test
  void the_closing_line_has_medians_of_the_runs_and_the_longest_of_all() {
    TokenReads reads =
        reads(new Served(6, 0, 0), run(0, 0.5, 1.5), run(0, 0.25, 1), run(0, 0.75, 40));
    assertThat(reads.closingLine())
        .isEqualTo(
            "bench token-reads: rate=1000 requests=6 p50_ms=0.500 p99_ms=1.500 max_ms=40.000"
                + " failed=0");
    assertThat(reads.missed()).isEmpty();
  }

  @Test
  void whatever_makes_the_figure_too_high_or_worth_nothing_is_missed() {
    assertThat(reads(new Served(1, 0, 0), run(0, 2.1)).missed())
        .containsExactly("p99_ms is 2.100, wanted at most 2.0");
    assertThat(reads(new Served(1, 0, 0), run(1, 1)).missed()).hasSize(1);
    assertThat(reads(new Served(1, 1, 0), run(0, 1)).missed()).hasSize(1);
    assertThat(reads(new Served(1, 0, 1), run(0, 1)).missed()).hasSize(1);
    assertThat(reads(new Served(0, 0, 0), run(0, 1)).missed()).hasSize(1);
    assertThat(reads(new Served(0, 0, 0)).missed())
        .containsExactly("p99_ms is none, wanted at most 2.0");
  }
}
