package dev.kintsugi.coordinator.adapter.rest;

import dev.kintsugi.coordinator.domain.Notice;
import dev.kintsugi.coordinator.domain.Verdict;
import dev.kintsugi.coordinator.runtime.NoticeListener;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.kit.Problems;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * What happens, as server-sent events: {@code map}, {@code verdict}, {@code handover}, {@code
 * served}, {@code leader}. A watcher that reads too slowly misses the oldest ones; a gap in the ids
 * shows it. Thread-safe.
 */
public final class EventStream implements NoticeListener {

  private static final int BUFFERED = 512;
  private static final int MOST_WATCHERS = 32;
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(10);

  /** What a node is thought of now. */
  record Judged(String node, String life, String reason) {}

  /** That another table is in force. */
  record Changed(String version) {}

  /** Who leads now. */
  record Led(String id, String url, String epoch, boolean self) {}

  private final Sinks.Many<ServerSentEvent<Object>> events =
      Sinks.many().multicast().directBestEffort();
  private final AtomicLong ids = new AtomicLong();
  private final AtomicInteger watchers = new AtomicInteger();

  public RouterFunction<ServerResponse> routes() {
    return RouterFunctions.route().GET("/admin/v1/events", _ -> watch()).build();
  }

  private Mono<ServerResponse> watch() {
    if (watchers.get() >= MOST_WATCHERS) {
      return Problems.respond(
          Problem.unavailable("Too many watchers already; close one.", Duration.ofSeconds(5)));
    }
    Flux<ServerSentEvent<Object>> alive =
        Flux.interval(Duration.ZERO, SIGN_OF_LIFE)
            .map(_ -> ServerSentEvent.builder().comment("alive").build())
            .onBackpressureDrop();
    Flux<ServerSentEvent<Object>> happening =
        events
            .asFlux()
            .onBackpressureBuffer(
                BUFFERED, _ -> {}, reactor.core.publisher.BufferOverflowStrategy.DROP_OLDEST);
    return ServerResponse.ok()
        .contentType(MediaType.TEXT_EVENT_STREAM)
        .body(
            BodyInserters.fromServerSentEvents(
                Flux.merge(happening, alive)
                    .doOnSubscribe(_ -> watchers.incrementAndGet())
                    .doFinally(_ -> watchers.decrementAndGet())));
  }

  /** Called on the loop's thread only, so that events keep their order. */
  @Override
  public void on(Notice notice) {
    switch (notice) {
      case Notice.MapChanged(ShardMap map) -> emit("map", new Changed(map.version().toString()));
      case Notice.Judged(Verdict verdict) ->
          emit(
              "verdict",
              new Judged(verdict.node().value(), verdict.life().name(), verdict.reason().name()));
      case Notice.HandedOver handed -> emit("handover", AdminJson.change(handed.handover()));
      case Notice.Served served -> emit("served", AdminJson.change(served.handover()));
      case Notice.LeaderChanged(ShardMapLog.Leader leader, boolean self) ->
          emit(
              "leader",
              new Led(leader.coordinator(), leader.url(), leader.epoch().toString(), self));
      case Notice.LeadLost _,
          Notice.VoidRecord _,
          Notice.MalformedRecord _,
          Notice.MapLost _,
          Notice.TableTooLarge _ -> {}
    }
  }

  private void emit(String name, Object body) {
    String id = Long.toString(ids.incrementAndGet());
    var _ = events.tryEmitNext(ServerSentEvent.builder(body).event(name).id(id).build());
  }
}
