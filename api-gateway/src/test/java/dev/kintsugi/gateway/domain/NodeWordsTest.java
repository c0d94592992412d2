package dev.kintsugi.gateway.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.gateway.domain.NodeWords.Seen;
import dev.kintsugi.gateway.domain.NodeWords.Word;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NodeWordsTest {

  private static final long MILLI = 1_000_000;
  private static final NodeId A = new NodeId("node-a");
  private static final Incarnation LIFE = new Incarnation(1);
  private static final Word BROKEN = new Word(A, LIFE, Seen.BROKEN);
  private static final Word REFUSED = new Word(A, LIFE, Seen.REFUSED);

  private final NodeWords words = new NodeWords(Duration.ofMillis(300));
  private final long start = new Random(7).nextLong();

  @Test
  void a_thousand_requests_that_meet_the_same_dead_node_are_one_word() {
    assertThat(words.seen(BROKEN, start)).containsExactly(BROKEN);
    for (int i = 0; i < 1_000; i++) {
      assertThat(words.seen(BROKEN, start + i * MILLI / 10)).isEmpty();
    }
  }

  @Test
  void what_is_worse_is_said_at_once_and_the_same_again_later() {
    assertThat(words.seen(BROKEN, start)).hasSize(1);
    assertThat(words.seen(REFUSED, start + 1)).containsExactly(REFUSED);
    assertThat(words.seen(BROKEN, start + 299 * MILLI)).isEmpty();
    assertThat(words.seen(BROKEN, start + 300 * MILLI)).containsExactly(BROKEN);
  }

  @Test
  void another_life_is_another_matter() {
    assertThat(words.seen(BROKEN, start)).hasSize(1);
    assertThat(words.seen(new Word(A, new Incarnation(2), Seen.BROKEN), start)).hasSize(1);
  }

  @Test
  void after_an_answer_everything_is_new() {
    assertThat(words.isQuiet()).isTrue();
    assertThat(words.seen(BROKEN, start)).hasSize(1);
    assertThat(words.isQuiet()).isFalse();
    words.answered(A, LIFE);
    assertThat(words.isQuiet()).isTrue();
    assertThat(words.seen(BROKEN, start + 1)).containsExactly(BROKEN);
  }

  @Test
  void a_map_full_of_dead_nodes_is_remembered_within_a_bound() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(words.seen(new Word(new NodeId("node-" + i), LIFE, Seen.SILENT), start))
          .hasSize(1);
    }
    assertThat(words.seen(new Word(new NodeId("node-9999"), LIFE, Seen.SILENT), start)).isEmpty();
    assertThat(words.seen(new Word(new NodeId("node-0"), LIFE, Seen.SILENT), start)).hasSize(1);
  }
}
