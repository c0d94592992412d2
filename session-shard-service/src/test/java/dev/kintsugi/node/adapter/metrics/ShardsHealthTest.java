package dev.kintsugi.node.adapter.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.node.runtime.NodeStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Status;

class ShardsHealthTest {

  private static final MapVersion MAP = new MapVersion(new Epoch(1, 1), 7);
  private static final Optional<Duration> HEARD = Optional.of(Duration.ofMillis(20));

  private NodeStatus status = status(MapVersion.NONE, Optional.empty());
  private final ShardsHealth health = new ShardsHealth(() -> status);

  private static NodeStatus status(MapVersion map, Optional<Duration> logSilence) {
    return new NodeStatus(
        new Incarnation(1),
        map,
        true,
        logSilence,
        Optional.empty(),
        0,
        0,
        0,
        0,
        false,
        0,
        1,
        List.of(),
        List.of());
  }

  private Status now() {
    return health.health().getStatus();
  }

  @Test
  void a_node_that_still_warms_up_is_not_ready_whatever_it_has_heard() {
    status = status(MAP, HEARD);
    assertThat(now()).isEqualTo(Status.DOWN);
    assertThat(health.health().getDetails()).containsEntry("takesPart", false);

    health.enter();
    assertThat(now()).isEqualTo(Status.UP);
  }

  @Test
  void one_that_takes_part_is_ready_when_map_and_log_have_been_seen() {
    health.enter();
    assertThat(now()).isEqualTo(Status.DOWN);
    status = status(MAP, Optional.empty());
    assertThat(now()).isEqualTo(Status.DOWN);
    status = status(MapVersion.NONE, HEARD);
    assertThat(now()).isEqualTo(Status.DOWN);
    status = status(MAP, HEARD);
    assertThat(now()).isEqualTo(Status.UP);
  }

  @Test
  void an_outage_of_the_log_does_not_take_it_out_and_its_end_does() {
    health.enter();
    status = status(MAP, HEARD);
    assertThat(now()).isEqualTo(Status.UP);
    status = status(MAP, Optional.of(Duration.ofMinutes(1)));
    assertThat(now()).isEqualTo(Status.UP);
    health.leave();
    assertThat(now()).isEqualTo(Status.OUT_OF_SERVICE);
  }
}
