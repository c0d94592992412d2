package dev.kintsugi.local.demo.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {

  @ParameterizedTest(name = "{0} ms for {1} users: {2} s")
  @CsvSource({
    "0,      412, 60",
    "1,      1,   60",
    "14420,  412, 60",
    "21630,  412, 90",
    "28840,  412, 120",
    "57680,  412, 240",
    "600000, 412, 240",
    "70,     1,   120",
  })
  void a_slow_machine_gets_more_time_and_a_fast_one_the_usual(
      long signInMillis, int users, long seconds) {
    assertThat(Pace.lengthAfter(Duration.ofMillis(signInMillis), users))
        .isEqualTo(Duration.ofSeconds(seconds));
  }
}
