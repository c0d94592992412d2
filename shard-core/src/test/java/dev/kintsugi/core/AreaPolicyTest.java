package dev.kintsugi.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AreaPolicyTest {

  private static AreaPolicy policy(Duration staleReads) {
    return new AreaPolicy(Area.SESSION, 4, 2, 1_000, staleReads);
  }

  @Test
  void marked_answers_may_be_half_a_minute_old_unless_it_is_said() {
    AreaPolicy usual = new AreaPolicy(Area.SESSION, 4, 2, 1_000);
    assertThat(usual).isEqualTo(policy(Duration.ofSeconds(30)));
    assertThat(usual.allowsStaleReads()).isTrue();
  }

  @Test
  void zero_means_that_none_are_given() {
    assertThat(policy(Duration.ZERO).allowsStaleReads()).isFalse();
    assertThat(policy(Duration.ofMinutes(10)).allowsStaleReads()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT-0.001S", "PT10M0.001S", "PT2562047788015H"})
  void an_age_that_makes_no_sense_is_refused(String age) {
    assertThatThrownBy(() -> policy(Duration.parse(age)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 to 10 minutes");
  }
}
