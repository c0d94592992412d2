package dev.kintsugi.example.upstream;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A mailbox on one page: {@code GET /mail/} shows what the session says, {@code POST /mail/theme}
 * with {@code theme=light} changes a setting of it. Keeps nothing.
 */
public final class PlainUpstream implements AutoCloseable {

  private static final int LARGEST_FORM = 4096;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final SessionHeader sessions;

  PlainUpstream(int port, URI keys) throws IOException {
    // The gateway keeps idle connections for 30 s: they must not be closed here before.
    System.setProperty("sun.net.httpserver.idleInterval", "60");
    sessions = new SessionHeader(keys.toURL(), "mail");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(threads);
    server.createContext("/mail/", this::handle);
    server.start();
  }

  /** Arguments: the port, and where the gateway shows its public keys. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println(
          "usage: plain-upstream PORT http://GATEWAY/.well-known/kintsugi/jwks.json");
      System.exit(2);
    }
    var upstream = new PlainUpstream(Integer.parseInt(arguments[0]), URI.create(arguments[1]));
    System.out.println("http://127.0.0.1:" + upstream.port() + "/mail/ (through the gateway only)");
  }

  int port() {
    return server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Optional<Session> session =
          sessions.of(
              exchange.getRequestHeaders().getFirst("Kintsugi-Session"),
              exchange.getRequestMethod(),
              exchange.getRequestURI());
      String call = exchange.getRequestMethod() + ' ' + exchange.getRequestURI().getPath();
      if (session.isEmpty()) {
        answer(exchange, 401, "Only the gateway may ask.");
      } else if (call.equals("GET /mail/")) {
        String token = exchange.getRequestHeaders().getFirst("Authorization");
        answer(exchange, 200, page(session.get(), token != null));
      } else if (call.equals("POST /mail/theme")) {
        changeTheme(exchange);
      } else {
        answer(exchange, 404, "There is nothing here.");
      }
    }
  }

  private static void changeTheme(HttpExchange exchange) throws IOException {
    String form =
        new String(exchange.getRequestBody().readNBytes(LARGEST_FORM), StandardCharsets.UTF_8);
    if (!form.startsWith("theme=")) {
      answer(exchange, 400, "Say theme=light or theme=dark.");
      return;
    }
    String theme = URLDecoder.decode(form.substring("theme=".length()), StandardCharsets.UTF_8);
    String patch =
        JSONObjectUtils.toJSONString(
            Map.of("areas", Map.of("settings", Map.of("patch", Map.of("theme", theme)))));
    exchange
        .getResponseHeaders()
        .set(
            "Kintsugi-Patch",
            Base64.getUrlEncoder().encodeToString(patch.getBytes(StandardCharsets.UTF_8)));
    exchange.getResponseHeaders().set("Location", "/mail/");
    answer(exchange, 303, "Changed.");
  }

  private static String page(Session session, boolean hasToken) {
    return """
    <!doctype html>
    <title>Mail of %s</title>
    <body class="%s">
    <h1>%s of %s</h1>
    <p>%s unread. Access token for the mail server: %s.</p>
    <form method="post" action="/mail/theme"><input name="theme"><button>Change</button></form>
    """
        .formatted(
            escaped(session.user()),
            escaped(session.attribute("settings", "theme").orElse("plain")),
            escaped(session.attribute("mailbox-list", "folder").orElse("inbox")),
            escaped(session.user()),
            escaped(session.attribute("mailbox-list", "unread").orElse("0")),
            hasToken ? "yes" : "no");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
