package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.SlotId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A node that comes back with many sessions whose time is over. */
class HurriedOwnerTest {

  private static final int SESSIONS = 2_000;
  private static final Duration IDLE = Duration.ofMinutes(20);

  private static int toldAfter(Duration time, Set<SlotId> endless) {
    ClockedNode before = new ClockedNode();
    for (int i = 0; i < SESSIONS; i++) {
      var _ = before.create(ClockedNode.session(i), Optional.of(IDLE));
    }
    ClockedNode node =
        new ClockedNode(before.logs, before.wall.plus(IDLE.multipliedBy(3)), endless);
    node.pass(time);
    return new HashSet<>(node.due).size();
  }

  @Test
  void with_all_slots_read_it_looks_at_all_sessions_at_once() {
    assertThat(toldAfter(Duration.ofSeconds(170), Set.of())).isEqualTo(SESSIONS);
  }

  @Test
  void with_a_slot_still_to_be_read_it_looks_at_a_few_at_a_time() {
    Set<SlotId> endless = Set.of(ClockedNode.slot(ClockedNode.AREA));
    assertThat(toldAfter(Duration.ofSeconds(170), endless)).isBetween(200, SESSIONS / 2 + 200);
    assertThat(toldAfter(Duration.ofMinutes(5), endless)).as("in the end").isEqualTo(SESSIONS);
    assertThat(ClockedNode.slot(Area.SESSION)).isNotIn(endless);
  }
}
