package dev.kintsugi.gateway.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {

  private static final URI ORIGIN = URI.create("http://upstream:8080");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/mail",
        "/mail/",
        "/mail/a%20b",
        "/mail/%C3%A9",
        "/mail/...",
        "/mail/a..b",
        "/a/100%25",
        "/mail/@x:1",
        "/mail/a+b"
      })
  void honest_paths_stay_as_they_are(String path) {
    RequestTarget target = new RequestTarget(path, Optional.of("a=1&b=%2e%2e/"));
    assertThat(target.at(ORIGIN)).hasToString("http://upstream:8080" + path + "?a=1&b=%2e%2e/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "mail",
        "//",
        "/a//b",
        "/.",
        "/..",
        "/a/%2e",
        "/a/%2E%2e/b",
        "/a%2fb",
        "/a%5cb",
        "/a;b",
        "/a%3bb",
        "/%00",
        "/a%0d%0ab",
        "/%252e",
        "/%25%32%65",
        "/%",
        "/%2",
        "/%g0",
        "/%+1",
        "/%c0%ae",
        "/%ed%a0%80",
        "/%ff",
        "/a b",
        "/a\\b",
        "/é",
        "/a?b",
        "/a#b",
        "/\u0001"
      })
  void paths_with_a_second_meaning_are_refused(String path) {
    assertThatThrownBy(() -> new RequestTarget(path, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a#b", "a\r\nb", "é"})
  void queries_that_could_end_their_line_are_refused(String query) {
    assertThatThrownBy(() -> new RequestTarget("/", Optional.of(query)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void whatever_is_accepted_leads_to_the_origin_and_nowhere_up(long seed) {
    String[] pieces = {
      "/", ".", "..", "%2e", "%2f", "%25", "a", "@b", ":", ";", "\\", "%", "?", "2e"
    };
    Random random = new Random(seed);
    int accepted = 0;
    for (int i = 0; i < 20_000; i++) {
      StringBuilder path = new StringBuilder("/");
      for (int j = random.nextInt(6); j > 0; j--) {
        path.append(pieces[random.nextInt(pieces.length)]);
      }
      URI uri;
      try {
        uri = new RequestTarget(path.toString(), Optional.empty()).at(ORIGIN);
      } catch (IllegalArgumentException e) {
        continue;
      }
      accepted++;
      assertThat(uri.getHost()).isEqualTo("upstream");
      assertThat(uri.getPort()).isEqualTo(8080);
      assertThat(uri.normalize()).isEqualTo(uri);
      assertThat(URI.create("http://x" + uri.getPath().replace("%", "%25")).normalize().getPath())
          .isEqualTo(uri.getPath());
    }
    assertThat(accepted).isPositive();
  }
}
