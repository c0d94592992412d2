package dev.kintsugi.local.verify.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.local.verify.check.Violation.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node never goes back to an older map, whatever it is asked about. */
class NodeMapsTest {

  private static final Stamp NEW = new Stamp(1, 1, 9);
  private static final Stamp OLD = new Stamp(1, 1, 8);

  private final History history = new History();

  private int ask(int via, long sent) {
    return history.sent(new Request(Kind.READ, via, 0, 0, -1, sent, sent));
  }

  private void answered(int id, long nanos, int slot, Stamp map, boolean stale) {
    Stamp epoch = new Stamp(slot, 1, -1);
    history.answered(
        id, new Answer(nanos, 200, Fate.DONE, slot, epoch, 1, map, 0, stale, false, Content.EMPTY));
  }

  private List<Violation> found() {
    return NodeMaps.violations(history);
  }

  @Test
  void an_older_map_about_another_slot_is_told() {
    answered(ask(2, 0), 10, 3, NEW, false);
    answered(ask(2, 11), 20, 4, OLD, false);
    assertThat(found()).extracting(Violation::rule).containsExactly(Rule.BACKWARDS);
  }

  @Test
  void about_the_same_slot_and_epoch_its_own_check_tells() {
    answered(ask(2, 0), 10, 3, NEW, false);
    answered(ask(2, 11), 20, 3, OLD, false);
    assertThat(found()).isEmpty();
  }

  @Test
  void who_asked_before_may_be_answered_by_the_older_map() {
    int early = ask(2, 0);
    answered(ask(2, 1), 10, 3, NEW, false);
    answered(early, 20, 4, OLD, false);
    assertThat(found()).isEmpty();
  }

  @Test
  void another_node_may_know_an_older_one_and_of_the_gateway_nobody_knows_whom_it_asked() {
    answered(ask(2, 0), 10, 3, NEW, false);
    answered(ask(1, 11), 20, 4, OLD, false);
    answered(ask(0, 21), 30, 3, NEW, false);
    answered(ask(0, 31), 40, 4, OLD, false);
    assertThat(found()).isEmpty();
  }

  @Test
  void an_answer_that_is_marked_proves_nothing() {
    answered(ask(2, 0), 10, 3, NEW, false);
    answered(ask(2, 11), 20, 4, OLD, true);
    assertThat(found()).isEmpty();
  }
}
