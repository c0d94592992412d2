package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.kit.Problems;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Ends requests with 413 whose body exceeds 1 MiB: by the announced length before a byte is read,
 * else as soon as it does. Buffers nothing, so that it holds for bodies that are only passed on
 * too.
 */
final class BodyLimit implements WebFilter, Ordered {

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    ServerHttpRequest request = exchange.getRequest();
    if (request.getHeaders().getContentLength() > JsonBody.MAX_BYTES) {
      return Problems.write(exchange, Problems.tooLarge());
    }
    return chain.filter(exchange.mutate().request(new Bounded(request)).build());
  }

  private static final class Bounded extends ServerHttpRequestDecorator {
    private final AtomicLong read = new AtomicLong();

    Bounded(ServerHttpRequest request) {
      super(request);
    }

    @Override
    public Flux<DataBuffer> getBody() {
      return super.getBody()
          .doOnNext(buffer -> {
            if (read.addAndGet(buffer.readableByteCount()) > JsonBody.MAX_BYTES) {
              DataBufferUtils.release(buffer);
              throw new DataBufferLimitException("the body exceeds its bound");
            }
          });
    }
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE + 20;
  }
}
