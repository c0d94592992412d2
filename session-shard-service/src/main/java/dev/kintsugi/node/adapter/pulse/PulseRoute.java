package dev.kintsugi.node.adapter.pulse;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.node.runtime.OwnPulse;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * {@code GET /internal/v1/pulse}: an answer without end, eight bytes per interval: the incarnation,
 * most significant byte first. It breaks off when the process dies, at once and by itself, which is
 * what it is for.
 */
public final class PulseRoute {

  static final String PATH = "/internal/v1/pulse";

  private static final DefaultDataBufferFactory BUFFERS = DefaultDataBufferFactory.sharedInstance;

  private final OwnPulse pulse;
  private final Duration interval;

  public PulseRoute(OwnPulse pulse, Duration interval) {
    this.pulse = pulse;
    this.interval = interval;
  }

  public RouterFunction<ServerResponse> routes() {
    return RouterFunctions.route().GET(PATH, this::listen).build();
  }

  /** A listener that does not read is dropped from, never waited for. */
  private Mono<ServerResponse> listen(ServerRequest request) {
    Flux<Flux<DataBuffer>> pulses =
        Flux.interval(Duration.ZERO, interval)
            .onBackpressureDrop()
            .mapNotNull(_ -> pulse.beat().map(PulseRoute::frame).orElse(null))
            .takeUntilOther(Mono.fromFuture(pulse.ended(), true))
            .map(Flux::just);
    return ServerResponse.ok()
        .contentType(MediaType.APPLICATION_OCTET_STREAM)
        .body((response, _) -> response.writeAndFlushWith(pulses));
  }

  private static DataBuffer frame(Incarnation of) {
    return BUFFERS.wrap(ByteBuffer.allocate(Long.BYTES).putLong(of.value()).flip());
  }
}
