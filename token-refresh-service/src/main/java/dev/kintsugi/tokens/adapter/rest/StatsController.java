package dev.kintsugi.tokens.adapter.rest;

import dev.kintsugi.tokens.runtime.DueTimes;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/**
 * Totals for operators (scope {@code kintsugi.admin}); counters are this instance's since its
 * start.
 */
@RestController
public final class StatsController {

  private final Supplier<Map<String, Object>> totals;
  private final DueTimes times;
  private final InstantSource clock;
  private final VirtualThreads threads;

  /**
   * Shows totals.
   *
   * @param totals of this instance, ready to be shown
   */
  public StatsController(
      Supplier<Map<String, Object>> totals,
      DueTimes times,
      InstantSource clock,
      VirtualThreads threads) {
    this.totals = totals;
    this.times = times;
    this.clock = clock;
    this.threads = threads;
  }

  @GetMapping("/admin/v1/stats")
  Mono<ResponseEntity<Map<String, Object>>> stats() {
    return threads.run(
        HttpMethod.GET,
        () -> {
          DueTimes.Counts counts = times.counts(clock.instant());
          Map<String, Object> body = new LinkedHashMap<>(totals.get());
          body.put("planned", counts.planned());
          body.put("due", counts.overdue());
          return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(body);
        });
  }
}
