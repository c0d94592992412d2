package dev.kintsugi.kit;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** Spring Boot settings that all services share; whatever is set elsewhere wins over them. */
final class KitDefaults implements EnvironmentPostProcessor {

  private static final Map<String, Object> DEFAULTS = defaults();

  private static Map<String, Object> defaults() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("server.address", "127.0.0.1");
    all.put("server.shutdown", "graceful");
    all.put("spring.lifecycle.timeout-per-shutdown-phase", "10s");
    all.put("spring.main.banner-mode", "off");
    all.put("logging.level.org.apache.kafka", "warn");
    all.put("spring.http.codecs.max-in-memory-size", "1MB");
    all.put("spring.webflux.problemdetails.enabled", "false");
    all.put("management.endpoints.web.exposure.include", "health,info,prometheus,metrics");
    all.put("management.endpoint.health.probes.enabled", "true");
    all.put("management.endpoint.health.show-details", "never");
    all.put("server.max-http-request-header-size", "16KB");
    // Requests are counted and timed when they end; a second timer for those under way costs as
    // much.
    all.put("management.metrics.observations.ignored-meters", "long-task-timer");
    return Map.copyOf(all);
  }

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    environment.getPropertySources().addLast(new MapPropertySource("kintsugiDefaults", DEFAULTS));
  }
}
