package dev.kintsugi.node.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

class NodePropertiesTest {

  @Configuration
  @EnableConfigurationProperties(NodeProperties.class)
  static class Bound {}

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withUserConfiguration(Bound.class)
          .withPropertyValues(
              "kintsugi.node.id=node-1",
              "kintsugi.node.url=http://127.0.0.1:7421",
              "kintsugi.node.coordinators=http://127.0.0.1:7411,http://127.0.0.1:7412");

  @Test
  void a_node_knows_itself() {
    runner.run(context -> {
      NodeProperties node = context.getBean(NodeProperties.class);
      assertThat(node.coordinators()).hasSize(2);
      assertThat(node.lease()).isEqualTo(Duration.ofMillis(200));
      assertThat(node.heartbeat()).isEqualTo(Duration.ofMillis(100));
      assertThat(node.warmUp()).isEqualTo(Duration.ofSeconds(30));
      assertThat(node.farewell()).isEqualTo(Duration.ofSeconds(6));
    });
  }

  @Test
  void the_farewell_ends_before_its_phase_of_the_shutdown_or_the_node_does_not_start() {
    runner
        .withPropertyValues("kintsugi.node.farewell=29s")
        .run(context -> {
          NodeProperties node = context.getBean(NodeProperties.class);
          assertThat(node.longestFarewell(Duration.ofSeconds(30)))
              .isEqualTo(Duration.ofSeconds(29));
          assertThatThrownBy(() -> node.longestFarewell(Duration.ofMillis(29_999)))
              .hasMessageContaining("kintsugi.node.farewell must be at least 1s shorter than")
              .hasMessageContaining("spring.lifecycle.timeout-per-shutdown-phase");
        });
  }

  @ParameterizedTest
  @CsvSource({
    "id=, kintsugi.node.id: a node id must be",
    "id=Node 1, kintsugi.node.id: a node id must be",
    "url=, kintsugi.node.url must be this node's http or https URL",
    "url=file:///x, kintsugi.node.url must be",
    "coordinators=, kintsugi.node.coordinators must name at least one",
    "coordinators=ftp://x, kintsugi.node.coordinators must be http or https",
    "lease=1ms, kintsugi.node.lease must be 20ms to 10s",
    "lease=1h, kintsugi.node.lease must be 20ms to 10s",
    "warm-up=-1s, kintsugi.node.warm-up must be 0s to 120s",
    "warm-up=1h, kintsugi.node.warm-up must be 0s to 120s",
    "farewell=-1s, kintsugi.node.farewell must be 0s to 10m",
    "farewell=1h, kintsugi.node.farewell must be 0s to 10m",
    "heartbeat=0ms, kintsugi.node.heartbeat must be 10ms to 10s",
    "colour=red, kintsugi.node.colour",
  })
  void a_bad_value_stops_the_start_and_names_the_key(String setting, String message) {
    runner
        .withPropertyValues("kintsugi.node." + setting)
        .run(context -> {
          assertThat(context).hasFailed();
          StringBuilder all = new StringBuilder();
          for (Throwable at = context.getStartupFailure(); at != null; at = at.getCause()) {
            all.append(at.getMessage()).append('\n');
          }
          assertThat(all.toString()).contains(message);
        });
  }
}
