package dev.kintsugi.tokens.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.kit.TestCertificates;
import dev.kintsugi.kit.TestIssuer;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.embedded.RedisServer;

/** A Redis that speaks TLS only to clients that show a certificate it trusts. */
class RedisTlsIT {

  @TempDir static Path directory;

  private static TestIssuer issuer;
  private static TestProvider provider;
  private static TestCertificates ours;
  private static TestCertificates foreign;
  private static RedisServer redis;
  private static int tlsPort;

  @BeforeAll
  static void start() throws Exception {
    issuer = new TestIssuer();
    provider = new TestProvider();
    ours = TestCertificates.make(directory, "ours");
    foreign = TestCertificates.make(directory, "foreign");
    int plainPort;
    try (ServerSocket plain = new ServerSocket(0);
        ServerSocket encrypted = new ServerSocket(0)) {
      plainPort = plain.getLocalPort();
      tlsPort = encrypted.getLocalPort();
    }
    redis =
        RedisServer.newRedisServer()
            .port(plainPort)
            .bind("127.0.0.1")
            .setting("dir " + directory)
            .setting("save \"\"")
            .setting("tls-port " + tlsPort)
            .setting("tls-cert-file " + ours.certificatePem())
            .setting("tls-key-file " + ours.keyPem())
            .setting("tls-ca-cert-file " + ours.certificatePem())
            .setting("tls-auth-clients yes")
            .build();
    redis.start();
  }

  @AfterAll
  static void stop() throws IOException {
    redis.stop();
    provider.close();
    issuer.close();
  }

  private static TestService service(String scheme, List<String> bundle) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "--kintsugi.tokens.redis-ssl-bundle=store",
                "--kintsugi.tokens.redis-timeout=5s",
                "--kintsugi.tokens.policy=reactive",
                "--kintsugi.tokens.providers.idp.token-endpoint=" + provider.url() + "/token",
                "--kintsugi.tokens.providers.idp.client-id=webmail"));
    bundle.forEach(setting -> settings.add("--" + setting));
    return new TestService(
        issuer.url(), scheme + "://127.0.0.1:" + tlsPort, settings.toArray(String[]::new));
  }

  private static HttpResponse<String> put(TestService service, String grant) throws Exception {
    String application =
        TestIssuer.signed(
            issuer
                .alice()
                .claim("client_id", "webmail")
                .claim("scope", "kintsugi.any-user")
                .build());
    return service.put(
        "/v1/grants/" + grant,
        application,
        "{\"userId\":\"alice\",\"refreshToken\":\"r\",\"accessToken\":\"a\",\"expiresIn\":3600}");
  }

  private static List<String> only(TestCertificates of, String store) {
    return of.bundle("store").stream().filter(it -> it.contains("." + store + ".")).toList();
  }

  @Test
  void grants_are_kept_over_tls_with_either_scheme() throws Exception {
    for (String scheme : List.of("redis", "rediss")) {
      try (TestService service = service(scheme, ours.bundle("store"))) {
        HttpResponse<String> put = put(service, "over-" + scheme);
        assertThat(put.statusCode()).as(put.body()).isIn(200, 201, 204);
        assertThat(service.get("/actuator/health", "").statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void a_redis_that_is_not_trusted_gets_nothing() throws Exception {
    try (TestService service = service("redis", foreign.bundle("store"))) {
      assertThat(put(service, "lost").statusCode()).isEqualTo(503);
      assertThat(service.get("/actuator/health", "").statusCode()).isEqualTo(503);
    }
  }

  @Test
  void a_client_without_a_certificate_of_the_deployment_is_refused() throws Exception {
    List<String> foreignKey = new ArrayList<>(only(foreign, "keystore"));
    foreignKey.addAll(only(ours, "truststore"));
    for (List<String> bundle : List.of(only(ours, "truststore"), foreignKey)) {
      try (TestService service = service("redis", bundle)) {
        assertThat(put(service, "lost").statusCode()).isIn(503, 504);
        assertThat(service.get("/actuator/health", "").statusCode()).isEqualTo(503);
      }
    }
  }

  @Test
  void a_bundle_that_there_is_not_stops_the_start() {
    assertThatThrownBy(() -> service("redis", List.of()).close())
        .hasStackTraceContaining(
            "kintsugi.tokens.redis-ssl-bundle names the SSL bundle \"store\", which there is not");
  }
}
