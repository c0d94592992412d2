package dev.kintsugi.local.demo.replay;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The public API over one map in memory, with faults to order. */
public final class FakeGateway implements AutoCloseable {

  /** What happens to a request that a test has chosen. */
  public enum Mischief {
    /** It is answered as applied, but is not. */
    LOSE,
    /** It is applied, but answered as unknown. */
    APPLY_AND_SAY_UNKNOWN,
    /** It is refused. */
    REFUSE,
    /** The connection ends without an answer. */
    HANG_UP
  }

  private record Shard(long version, Map<String, String> attributes) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Shard> shards = new ConcurrentHashMap<>();
  private final AtomicInteger sessions = new AtomicInteger();
  private final AtomicInteger tokens = new AtomicInteger();
  final List<String> log = new java.util.concurrent.CopyOnWriteArrayList<>();
  final ConcurrentLinkedQueue<String> authorizations = new ConcurrentLinkedQueue<>();
  public volatile Predicate<String> chosen = _ -> false;
  public volatile Mischief mischief = Mischief.REFUSE;
  volatile boolean stall;

  /** So many readings of whole sessions are refused for now. */
  final AtomicInteger busy = new AtomicInteger();

  /** Calls about sessions wait for it. */
  public volatile CountDownLatch gate = new CountDownLatch(0);

  public FakeGateway() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void handle(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String what = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    log.add(what + " " + body);
    authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    String[] path = exchange.getRequestURI().getPath().split("/", -1);
    if (path[2].equals("grants")) {
      grants(exchange, path);
      return;
    }
    pass();
    if (path.length == 3) {
      create(exchange, body);
    } else if (path.length == 4) {
      exchange.sendResponseHeaders(204, -1);
      exchange.close();
    } else if (path.length == 5) {
      rebuild(exchange, path[3]);
    } else {
      area(exchange, path[3] + "/" + path[5], chosen.test(what + " " + body), body);
    }
  }

  private void pass() throws IOException {
    try {
      var _ = gate.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private void grants(HttpExchange exchange, String[] path) throws IOException {
    if (path.length == 4) {
      answer(exchange, 201, "{}");
      return;
    }
    if (stall) {
      exchange.getResponseHeaders().set("Token-Stall", "true");
    }
    answer(
        exchange,
        200,
        "{\"accessToken\":\"fetched-%d\",\"expiresAt\":\"%s\",\"generation\":1}"
            .formatted(tokens.incrementAndGet(), Instant.now().plusSeconds(60)));
  }

  private void create(HttpExchange exchange, String body) throws IOException {
    String id = "session-" + sessions.incrementAndGet();
    Answers.tree(body)
        .path("areas")
        .properties()
        .forEach(
            e -> shards.put(id + "/" + e.getKey(), patched(new Shard(0, Map.of()), e.getValue())));
    answer(exchange, 201, "{\"sessionId\":\"" + id + "\"}");
  }

  private void rebuild(HttpExchange exchange, String id) throws IOException {
    if (busy.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      answer(exchange, 503, "{}");
      return;
    }
    ObjectNode body = Answers.JSON.createObjectNode();
    ObjectNode areas = body.putObject("areas");
    shards.forEach((key, shard) -> {
      if (key.startsWith(id + "/")) {
        ObjectNode area = areas.putObject(key.substring(id.length() + 1));
        area.put("version", shard.version());
        ObjectNode attributes = area.putObject("attributes");
        shard.attributes().forEach(attributes::put);
      }
    });
    answer(exchange, 200, body.toString());
  }

  private void area(HttpExchange exchange, String key, boolean bad, String body)
      throws IOException {
    if (bad && mischief == Mischief.HANG_UP) {
      exchange.close();
      return;
    }
    if (bad && mischief == Mischief.REFUSE) {
      answer(exchange, 503, "{\"title\":\"no owner\",\"outcome\":\"refused\"}");
      return;
    }
    Shard shard = shards.get(key);
    if (exchange.getRequestMethod().equals("PATCH")) {
      JsonNode patch = bad && mischief == Mischief.LOSE ? Answers.tree("{}") : Answers.tree(body);
      shard = shards.compute(key, (_, s) -> patched(s, patch));
    }
    if (bad && mischief == Mischief.APPLY_AND_SAY_UNKNOWN) {
      answer(exchange, 504, "{\"title\":\"too late\",\"outcome\":\"unknown\"}");
      return;
    }
    exchange.getResponseHeaders().set("ETag", "\"" + shard.version() + "\"");
    answer(exchange, 200, "{\"version\":" + shard.version() + "}");
  }

  private static Shard patched(Shard shard, JsonNode patch) {
    Map<String, String> attributes = new TreeMap<>(shard.attributes());
    patch
        .properties()
        .forEach(e -> {
          if (e.getValue().isNull()) {
            attributes.remove(e.getKey());
          } else {
            attributes.put(e.getKey(), e.getValue().stringValue());
          }
        });
    return new Shard(shard.version() + 1, attributes);
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
