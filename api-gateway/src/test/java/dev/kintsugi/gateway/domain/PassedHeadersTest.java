package dev.kintsugi.gateway.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PassedHeadersTest {

  @Test
  void what_belongs_to_the_connection_or_is_named_by_it_stays() {
    assertThat(
            PassedHeaders.toUpstream(
                Map.of(
                    "Connection", List.of("close, X-Secret", "X-Other"),
                    "X-Secret", List.of("1"),
                    "X-OTHER", List.of("1"),
                    "Keep-Alive", List.of("5"),
                    "TE", List.of("trailers"),
                    "Upgrade", List.of("websocket"),
                    "Transfer-Encoding", List.of("chunked"),
                    "Content-Length", List.of("1"),
                    "Host", List.of("evil"),
                    "Accept", List.of("text/html", "*/*"))))
        .isEqualTo(Map.of("accept", List.of("text/html", "*/*")));
  }

  @Test
  void values_that_could_begin_a_line_of_their_own_are_dropped() {
    assertThat(
            PassedHeaders.toClient(
                Map.of(
                    "X-A", List.of("a\r\nSet-Cookie: b", "fine"),
                    "X-B", List.of("\u0000"),
                    "X-C", List.of("\u20ac"),
                    "X D", List.of("1"),
                    "X\r\nE", List.of("1"),
                    "", List.of("1"))))
        .isEqualTo(Map.of("x-a", List.of("fine")));
  }

  @Test
  void no_name_that_reads_as_one_of_the_gateways_own_passes() {
    assertThat(
            PassedHeaders.toUpstream(
                Map.of(
                    "kintsugi-session", List.of("1"),
                    "KINTSUGI-SESSION", List.of("1"),
                    "Kintsugi_Session", List.of("1"),
                    "Authorization", List.of("1"),
                    "shard-offset", List.of("1"),
                    "x-forwarded-anything", List.of("1"),
                    "Proxy-Anything", List.of("1"))))
        .isEmpty();
  }
}
