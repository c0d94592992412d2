package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.GateSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class GatePropertiesTest {

  private static GatewayProperties bound(Map<String, String> settings) {
    return new Binder(new MapConfigurationPropertySource(settings))
        .bindOrCreate("kintsugi.gateway", GatewayProperties.class);
  }

  @Test
  void the_defaults_are_those_of_the_client_and_nobody_is_redirected() {
    GatewayProperties properties = bound(Map.of());
    assertThat(properties.calls().gates()).isEqualTo(GateSettings.DEFAULTS);
    assertThat(properties.edge().redirect()).isEmpty();
  }

  @Test
  void one_of_them_may_be_set() {
    assertThat(bound(Map.of("kintsugi.gateway.gates.retry-share", "0.05")).calls().gates())
        .extracting(GateSettings::retryShare, GateSettings::places)
        .containsExactly(0.05, GateSettings.DEFAULTS.places());
  }

  @Test
  void what_makes_no_sense_is_named() {
    GatewayProperties wrong = bound(Map.of("kintsugi.gateway.gates.breaker-failures", "0"));
    assertThatThrownBy(wrong::calls)
        .hasMessageContaining("kintsugi.gateway.gates.breaker-failures must be 1 to 100");
  }
}
