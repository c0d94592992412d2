package dev.kintsugi.local.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnerChangesTest {

  private static final Instant T = Instant.parse("2026-11-28T10:00:00Z");

  private static OwnerChange change(String slot, long grant, int second) {
    return new OwnerChange(
        slot, "node-1", "node-2", "UNPLANNED", "died", grant, T.plusSeconds(second));
  }

  @Test
  void what_one_teller_has_forgotten_is_known_from_before() {
    OwnerChanges changes = new OwnerChanges();
    changes.add(List.of(change("session/1", 2, 7), change("session/2", 2, 5)));
    changes.add(List.of());
    changes.add(List.of(change("session/1", 3, 9)));
    assertThat(changes.inOrder())
        .containsExactly(
            change("session/2", 2, 5), change("session/1", 2, 7), change("session/1", 3, 9));
  }

  @Test
  void a_change_that_two_tell_counts_once_from_the_earlier_time() {
    OwnerChanges changes = new OwnerChanges();
    changes.add(List.of(change("session/1", 2, 7)));
    changes.add(List.of(change("session/1", 2, 6)));
    changes.add(List.of(change("session/1", 2, 8)));
    assertThat(changes.inOrder()).containsExactly(change("session/1", 2, 6));
  }
}
