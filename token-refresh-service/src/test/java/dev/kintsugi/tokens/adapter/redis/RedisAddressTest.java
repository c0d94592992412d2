package dev.kintsugi.tokens.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisAddressTest {

  @Test
  void one_server() {
    RedisURI uri = single("redis://app:p%40ss%2Bw+d@redis.example:6380/2");
    assertThat(uri.getHost()).isEqualTo("redis.example");
    assertThat(uri.getPort()).isEqualTo(6380);
    assertThat(uri.getDatabase()).isEqualTo(2);
    assertThat(uri.isSsl()).isFalse();
    assertThat(credentials(uri)).isEqualTo("app p@ss+w+d");
    assertThat(credentials(single("redis://only-password@h"))).isEqualTo("null only-password");
    assertThat(credentials(single("redis://:only-password@h"))).isEqualTo("null only-password");
    assertThat(credentials(single("redis://a:b:c@d@h"))).isEqualTo("a b:c@d");
    assertThat(single("redis://h").getPort()).isEqualTo(6379);
    assertThat(single("redis://[::1]:7000/").getHost()).isEqualTo("::1");
    assertThat(single("rediss://h").isSsl()).isTrue();
  }

  private static RedisURI single(String url) {
    return ((RedisAddress.Single) RedisAddress.parse(url)).uri();
  }

  @Test
  void sentinels_and_the_master_that_they_watch() {
    RedisURI uri =
        ((RedisAddress.Sentinel) RedisAddress.parse("rediss-sentinel://app:pw@a,b:7/3#main")).uri();
    assertThat(uri.getSentinelMasterId()).isEqualTo("main");
    assertThat(uri.getSentinels()).extracting(RedisURI::getHost).containsExactly("a", "b");
    assertThat(uri.getSentinels()).extracting(RedisURI::getPort).containsExactly(26379, 7);
    assertThat(uri.getSentinels()).allMatch(RedisURI::isSsl);
    assertThat(uri.getDatabase()).isEqualTo(3);
    assertThat(credentials(uri)).isEqualTo("app pw");
  }

  @Test
  void some_nodes_of_a_cluster() {
    List<RedisURI> seeds =
        ((RedisAddress.Cluster) RedisAddress.parse("redis-cluster://app:pw@a:1,b,[::1]:3")).seeds();
    assertThat(seeds).extracting(RedisURI::getHost).containsExactly("a", "b", "::1");
    assertThat(seeds).extracting(RedisURI::getPort).containsExactly(1, 6379, 3);
    assertThat(seeds).extracting(RedisAddressTest::credentials).containsOnly("app pw");
    assertThat(RedisAddress.parse("redis-cluster://one:1"))
        .isInstanceOf(RedisAddress.Cluster.class);
  }

  private static String credentials(RedisURI uri) {
    RedisCredentials known =
        Objects.requireNonNull(uri.getCredentialsProvider().resolveCredentials().block());
    return known.getUsername() + " " + new String(known.getPassword());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                  | must look like redis://host:port",
        "topsecret                           | must look like redis://host:port",
        "app:topsecret@host:1                | must look like redis://host:port",
        "redis://app:topsecret@              | must look like redis://host:port",
        "redis://app:topsecret@h?timeout=1s  | have no parameters",
        "http://app:topsecret@h              | must begin with redis://",
        "redis-socket://app:topsecret@h      | must begin with redis://",
        "redis://app:topsecret@h1:1,h2:2     | write redis-cluster:// for a Redis Cluster",
        "redis://app:topsecret@h#master      | goes with redis-sentinel:// only",
        "redis://app:topsecret@h/one         | must name the database by its number",
        "redis://app:topsecret@h:0           | names a port beyond 1 to 65535",
        "redis://app:topsecret@h:65536       | names a port beyond 1 to 65535",
        "redis://app:topsecret@h:port        | must name servers as host or host:port",
        "redis://app:topsecret%zz@h          | must be written as %25",
        "redis-sentinel://app:topsecret@h    | add #mymaster at the end",
        "redis-cluster://app:topsecret@h,,i  | must name servers as host or host:port",
        "redis-cluster://app:topsecret@h/1   | a Redis Cluster has only number 0: leave it out",
        "redis-cluster://app:topsecret@h#m   | goes with redis-sentinel:// only",
      })
  void what_is_no_address_is_refused_with_a_word_on_what_to_write(String url, String word) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisAddress.parse(url))
        .withMessageContaining(word)
        .satisfies(refusal -> {
          assertThat(refusal.getMessage()).doesNotContain("topsecret");
          assertThat(refusal).hasNoCause();
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "redis://app:topsecret@h",
        "redis-sentinel://app:topsecret@a,b#main",
        "redis-cluster://app:topsecret@a,b"
      })
  void a_password_is_not_printed(String url) {
    assertThat(RedisAddress.parse(url).toString()).doesNotContain("topsecret");
  }
}
