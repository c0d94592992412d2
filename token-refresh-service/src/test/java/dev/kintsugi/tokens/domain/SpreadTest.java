package dev.kintsugi.tokens.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpreadTest {

  private static final long START = 1_767_571_200_000L;

  /** A hundred thousand tokens issued within ten seconds, and so expiring within ten. */
  @ParameterizedTest(name = "life {0} s, seed {1}")
  @CsvSource({"900, 1", "900, 2", "3600, 3", "86400, 4", "120, 5"})
  void a_crowd_is_spread_over_its_window_as_evenly_as_can_be(int life, long seed) {
    Random random = new Random(seed);
    Spread spread = new Spread(30);
    int window = Math.min(300, life / 3);
    int[] perSecond = new int[window + 12];
    for (int i = 0; i < 100_000; i++) {
      long issued = START + i / 10;
      long ends = issued + life * 1000L;
      long at = spread.place(ends - window * 1000L, ends - 10_000, random.nextDouble());
      assertThat(at).isBetween(ends - window * 1000L, ends - 10_000);
      perSecond[(int) ((at - START) / 1000 - (life - window))]++;
    }
    int peak = Arrays.stream(perSecond).max().orElseThrow();
    double uniform = 100_000.0 / window;
    assertThat(peak / uniform).isLessThan(1.3);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void who_comes_alone_comes_as_late_as_can_be(long seed) {
    Random random = new Random(seed);
    Spread spread = new Spread(30);
    for (int i = 0; i < 1_000; i++) {
      long ends = START + 900_000 + i * 1_000L;
      long at = spread.place(ends - 300_000, ends - 10_000, random.nextDouble());
      assertThat(at).isBetween(ends - 20_000, ends - 10_000);
    }
  }

  @Test
  void windows_without_room_keep_their_bounds() {
    Spread spread = new Spread(30);
    assertThat(spread.place(START, START, 0.9)).isEqualTo(START);
    assertThat(spread.place(START + 5, START, 0.9)).isEqualTo(START);
    assertThat(spread.place(START - 1, START, 0.5)).isBetween(START - 1, START);
    long year = 365L * 86_400_000;
    assertThat(spread.place(START, START + year, 0.5)).isBetween(START, START + year);
    assertThat(spread.place(Long.MIN_VALUE / 4, START, 0.5)).isLessThanOrEqualTo(START);
  }

  @Test
  void what_is_long_past_makes_nothing_busy() {
    Spread spread = new Spread(1);
    IntStream.range(0, 5_000).forEach(_ -> spread.place(START - 300_000, START, 0.5));
    long later = START + 16_384L * 4_096;
    assertThat(spread.place(later - 300_000, later, 0.5)).isBetween(later - 8_192, later);
  }
}
