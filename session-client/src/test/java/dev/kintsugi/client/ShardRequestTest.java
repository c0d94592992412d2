package dev.kintsugi.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.SlotId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardRequestTest {

  private static final SlotId SLOT = new SlotId(Area.SESSION, 0);

  @Test
  void only_a_safe_request_that_shows_what_was_seen_may_be_answered_by_a_standby() {
    assertThat(ShardRequest.to(SLOT, "GET", "/x").build().mayAskStandby()).isFalse();
    assertThat(
            ShardRequest.to(SLOT, "GET", "/x").header("shard-offset", "1").build().mayAskStandby())
        .isTrue();
    assertThat(
            ShardRequest.to(SLOT, "PUT", "/x").header("Shard-Offset", "1").build().mayAskStandby())
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "v1", "//evil/", "/a b", "/a\r\nX: y", "/a\u0000"})
  void a_path_that_would_break_the_request_line_is_refused(String path) {
    assertThatThrownBy(() -> ShardRequest.to(SLOT, "GET", path))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Host", "content-length", "Transfer-Encoding", "Connection", "X Y", ""})
  void headers_of_the_connection_are_refused(String name) {
    assertThatThrownBy(() -> ShardRequest.to(SLOT, "GET", "/").header(name, "x"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_header_cannot_smuggle_another() {
    assertThatThrownBy(() -> ShardRequest.to(SLOT, "GET", "/").header("X", "a\r\nY: b"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ä", "a\tb", "a\nb"})
  void a_bad_idempotency_key_is_refused(String key) {
    assertThatThrownBy(() -> ShardRequest.to(SLOT, "PUT", "/").idempotencyKey(key))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void an_idempotency_key_has_at_most_128_characters() {
    assertThat(ShardRequest.isIdempotencyKey("x".repeat(128))).isTrue();
    assertThat(ShardRequest.isIdempotencyKey("x".repeat(129))).isFalse();
  }

  @Test
  void get_and_head_are_safe_and_others_only_if_said_so() {
    assertThat(ShardRequest.to(SLOT, "get", "/").build().safe()).isTrue();
    assertThat(ShardRequest.to(SLOT, "DELETE", "/").build().safe()).isFalse();
    assertThat(ShardRequest.to(SLOT, "POST", "/").safe().build().safe()).isTrue();
  }
}
