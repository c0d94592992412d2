package dev.kintsugi.kit;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A service with nothing but the kit and a few paths, running on a free port. */
final class TestService implements AutoCloseable {

  static final String SECRET = "0123456789abcdef-internal";

  /** The paths under test. */
  @SpringBootConfiguration
  @EnableAutoConfiguration
  @RestController
  static class App {

    @GetMapping("/v1/me")
    Mono<String> me(ServerWebExchange exchange) {
      return Callers.current(exchange).map(Object::toString);
    }

    @PostMapping("/v1/echo")
    Map<String, Object> echo(@RequestBody Map<String, Object> body) {
      return body;
    }

    @PostMapping("/v1/fails")
    String fails() {
      throw new IllegalStateException("an inner secret");
    }

    @GetMapping("/admin/v1/thing")
    String admin() {
      return "admin";
    }

    @GetMapping("/internal/v1/thing")
    String internal() {
      return "internal";
    }

    @GetMapping("/open")
    String open() {
      return "open";
    }

    /** Answers after a second, and tells something now and then as an event stream does. */
    @GetMapping(path = "/slow", produces = "text/event-stream")
    Flux<String> slow() {
      return Flux.interval(Duration.ofMillis(500)).take(3).map(Object::toString);
    }

    @GetMapping("/forgotten")
    String forgotten() {
      return "nobody declared me";
    }

    @Bean
    OpenPaths openPaths() {
      return new OpenPaths(List.of("/open", "/slow"));
    }
  }

  private final ConfigurableApplicationContext context;
  private final HttpClient http = HttpClient.newHttpClient();

  TestService(String issuer, String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "server.port=0",
                "kintsugi.cluster.slot-hash-key=000102030405060708090a0b0c0d0e0f",
                "kintsugi.cluster.session-id-key=000102030405060708090a0b0c0d0e0f",
                "kintsugi.cluster.internal-secret=" + SECRET,
                "kintsugi.cluster.issuer=" + issuer));
    settings.addAll(List.of(more));
    context =
        new SpringApplicationBuilder(App.class).properties(settings.toArray(String[]::new)).run();
  }

  <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  HttpRequest.Builder to(String path) {
    String port = context.getEnvironment().getRequiredProperty("local.server.port");
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path, String token) throws Exception {
    return send(to(path).header("Authorization", "Bearer " + token));
  }

  @Override
  public void close() {
    context.close();
  }
}
