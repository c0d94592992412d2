package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LifetimesTest {

  @ParameterizedTest(name = "of {0}: {1}")
  @CsvSource({
    "PT0.4S, PT0.1S",
    "PT1M, PT15S",
    "PT4M, PT1M",
    "PT10M, PT1M",
    "PT30M, PT3M",
    "PT50M, PT5M",
    "PT12H, PT5M"
  })
  void activity_is_written_down_once_per_interval_which_is_a_part_of_the_timeout(
      Duration timeout, Duration interval) {
    assertThat(Lifetimes.interval(timeout)).isEqualTo(interval);
  }
}
