package dev.kintsugi.tokens.adapter.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.forecast.ModelShare.Written;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ActivityCodecTest {

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Until the topic is compacted, the model of a user who is forgotten stands before it. */
  @ParameterizedTest
  @ValueSource(strings = {"alice", "a/b", "a b", "u/", "s", "\u00e4\ud83d\ude00"})
  void that_a_user_is_forgotten_can_be_read_again(String name) {
    Written gone =
        new Written(Optional.of(user("https://mail.example/app", name)), -1, Optional.empty());
    assertThat(ActivityCodec.value(gone)).isNull();
    assertThat(ActivityCodec.written(ActivityCodec.key(gone), null)).contains(gone);
  }

  private static UserKey user(String application, String name) {
    return new UserKey(new ApplicationId(application), new UserId(name));
  }

  @Test
  void no_two_users_have_one_key() {
    Written one = new Written(Optional.of(user("a/b", "c")), 0, Optional.empty());
    Written other = new Written(Optional.of(user("a", "b/c")), 0, Optional.empty());
    assertThat(ActivityCodec.key(one)).isNotEqualTo(ActivityCodec.key(other));
  }

  @Test
  void what_names_no_user_is_not_of_one() {
    assertThat(ActivityCodec.written(null, null)).isEmpty();
    assertThat(ActivityCodec.written(bytes("s"), null)).isEmpty();
    assertThat(ActivityCodec.written(bytes("u"), null)).isEmpty();
    assertThat(ActivityCodec.written(bytes("u/"), null)).isEmpty();
    assertThat(ActivityCodec.written(bytes("u/webmail"), null)).isEmpty();
    assertThat(ActivityCodec.written(bytes("u/webmail "), null)).isEmpty();
  }
}
