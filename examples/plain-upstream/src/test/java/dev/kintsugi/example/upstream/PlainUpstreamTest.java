package dev.kintsugi.example.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PlainUpstreamTest {

  private final ECKey key = key();
  private final HttpClient http = HttpClient.newHttpClient();
  private HttpServer gateway;
  private PlainUpstream upstream;

  private static ECKey key() {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID("k").generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void open() throws Exception {
    gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    gateway.createContext(
        "/keys",
        exchange -> {
          byte[] keys = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, keys.length);
          exchange.getResponseBody().write(keys);
          exchange.close();
        });
    gateway.start();
    upstream =
        new PlainUpstream(
            0, URI.create("http://127.0.0.1:" + gateway.getAddress().getPort() + "/keys"));
  }

  @AfterEach
  void close() {
    http.shutdownNow();
    upstream.close();
    gateway.stop(0);
  }

  private String signed(ECKey by, String audience, String method, String target, Duration life)
      throws Exception {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType("kintsugi-session+jwt"))
                .keyID("k")
                .build(),
            new JWTClaimsSet.Builder()
                .issuer("kintsugi")
                .audience(audience)
                .subject("<alice>")
                .expirationTime(Date.from(Instant.now().plus(life)))
                .claim("sid", "s")
                .claim("req", Map.of("method", method, "target", target))
                .claim(
                    "areas",
                    Map.of("mailbox-list", Map.of("version", 1, "attributes", Map.of("unread", 3))))
                .build());
    jwt.sign(new ECDSASigner(by));
    return jwt.serialize();
  }

  private HttpResponse<String> send(String method, String path, String state, String body)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + upstream.port() + path))
            .method(method, BodyPublishers.ofString(body));
    if (!state.isEmpty()) {
      request.header("Kintsugi-Session", state);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static final Duration LIFE = Duration.ofSeconds(30);

  @Test
  void a_page_shows_what_the_session_says() throws Exception {
    HttpResponse<String> answer =
        send("GET", "/mail/", signed(key, "mail", "GET", "/mail/", LIFE), "");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("inbox of &lt;alice&gt;", "3 unread", "mail server: no");
  }

  @Test
  void a_change_goes_back_as_a_patch() throws Exception {
    HttpResponse<String> answer =
        send(
            "POST",
            "/mail/theme",
            signed(key, "mail", "POST", "/mail/theme", LIFE),
            "theme=light+blue%22");
    assertThat(answer.statusCode()).isEqualTo(303);
    byte[] patch =
        Base64.getUrlDecoder().decode(answer.headers().firstValue("Kintsugi-Patch").orElseThrow());
    assertThat(new String(patch, StandardCharsets.UTF_8))
        .isEqualTo("{\"areas\":{\"settings\":{\"patch\":{\"theme\":\"light blue\\\"\"}}}}");
  }

  @Test
  void nobody_but_the_gateway_for_this_request_is_believed() throws Exception {
    assertThat(send("GET", "/mail/", "", "").statusCode()).isEqualTo(401);
    assertThat(send("GET", "/mail/", "a.b.c", "").statusCode()).isEqualTo(401);
    for (String state :
        new String[] {
          signed(key(), "mail", "GET", "/mail/", LIFE),
          signed(key, "other", "GET", "/mail/", LIFE),
          signed(key, "mail", "POST", "/mail/", LIFE),
          signed(key, "mail", "GET", "/mail/?a", LIFE),
          signed(key, "mail", "GET", "/mail/", Duration.ofMinutes(-5))
        }) {
      assertThat(send("GET", "/mail/", state, "").statusCode()).isEqualTo(401);
    }
    assertThat(send("GET", "/mail/x", signed(key, "mail", "GET", "/mail/x", LIFE), "").statusCode())
        .isEqualTo(404);
  }
}
