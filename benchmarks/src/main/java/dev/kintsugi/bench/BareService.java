package dev.kintsugi.bench;

import dev.kintsugi.kit.Bodies;
import dev.kintsugi.kit.Callers;
import dev.kintsugi.kit.ClusterProperties;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** A node's HTTP stack and security without a node: what the store is measured against. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(BareService.Endpoints.class)
public class BareService {

  private static final int LARGEST_BODY = 1 << 20;

  /** Runs until it is told to stop. */
  public static void main(String[] arguments) {
    SpringApplication.run(BareService.class, arguments);
  }

  @Bean
  Echo echo(ClusterProperties cluster) {
    return new Echo(cluster.kafka().bootstrapServers());
  }

  /** A constant of a size, and a bare append with read-back. */
  @RestController
  static final class Endpoints {

    private final Map<Integer, byte[]> constants = new ConcurrentHashMap<>();
    private final Echo echo;

    Endpoints(Echo echo) {
      this.echo = echo;
    }

    @GetMapping("/v1/constant/{bytes}")
    Mono<ResponseEntity<byte[]>> constant(@PathVariable int bytes, ServerWebExchange exchange) {
      return Callers.current(exchange)
          .map(_ -> json(constants.computeIfAbsent(bytes, Endpoints::constant)));
    }

    static byte[] constant(int bytes) {
      return "x".repeat(bytes).getBytes(StandardCharsets.US_ASCII);
    }

    @PutMapping("/v1/append")
    Mono<ResponseEntity<byte[]>> append(ServerWebExchange exchange) {
      return Callers.current(exchange)
          .zipWith(Bodies.read(exchange.getRequest(), LARGEST_BODY))
          .flatMap(asked -> Mono.fromFuture(() -> echo.append(asked.getT2()), true))
          .map(
              offset -> json(("{\"version\":" + offset + '}').getBytes(StandardCharsets.US_ASCII)));
    }

    private static ResponseEntity<byte[]> json(byte[] body) {
      return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(body);
    }
  }
}
