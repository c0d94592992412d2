package dev.kintsugi.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserIdTest {

  @ParameterizedTest
  @ValueSource(strings = {"bob\ud83d", "\ude00bob", "b\ud83d\ud83do", "bob\ude00\ud83d", "\ud83d"})
  void half_of_a_surrogate_pair_is_refused_since_it_would_become_a_question_mark(String name) {
    assertThatThrownBy(() -> new UserId(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("whole characters");
  }

  @Test
  void whole_pairs_are_characters_like_others() {
    assertThat(new UserId("bob\ud83d\ude00").value()).hasSize(5);
    assertThat(new UserId("\ud83d\ude00".repeat(256)).value()).hasSize(512);
    assertThatThrownBy(() -> new UserId("\ud83d\ude00".repeat(257)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
