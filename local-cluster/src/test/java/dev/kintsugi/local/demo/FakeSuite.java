package dev.kintsugi.local.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.local.demo.replay.FakeGateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A suite whose gateway is {@link FakeGateway} and whose administration is one small server. A
 * fault holds all requests up for a while and moves one slot.
 */
final class FakeSuite implements DemoSuite, AutoCloseable {

  static final int HELD_UP_MILLIS = 300;

  final FakeGateway gateway = new FakeGateway();
  final List<String> done = new CopyOnWriteArrayList<>();
  final List<String> lifetimes = new CopyOnWriteArrayList<>();
  final List<String> speeds = new CopyOnWriteArrayList<>();
  final List<String> handovers = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private int refreshes;

  FakeSuite() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    server.createContext("/admin/settings", this::settings);
    server.createContext("/admin/v1/activity-speed", this::speed);
    server.createContext(
        "/admin/v1/stats", e -> answer(e, "{\"refreshes\":%d}".formatted(refreshes += 7)));
    server.createContext(
        "/admin/v1/nodes",
        e ->
            answer(
                e,
                """
                {"nodes":[{"id":"node-1","owned":20},{"id":"node-2","owned":23},{"id":"node-3","owned":21}]}
                """));
    server.createContext(
        "/admin/v1/handovers",
        e -> answer(e, "{\"handovers\":[" + String.join(",", handovers) + "]}"));
    server.start();
    handovers.add(handover("\"from\":\"node-3\",", Instant.now().minusSeconds(60)));
    handovers.add(handover("", Instant.now().plusSeconds(60)));
  }

  private static String handover(String from, Instant at) {
    return "{\"number\":1,\"slot\":\"settings/3\",%s\"to\":\"node-1\",\"kind\":\"UNPLANNED\",\"published\":\"%s\"}"
        .formatted(from, at);
  }

  private void speed(HttpExchange exchange) throws IOException {
    speeds.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    answer(exchange, "{}");
  }

  private void settings(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    if (!body.isEmpty()) {
      lifetimes.add(body);
    }
    answer(exchange, "{\"accessTokenTtl\":\"PT2M\"}");
  }

  private static void answer(HttpExchange exchange, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private URI administration() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Override
  public URI gateway() {
    return gateway.url();
  }

  @Override
  public URI identityProvider() {
    return administration();
  }

  @Override
  public URI tokenService() {
    return administration();
  }

  /** The first does not listen. */
  @Override
  public List<URI> coordinators() {
    return List.of(URI.create("http://127.0.0.1:1"), administration());
  }

  /** Nothing is told of before the window. */
  @Override
  public String kafka() {
    return "127.0.0.1:1";
  }

  @Override
  public String adminToken() {
    return "admin";
  }

  @Override
  public void kill(String process) {
    done.add("kill " + process);
    holdUp();
  }

  @Override
  public void start(String process) {
    done.add("start " + process);
  }

  @Override
  public void pause(String process) {
    done.add("pause " + process);
    holdUp();
  }

  @Override
  public void resume(String process) {
    done.add("resume " + process);
  }

  private void holdUp() {
    handovers.addFirst(handover("\"from\":\"node-2\",", Instant.now()));
    CountDownLatch gate = new CountDownLatch(1);
    gateway.gate = gate;
    var _ = timer.schedule(gate::countDown, HELD_UP_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
    server.stop(0);
    gateway.close();
  }
}
