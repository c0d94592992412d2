package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.gateway.domain.Upstream;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class ApplicationSettingsTest {

  private static ApplicationSettings bind(Map<String, String> more) {
    Map<String, String> all = new HashMap<>();
    all.put("a.signing-key", "key.pem");
    all.put("a.upstreams.mail.url", "http://127.0.0.1:8080");
    all.put("a.routes[0].path", "/mail/**");
    all.put("a.routes[0].upstream", "mail");
    all.putAll(more);
    return new Binder(new MapConfigurationPropertySource(all))
        .bindOrCreate("a", ApplicationSettings.class);
  }

  @Test
  void the_defaults_are_good() {
    var edge = bind(Map.of()).edge();
    assertThat(edge.routes()).hasSize(1);
    assertThat(edge.routes().getFirst().methods()).containsExactly("GET");
    assertThat(edge.routes().getFirst().upstream().maxConcurrent()).isEqualTo(64);
    assertThat(bind(Map.of("a.routes[0].access-token", "if-granted"))).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({
    "signing-key, '', signing-key must name",
    "upstreams.mail.url, '', upstreams.mail: url",
    "upstreams.mail.url, 127.0.0.1:8080, upstreams.mail",
    "upstreams.mail.url, ftp://x, upstreams.mail: url",
    "upstreams.mail.url, http://x/path, upstreams.mail: url",
    "upstreams.mail.url, http://user@x, upstreams.mail: url",
    "upstreams.mail.url, http://x?q, upstreams.mail: url",
    "upstreams.mail.url, http://x#f, upstreams.mail: url",
    "upstreams.mail.url, http://x:99999, upstreams.mail: url",
    "upstreams.mail.url, http:///x, upstreams.mail: url",
    "upstreams.mail.max-concurrent, 0, max-concurrent must be",
    "upstreams.mail.header-timeout, 0s, header-timeout must be",
    "upstreams.mail.header-timeout, 11s, header-timeout must be",
    "upstreams.mail.deadline, 3m, deadline must be",
    "upstreams.mail.max-answer-bytes, 0, max-answer-bytes must be",
    "upstreams.Mail.url, http://x, the name must be",
    "routes[0].upstream, other, upstream must be one of [mail]",
    "routes[0].methods, TRACE, methods must be",
    "routes[0].areas, session, areas must not name session",
    "routes[0].areas, Settings, an area",
    "state-life, 0s, state-life must be",
    "max-state-bytes, 100, max-state-bytes must be",
    "max-patch-bytes, 100000, max-patch-bytes must be",
  })
  void what_cannot_work_stops_the_start_with_its_key(String key, String value, String message) {
    assertThatThrownBy(() -> bind(Map.of("a." + key, value))).hasStackTraceContaining(message);
  }

  @Test
  void an_upstream_at_the_gateways_own_address_stops_the_start() {
    for (String url :
        new String[] {
          "http://localhost:39999",
          "http://127.0.0.2:39999",
          "http://[::1]:39999",
          "http://Gateway.example:39999"
        }) {
      Upstream upstream =
          bind(Map.of("a.upstreams.mail.url", url)).edge().routes().getFirst().upstream();
      assertThatThrownBy(() -> ApplicationWiring.refuseLoop(upstream, "gateway.example", 39_999))
          .hasMessageContaining("upstreams.mail: url is this gateway's own address");
      ApplicationWiring.refuseLoop(upstream, "gateway.example", 39_998);
    }
  }
}
