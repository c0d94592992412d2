package dev.kintsugi.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SummaryTest {

  private static final Summary GOOD =
      new Summary(1.3, 2, 1.3, 1.3, 12_345_678.4, 20_000, 400, 5, 15, 0, true);

  @Test
  void the_closing_line_is_plain_decimals_in_a_fixed_order() {
    assertThat(GOOD.closingLine())
        .isEqualTo(
            "bench store: write_p50_ratio=1.30 write_p99_ratio=2.00 read_p50_ratio=1.30"
                + " read_cold_p50_ratio=1.30 writes_per_s=12345678 reads_per_s=20000"
                + " overhead_bytes=400 rebuild_100k_s=5.00");
  }

  @Test
  void a_target_just_met_is_met() {
    assertThat(GOOD.missed()).isEmpty();
  }

  @Test
  void each_target_is_missed_by_itself() {
    assertThat(new Summary(1.31, 2, 1, 1, 1, 1, 1, 1, 1, 0, true).missed())
        .containsExactly("write_p50_ratio is 1.31, wanted at most 1.3");
    assertThat(new Summary(1, 2.01, 1, 1, 1, 1, 1, 1, 1, 0, true).missed()).hasSize(1);
    assertThat(new Summary(1, 1, 1.31, 1, 1, 1, 1, 1, 1, 0, true).missed()).hasSize(1);
    assertThat(new Summary(1, 1, 1, 1.31, 1, 1, 1, 1, 1, 0, true).missed()).hasSize(1);
    assertThat(new Summary(1, 1, 1, 1, 1, 1, 401, 1, 1, 0, true).missed()).hasSize(1);
    assertThat(new Summary(1, 1, 1, 1, 1, 1, 1, 5.1, 1, 0, true).missed()).hasSize(1);
    assertThat(new Summary(1, 1, 1, 1, 1, 1, 1, 1, 16, 0, true).missed()).hasSize(1);
    assertThat(new Summary(1, 1, 1, 1, 1, 1, 1, 1, 1, 24, true).missed()).hasSize(1);
    assertThat(new Summary(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, false).missed()).hasSize(1);
  }

  @Test
  void what_could_not_be_measured_is_missed() {
    Summary none = new Summary(Double.NaN, 1, 1, 1, 1, 1, 1, 1, 1, 0, true);
    assertThat(none.missed()).containsExactly("write_p50_ratio is none, wanted at most 1.3");
    assertThat(none.closingLine()).startsWith("bench store: write_p50_ratio=none ");
  }

  @Test
  void the_median_is_the_middle_one() {
    assertThat(Summary.median(List.of(3.0, 1.0, 100.0))).isEqualTo(3);
    assertThat(Summary.median(List.of(3.0, 1.0))).isEqualTo(2);
    assertThat(Summary.median(List.of())).isNaN();
  }
}
