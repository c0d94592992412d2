package dev.kintsugi.gateway.app;

import dev.kintsugi.client.GateSettings;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How nodes in trouble are spared, {@code kintsugi.gateway.gates.*}; what goes wrong where a value
 * is too low or too high stands at {@link GateSettings}, whose defaults these are.
 */
public record GateProperties(
    @DefaultValue("1024") int places,
    @DefaultValue("4096") int lastingPlaces,
    @DefaultValue("4096") int waiting,
    @DefaultValue("64") int firstReplays,
    @DefaultValue("512") int mostReplays,
    @DefaultValue("20") int breakerWindow,
    @DefaultValue("10") int breakerMinimum,
    @DefaultValue("50") int breakerFailures,
    @DefaultValue("200ms") Duration breakerRest,
    @DefaultValue("3") int breakerProbes,
    @DefaultValue("0.1") double retryShare,
    @DefaultValue("20") int retryFloor,
    @DefaultValue("10s") Duration retryWindow) {

  GateSettings settings() {
    try {
      return new GateSettings(
          places,
          lastingPlaces,
          waiting,
          firstReplays,
          mostReplays,
          breakerWindow,
          breakerMinimum,
          breakerFailures,
          breakerRest,
          breakerProbes,
          retryShare,
          retryFloor,
          retryWindow);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("kintsugi.gateway.gates." + e.getMessage(), e);
    }
  }
}
