package dev.kintsugi.node.adapter.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.GrantRef;
import dev.kintsugi.node.domain.GrantVerdict;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a node makes of a token service's answers. */
@Timeout(60)
class HttpTokenServiceTest {

  private static final GrantRef G = new GrantRef(new ApplicationId("webmail"), "g");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final HttpClient http = HttpClient.newHttpClient();
  private volatile String answer = "";
  private HttpServer server;
  private HttpTokenService tokens;

  @BeforeEach
  void open() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    server.createContext(
        "/internal/v1/grants/verdicts",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
    tokens =
        new HttpTokenService(
            http, URI.create("http://127.0.0.1:" + server.getAddress().getPort()), "secret");
  }

  @AfterEach
  void close() {
    server.stop(0);
    http.shutdownNow();
  }

  private Map<GrantRef, GrantVerdict> said(String verdict) throws Exception {
    answer = "{\"verdicts\":[{\"application\":\"webmail\",\"id\":\"g\"," + verdict + "}]}";
    return tokens.judge(List.of(G), PATIENCE).get();
  }

  @Test
  void a_revoked_grant_comes_with_whose_it_was_where_that_is_known() throws Exception {
    assertThat(said("\"verdict\":\"revoked\",\"reason\":\"invalid_grant\",\"userId\":\"alice\""))
        .containsEntry(
            G, new GrantVerdict.Revoked("invalid_grant", Optional.of(new UserId("alice"))));
    assertThat(said("\"verdict\":\"revoked\",\"reason\":\"deleted\""))
        .containsEntry(G, new GrantVerdict.Revoked("deleted"));
  }

  @Test
  void what_cannot_be_a_user_is_none() throws Exception {
    for (String user : List.of("\"\"", "7", "null", "{}", "\"" + "x".repeat(300) + "\"")) {
      assertThat(said("\"verdict\":\"revoked\",\"reason\":\"deleted\",\"userId\":" + user))
          .containsEntry(G, new GrantVerdict.Revoked("deleted"));
    }
  }

  @Test
  void an_unknown_word_is_no_verdict() throws Exception {
    assertThat(said("\"verdict\":\"valid\",\"usableMillis\":1000"))
        .containsEntry(G, new GrantVerdict.Valid(Duration.ofSeconds(1)));
    assertThat(said("\"verdict\":\"perhaps\"")).isEmpty();
    assertThat(said("\"verdict\":\"valid\",\"usableMillis\":-1")).isEmpty();
  }
}
