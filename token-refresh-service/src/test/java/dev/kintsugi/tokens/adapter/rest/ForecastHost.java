package dev.kintsugi.tokens.adapter.rest;

import dev.kintsugi.kit.OpenPaths;
import dev.kintsugi.tokens.adapter.metrics.Totals;
import dev.kintsugi.tokens.runtime.ForecastDesk;
import dev.kintsugi.tokens.runtime.MadeUpActivity;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.Random;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import reactor.core.publisher.Mono;

/**
 * The forecast's part of the service on a free port, with the product's security, and models that
 * learned from made-up activity. The tokens are {@code admin} and {@code user}.
 */
final class ForecastHost implements AutoCloseable {

  @SpringBootConfiguration
  @EnableAutoConfiguration
  static class App {

    @Bean
    MadeUpActivity activity() {
      return new MadeUpActivity();
    }

    @Bean
    VirtualThreads threads() {
      return new VirtualThreads(16);
    }

    @Bean
    ForecastController controller(MadeUpActivity activity, VirtualThreads threads) {
      ForecastDesk desk =
          new ForecastDesk(
              Optional.of(activity.models), activity.decisions, () -> 1, () -> MadeUpActivity.NOW);
      return new ForecastController(desk, "predictive", settled()::calibration, threads);
    }

    /** Renewals of which about as many were used as was expected. */
    private static Totals settled() {
      Totals totals = new Totals(new SimpleMeterRegistry(), () -> MadeUpActivity.NOW);
      Random random = new Random(5);
      for (int i = 0; i < 4_000; i++) {
        double need = Math.pow(random.nextDouble(), 0.7);
        totals.settled(need, random.nextDouble() < 0.92 * need + 0.03);
      }
      return totals;
    }

    @Bean
    ForecastPage page() {
      return new ForecastPage();
    }

    @Bean
    OpenPaths pagePaths() {
      return new OpenPaths(ForecastPage.PATHS);
    }

    @Bean
    ReactiveJwtDecoder decoder() {
      return token ->
          switch (token) {
            case "admin" -> Mono.just(jwt(token, "kintsugi.admin"));
            case "user" -> Mono.just(jwt(token, "openid kintsugi.any-user"));
            default -> Mono.error(new BadJwtException("forged"));
          };
    }

    private static Jwt jwt(String token, String scope) {
      return Jwt.withTokenValue(token)
          .header("alg", "none")
          .subject("ops")
          .claim("client_id", "ops")
          .claim("scope", scope)
          .build();
    }
  }

  private final ConfigurableApplicationContext context;
  private final HttpClient http = HttpClient.newHttpClient();

  ForecastHost() {
    context =
        new SpringApplicationBuilder(App.class)
            .properties(
                "kintsugi.cluster.slot-hash-key=000102030405060708090a0b0c0d0e0f",
                "kintsugi.cluster.session-id-key=000102030405060708090a0b0c0d0e0f",
                "kintsugi.cluster.internal-secret=0123456789abcdef",
                "kintsugi.cluster.issuer=http://127.0.0.1:1")
            .run("--server.port=0");
  }

  MadeUpActivity activity() {
    return context.getBean(MadeUpActivity.class);
  }

  String url(String path) {
    return "http://127.0.0.1:"
        + context.getEnvironment().getRequiredProperty("local.server.port")
        + path;
  }

  /** GET with a token; empty: without. */
  HttpResponse<String> get(String path, String token) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url(path)));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    http.close();
    context.close();
  }
}
