package dev.kintsugi.gateway.app;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardMaps;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.kit.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A real HTTP server that speaks a node's contract over a {@link StubStore}. */
final class StubNode implements AutoCloseable {

  record Seen(String method, String path, Map<String, List<String>> headers, String body) {
    String header(String name) {
      List<String> values = headers.get(name);
      return values == null ? "" : values.getFirst();
    }
  }

  private static final AtomicInteger SECRETS = new AtomicInteger();

  private final NodeId id;
  private final StubStore store;
  private final Areas areas;
  private final dev.kintsugi.core.SlotHash slotHash;
  private final ShardMaps maps;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final BlockingQueue<Seen> arrivals = new LinkedBlockingQueue<>();
  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private volatile boolean silent;
  private volatile int forced;
  private volatile boolean logsLost;
  private volatile String refusedArea = "";

  StubNode(
      NodeId id,
      StubStore store,
      Areas areas,
      dev.kintsugi.core.SlotHash slotHash,
      ShardMaps maps) {
    this.id = id;
    this.store = store;
    this.areas = areas;
    this.slotHash = slotHash;
    this.maps = maps;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  NodeId id() {
    return id;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** From now on accepts requests and does not answer, as a stopped process. */
  void fallSilent() {
    silent = true;
  }

  void speakAgain() {
    silent = false;
  }

  /** From now on answers everything with a status; 0: as it should. */
  void force(int status) {
    forced = status;
  }

  /** From now on cannot prove what it answers, as an owner that has lost its log. */
  void loseLogs() {
    logsLost = true;
  }

  /** From now on answers 503 to what concerns an area; empty: to nothing. */
  void refuse(String area) {
    refusedArea = area;
  }

  Seen awaitRequest() throws InterruptedException {
    Seen next = arrivals.poll(10, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no request arrived within 10 s");
    }
    return next;
  }

  List<Seen> seen() {
    return List.copyOf(seen);
  }

  void forget() {
    seen.clear();
    arrivals.clear();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Headers headers = exchange.getRequestHeaders();
    Seen request =
        new Seen(exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, body);
    // Before anybody can know of it: who hears of a request and changes its mind means the next
    // one.
    String[] path = exchange.getRequestURI().getRawPath().split("/");
    boolean refused = path.length > 5 && path[5].equals(refusedArea);
    seen.add(request);
    arrivals.add(request);
    if (silent) {
      try {
        closed.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return;
    }
    try {
      respond(exchange, request, path, refused);
    } catch (IOException e) {
      exchange.close();
    } catch (RuntimeException e) {
      send(exchange, StubStore.Answer.problem(500));
    }
  }

  private void respond(HttpExchange exchange, Seen request, String[] path, boolean refused)
      throws IOException {
    SlotId slot = slot(path, request);
    Headers to = exchange.getResponseHeaders();
    to.set("Shard-Slot", slot.toString());
    to.set("Shard-Epoch", "1.1");
    to.set("Shard-Offset", Long.toString(store.appends()));
    to.set("Shard-Map-Version", maps.current().version().toString());
    if (forced != 0) {
      send(exchange, StubStore.Answer.problem(forced));
      return;
    }
    if (refused) {
      send(exchange, StubStore.Answer.problem(503));
      return;
    }
    if (request.header("Authorization").isEmpty()) {
      send(exchange, StubStore.Answer.problem(401));
      return;
    }
    boolean owner = maps.current().owner(slot).stream().anyMatch(node -> node.id().equals(id));
    boolean standsBy =
        request.method().equals("GET")
            && path.length == 6
            && !request.header("Shard-offset").isEmpty();
    if (!owner && !standsBy) {
      send(exchange, StubStore.Answer.problem(421));
      return;
    }
    if (!owner || logsLost) {
      to.set("Shard-Stale", "true");
    }
    StubStore.Answer answer = answer(path, request, exchange);
    if (answer.version() > 0) {
      to.set("ETag", "\"" + answer.version() + "\"");
    }
    send(exchange, answer);
  }

  private SlotId slot(String[] path, Seen request) {
    if (path[2].equals("users")) {
      return areas.session().slotOf(placement(decoded(path[3])));
    }
    if (path.length == 3) {
      return areas.session().slotOf(newPlacement(request));
    }
    Area area = path.length > 5 ? new Area(path[5]) : Area.SESSION;
    return areas.slotOf(area, SessionId.parse(path[3]));
  }

  private PlacementKey placement(String user) {
    return slotHash.of(
        new dev.kintsugi.core.ApplicationId(TestIssuer.APPLICATION),
        new dev.kintsugi.core.UserId(user));
  }

  private PlacementKey newPlacement(Seen request) {
    String given = request.header("Kintsugi-placement");
    return given.isEmpty()
        ? placement(userOf(request))
        : new PlacementKey(Long.parseUnsignedLong(given, 16));
  }

  /** As a node does: the user that the body names, else the token's own. */
  private static String userOf(Seen request) {
    JsonNode named = object(request.body()).get("userId");
    if (named != null) {
      return named.stringValue();
    }
    String payload = request.header("Authorization").split("\\.", -1)[1];
    String claims =
        new String(java.util.Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8);
    return object(claims).get("sub").stringValue();
  }

  private StubStore.Answer answer(String[] path, Seen request, HttpExchange exchange) {
    boolean get = request.method().equals("GET");
    String key = request.header("Idempotency-key");
    if (!get && key.isEmpty()) {
      return StubStore.Answer.problem(500);
    }
    if (path[2].equals("users")) {
      return users(decoded(path[3]), get);
    }
    if (path.length == 3) {
      StubStore.Answer made = store.once(key, () -> create(request));
      String id = object(made.body()).get("sessionId").stringValue();
      exchange.getResponseHeaders().set("Location", url() + "/v1/sessions/" + id);
      return made;
    }
    SessionId session = SessionId.parse(path[3]);
    if (path.length == 4) {
      return get ? store.read(session) : store.once(key, () -> store.end(session));
    }
    if (path.length == 7) {
      Map<String, String> query = query(exchange.getRequestURI().getQuery());
      return store.changes(
          session, path[5], Long.parseLong(query.get("after")), Duration.parse(query.get("wait")));
    }
    if (get) {
      return store.read(session, path[5]);
    }
    Optional<String> ifMatch =
        Optional.of(request.header("If-match")).filter(value -> !value.isEmpty());
    ObjectNode body =
        request.method().equals("DELETE") ? Json.MAPPER.createObjectNode() : object(request.body());
    boolean patch = request.method().equals("PATCH");
    return store.once(key, () -> store.write(session, path[5], body, patch, ifMatch));
  }

  private StubStore.Answer create(Seen request) {
    byte[] secret = new byte[SessionId.SECRET_BYTES];
    java.nio.ByteBuffer.wrap(secret).putInt(SECRETS.incrementAndGet());
    ObjectNode body = object(request.body());
    if (request.header("Kintsugi-placement").isEmpty()) {
      body.put("userId", userOf(request));
    }
    return store.create(SessionId.of(newPlacement(request), secret), body);
  }

  private StubStore.Answer users(String user, boolean get) {
    List<String> facts = store.ofUser(user);
    if (get) {
      String all = "{\"sessions\":[" + String.join(",", facts) + "]}";
      return new StubStore.Answer(200, all, 0);
    }
    facts.forEach(fact -> store.end(SessionId.parse(object(fact).get("sessionId").stringValue())));
    return new StubStore.Answer(204, "", 0);
  }

  private static Map<String, String> query(String text) {
    Map<String, String> parsed = new java.util.HashMap<>();
    for (String pair : text.split("&", -1)) {
      parsed.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
    return parsed;
  }

  private static String decoded(String segment) {
    return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static ObjectNode object(String json) {
    return (ObjectNode) Json.MAPPER.readTree(json);
  }

  private static void send(HttpExchange exchange, StubStore.Answer answer) throws IOException {
    exchange
        .getResponseHeaders()
        .set(
            "Content-Type",
            answer.status() >= 400 ? "application/problem+json" : "application/json");
    exchange.getResponseHeaders().set("Node-Secret", "not for callers");
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
