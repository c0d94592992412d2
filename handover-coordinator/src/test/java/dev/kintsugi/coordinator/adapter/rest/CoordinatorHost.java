package dev.kintsugi.coordinator.adapter.rest;

import dev.kintsugi.coordinator.domain.Coordinator;
import dev.kintsugi.coordinator.domain.CoordinatorId;
import dev.kintsugi.coordinator.domain.Event;
import dev.kintsugi.coordinator.domain.Limits;
import dev.kintsugi.coordinator.domain.Now;
import dev.kintsugi.coordinator.domain.ProbeResult;
import dev.kintsugi.coordinator.domain.Settings;
import dev.kintsugi.coordinator.domain.Timing;
import dev.kintsugi.coordinator.runtime.CoordinatorLoop;
import dev.kintsugi.coordinator.runtime.MapLog;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.ShardMapLog.Entry;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** The whole REST interface on a free port over a real loop, with a log in memory. */
final class CoordinatorHost implements AutoCloseable {

  static final String SECRET = "0123456789abcdef-internal";

  /** Where somebody was sent to knock; all answer. */
  static final BlockingQueue<URI> KNOCKS = new LinkedBlockingQueue<>();

  /** The log; reads its own appends back on a thread of its own. */
  static final class MemoryLog implements MapLog, AutoCloseable {

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final AtomicReference<CoordinatorLoop> loop = new AtomicReference<>();
    private final List<Entry> entries = new ArrayList<>();

    /** Tables, and what comes after them, wait until it opens. */
    final AtomicReference<CompletableFuture<Void>> gate =
        new AtomicReference<>(CompletableFuture.completedFuture(null));

    /** Counts the tables that have come to the gate. */
    final AtomicInteger tables = new AtomicInteger();

    void follow(CoordinatorLoop follower) {
      loop.set(follower);
      follower.read(List.of(new Event.ReachedEnd()));
    }

    @Override
    public CompletableFuture<?> append(Entry entry) {
      return CompletableFuture.runAsync(
          () -> {
            if (entry instanceof Entry.Table) {
              tables.incrementAndGet();
              gate.get().join();
            }
            entries.add(entry);
            loop.get().read(List.of(new Event.Read(entries.size() - 1, entry)));
          },
          thread);
    }

    @Override
    public void renew() {}

    @Override
    public void close() {
      thread.shutdownNow();
    }
  }

  /** The service under test. */
  @SpringBootConfiguration
  @EnableAutoConfiguration
  static class App {

    static final Areas AREAS =
        Areas.of(
            List.of(
                new AreaPolicy(Area.SESSION, 4, 2, 1000),
                new AreaPolicy(new Area("settings"), 4, 2, 1000)));

    @Bean
    MemoryLog memoryLog() {
      return new MemoryLog();
    }

    @Bean
    EventStream eventStream() {
      return new EventStream();
    }

    @Bean(destroyMethod = "close")
    CoordinatorLoop loop(MemoryLog log, EventStream events) {
      CoordinatorLoop loop =
          new CoordinatorLoop(
              new Coordinator(
                  new Settings(
                      new CoordinatorId("coordinator-4"),
                      "http://127.0.0.1:1",
                      AREAS,
                      patient(),
                      new Limits(2, 4, 8, 256),
                      Duration.ofMillis(10),
                      100),
                  new Incarnation(7)),
              log,
              knock -> {
                KNOCKS.add(knock);
                return CompletableFuture.completedFuture(ProbeResult.ANSWERED);
              },
              events,
              () -> new Now(System.nanoTime(), Instant.now()),
              Duration.ofMillis(10),
              256);
      loop.start();
      log.follow(loop);
      return loop;
    }

    /** Takes the lead soon, and gives nobody up while a test runs. */
    private static Timing patient() {
      Duration forever = Duration.ofMinutes(20);
      return new Timing(
          forever.dividedBy(4),
          forever.dividedBy(2),
          forever.dividedBy(4).multipliedBy(3),
          8,
          forever,
          forever,
          forever,
          Duration.ZERO,
          Duration.ofSeconds(10),
          forever,
          Duration.ofMillis(200),
          Duration.ofMillis(500),
          Duration.ofMillis(20),
          forever,
          forever);
    }

    @Bean
    RouterFunction<ServerResponse> routes(
        CoordinatorLoop loop, EventStream events, MeterRegistry meters) {
      return new HeartbeatRoutes(loop, "coordinator-4", AREAS, meters)
          .routes()
          .and(new AdminRoutes(loop).routes())
          .and(events.routes());
    }

    @Bean
    ReactiveJwtDecoder decoder() {
      return token ->
          switch (token) {
            case "admin" -> Mono.just(jwt(token, "kintsugi.admin"));
            case "user" -> Mono.just(jwt(token, "openid"));
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

  CoordinatorHost() {
    context =
        new SpringApplicationBuilder(App.class)
            .properties(
                "management.endpoint.health.validate-group-membership=false",
                "kintsugi.cluster.slot-hash-key=000102030405060708090a0b0c0d0e0f",
                "kintsugi.cluster.session-id-key=000102030405060708090a0b0c0d0e0f",
                "kintsugi.cluster.internal-secret=" + SECRET,
                "kintsugi.cluster.issuer=http://127.0.0.1:1")
            .run("--server.port=0");
  }

  <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  HttpRequest.Builder to(String path) {
    String port = context.getEnvironment().getRequiredProperty("local.server.port");
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  HttpRequest.Builder admin(String path) {
    return to(path).header("Authorization", "Bearer admin");
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<byte[]> heartbeat(byte[] body) throws Exception {
    return internal("/internal/v1/heartbeats", body);
  }

  HttpResponse<byte[]> words(byte[] body) throws Exception {
    return internal("/internal/v1/words", body);
  }

  private HttpResponse<byte[]> internal(String path, byte[] body) throws Exception {
    return http.send(
        to(path)
            .header("Content-Type", "application/x-protobuf")
            .header("Kintsugi-Internal", SECRET)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  HttpClient http() {
    return http;
  }

  @Override
  public void close() {
    context.close();
  }
}
