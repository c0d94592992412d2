package dev.kintsugi.node.adapter.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KafkaNodeLogTest {

  @ParameterizedTest(name = "stale reads of {0} and {1}: every {2}")
  @CsvSource({
    "PT30S, PT30S, PT10S",
    "PT9S, PT30S, PT3S",
    "PT0S, PT9S, PT3S",
    "PT0.5S, PT30S, PT1S",
    "PT10M, PT10M, PT1M",
    "PT0S, PT0S, PT1M"
  })
  void ends_are_asked_for_often_enough_for_the_strictest_area_that_has_marked_answers(
      Duration one, Duration other, Duration asked) {
    Areas areas =
        Areas.of(
            List.of(
                new AreaPolicy(Area.SESSION, 1, 2, 1_000, one),
                new AreaPolicy(new Area("settings"), 1, 2, 1_000, other)));
    assertThat(KafkaNodeLog.asksForEnds(areas)).isEqualTo(asked);
  }
}
