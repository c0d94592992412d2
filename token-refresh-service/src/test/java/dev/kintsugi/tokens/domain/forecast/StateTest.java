package dev.kintsugi.tokens.domain.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateTest {

  private static final long START = 1_767_571_200_000L;

  private final Forecaster forecaster = Forecaster.of(Duration.ofHours(8));
  private final UserActivity user = forecaster.newUser();

  private long replay(Forecaster by, UserActivity of, long from, int count, long seed) {
    Random random = new Random(seed);
    long at = from;
    for (int i = 0; i < count; i++) {
      at += 1_000 + Math.round(-Math.log(1 - random.nextDouble()) * 600_000);
      by.observe(of, at);
    }
    return at;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void whoever_goes_on_from_a_snapshot_forecasts_as_the_one_who_wrote_it(long seed) {
    long at = replay(forecaster, user, START, 500, seed);
    Forecaster other = Forecaster.of(Duration.ofHours(8));
    other.restore(forecaster.snapshot());
    UserActivity same = other.user(forecaster.snapshot(user));
    replay(forecaster, user, at, 200, seed + 10);
    replay(other, same, at, 200, seed + 10);
    for (int minutes = 0; minutes < 480; minutes += 7) {
      double from = minutes * 60.0;
      assertThat(other.forecast(same).probability(from, from + 900))
          .isEqualTo(forecaster.forecast(user).probability(from, from + 900));
    }
    assertThat(other.snapshot(same)).isEqualTo(forecaster.snapshot(user));
  }

  @Test
  void a_user_takes_less_than_a_kilobyte() {
    replay(forecaster, user, START, 50_000, 1);
    assertThat(forecaster.snapshot(user)).hasSizeLessThan(1_024);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void what_is_cut_longer_or_spoilt_is_refused(long seed) {
    replay(forecaster, user, START, 100, seed);
    byte[] good = forecaster.snapshot(user);
    assertThatThrownBy(() -> forecaster.user(Arrays.copyOf(good, good.length - 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> forecaster.user(Arrays.copyOf(good, good.length + 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> forecaster.user(new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      byte[] spoilt = good.clone();
      for (int j = 0; j < 8; j++) {
        spoilt[random.nextInt(spoilt.length)] = (byte) random.nextInt();
      }
      if (!Arrays.equals(spoilt, good)) {
        assertThatThrownBy(() -> forecaster.user(spoilt))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void what_others_learned_by_another_horizon_is_refused() {
    byte[] snapshot = Forecaster.of(Duration.ofHours(1)).snapshot();
    assertThatThrownBy(() -> forecaster.restore(snapshot))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("horizon");
  }
}
