package dev.kintsugi.local.verify.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kintsugi.local.admin.OwnerChange;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which failovers what was done to a node justifies: those of its time, and a second more. */
class HarmTest {

  private static final Harm HARM = new Harm("node-1", second(100), second(104));

  private static Instant second(double of) {
    return Instant.EPOCH.plusMillis(Math.round(of * 1_000));
  }

  private static OwnerChange change(String from, String kind, double at) {
    return new OwnerChange("settings/3", from, "node-2", kind, "", 2, second(at));
  }

  @ParameterizedTest
  @CsvSource({
    "node-1, UNPLANNED, 99.999, 1",
    "node-1, UNPLANNED, 100, 0",
    "node-1, UNPLANNED, 100.3, 0",
    "node-1, UNPLANNED, 105, 0",
    "node-1, UNPLANNED, 105.001, 1",
    "node-1, UNPLANNED, 200, 1",
    "node-3, UNPLANNED, 100.3, 1",
    "node-3, PLANNED, 100.3, 0",
    "node-1, PLANNED, 200, 0"
  })
  void a_failover_is_false_unless_something_was_done_to_the_node_then(
      String from, String kind, double at, int expected) {
    assertThat(Harm.unexplained(List.of(change(from, kind, at)), List.of(HARM)))
        .isEqualTo(expected);
  }

  @Test
  void what_was_done_to_a_node_once_excuses_nothing_between_that_and_the_next_time() {
    Harm again = new Harm("node-1", second(300), second(304));
    List<OwnerChange> changes =
        List.of(
            change("node-1", "UNPLANNED", 100.3),
            change("node-1", "UNPLANNED", 200),
            change("node-1", "UNPLANNED", 300.3));
    assertThat(Harm.unexplained(changes, List.of(HARM, again))).isEqualTo(1);
    assertThat(Harm.unexplained(changes, List.of())).isEqualTo(3);
  }

  @Test
  void it_ends_after_it_began() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Harm("node-1", second(2), second(1)));
  }
}
