package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an owner looks at by itself as time passes. */
class OwnersRoundsTest {

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
  void a_session_that_turns_half_ended_is_told_of_every_minute_until_it_has_ended() {
    ClockedNode node = new ClockedNode();
    SessionId session = ClockedNode.session(1);
    assertThat(node.create(session, Optional.of(IDLE))).isInstanceOf(Answer.Applied.class);
    node.pass(Duration.ofMinutes(5));
    assertThat(node.halfEnded).isEmpty();
    advance(node, session, SessionFacts.State.ENDING);
    node.pass(Duration.ofMinutes(5));
    assertThat(node.halfEnded).hasSize(5).containsOnly(List.of(session));
    advance(node, session, SessionFacts.State.ENDED);
    node.pass(Duration.ofMinutes(5));
    assertThat(node.halfEnded).hasSize(5);
  }

  private static void advance(ClockedNode node, SessionId session, SessionFacts.State state) {
    assertThat(node.write(session, Area.SESSION, new Change.Advance(state)))
        .isInstanceOf(Answer.Applied.class);
  }

  @Test
  void with_a_slot_still_to_be_read_it_looks_at_a_few_at_a_time() {
    Set<SlotId> endless = Set.of(ClockedNode.slot(ClockedNode.AREA));
    assertThat(toldAfter(Duration.ofSeconds(170), endless)).isBetween(200, SESSIONS / 2 + 200);
    assertThat(toldAfter(Duration.ofMinutes(5), endless)).as("in the end").isEqualTo(SESSIONS);
    assertThat(ClockedNode.slot(Area.SESSION)).isNotIn(endless);
  }
}
