package dev.kintsugi.tokens.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.kit.TestIssuer;
import dev.kintsugi.tokens.adapter.redis.RedisProcesses;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service on a Redis Cluster and behind a Sentinel, as its URL says. */
@Timeout(120)
class ServiceOnClusterIT {

  @TempDir static Path directory;

  private static TestIssuer issuer;
  private static TestProvider provider;
  private static RedisProcesses servers;
  private static List<Integer> ports;
  private static int sentinel;

  @BeforeAll
  static void start() throws Exception {
    issuer = new TestIssuer();
    provider = new TestProvider();
    servers = new RedisProcesses(directory);
    ports = servers.startCluster(3);
    sentinel = servers.startSentinel("main", servers.start());
  }

  @AfterAll
  static void stop() {
    servers.close();
    provider.close();
    issuer.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cluster", "sentinel"})
  void a_grant_lives_from_put_to_delete(String where) throws Exception {
    String application = TokensOnRedis.token(issuer, "webmail", "webmail", "kintsugi.any-user");
    String url =
        where.equals("cluster")
            ? RedisProcesses.clusterUrl(ports)
            : "redis-sentinel://" + RedisProcesses.CREDENTIALS + "@127.0.0.1:" + sentinel + "#main";
    try (TestService service = service(url)) {
      for (int i = 0; i < 12; i++) {
        String id = where + "-" + i;
        HttpResponse<String> put =
            service.put("/v1/grants/" + id, application, TokensOnRedis.body(id + ".0", 1));
        assertThat(put.statusCode()).as(put.body()).isEqualTo(201);
        HttpResponse<String> token = service.get("/v1/grants/" + id + "/access-token", application);
        assertThat(token.statusCode()).as(token.body()).isEqualTo(200);
        assertThat(token.body()).contains("access-" + id + ".1");
        assertThat(provider.calls(id)).isEqualTo(1);
        assertThat(service.delete("/v1/grants/" + id, application).statusCode()).isEqualTo(204);
        assertThat(service.get("/v1/grants/" + id, application).statusCode()).isEqualTo(404);
      }
      assertThat(service.get("/actuator/health", "").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void a_url_that_is_none_stops_the_start_and_shows_no_password() {
    assertThatThrownBy(() -> service("redis://app:topsecret@a:1,b:2").close())
        .hasStackTraceContaining(
            "kintsugi.tokens.redis-url names several servers: write redis-cluster://")
        .satisfies(refusal -> {
          for (Throwable each = refusal; each != null; each = each.getCause()) {
            assertThat(String.valueOf(each.getMessage())).doesNotContain("topsecret");
          }
        });
  }

  private static TestService service(String url) {
    return new TestService(
        issuer.url(),
        url,
        "--kintsugi.tokens.providers.idp.token-endpoint=" + provider.url() + "/token",
        "--kintsugi.tokens.providers.idp.client-id=webmail");
  }
}
