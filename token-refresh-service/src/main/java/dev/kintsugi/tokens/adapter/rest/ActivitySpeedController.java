package dev.kintsugi.tokens.adapter.rest;

import dev.kintsugi.kit.Bodies;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.tokens.runtime.ActivitySpeed;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * For replays of traces (scope {@code kintsugi.admin}): how fast activity goes at this instance.
 */
@RestController
public final class ActivitySpeedController {

  private static final int MAX_BODY_BYTES = 1024;
  private static final String SPEED = "speed";

  private final ActivitySpeed speed;

  public ActivitySpeedController(ActivitySpeed speed) {
    this.speed = speed;
  }

  @GetMapping("/admin/v1/activity-speed")
  ResponseEntity<Map<String, Object>> get() {
    return ResponseEntity.ok(Map.of(SPEED, speed.get()));
  }

  /** Takes {@code {"speed": 489.1}}. */
  @PutMapping("/admin/v1/activity-speed")
  Mono<ResponseEntity<Map<String, Object>>> put(ServerWebExchange exchange) {
    return Bodies.read(exchange.getRequest(), MAX_BODY_BYTES)
        .map(bytes -> {
          try {
            JsonNode wanted = Json.MAPPER.readTree(bytes).path(SPEED);
            speed.set(wanted.isNumber() ? wanted.asDouble() : 0);
            return get();
          } catch (JacksonException | IllegalArgumentException malformed) {
            throw Problems.malformed(
                    "The body must be {\"speed\": N} with N from 0.001 to 1000000.")
                .asException();
          }
        });
  }
}
