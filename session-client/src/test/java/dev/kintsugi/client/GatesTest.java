package dev.kintsugi.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.domain.Door.Admission;
import dev.kintsugi.client.domain.Door.Ending;
import dev.kintsugi.client.domain.Door.Purpose;
import dev.kintsugi.client.domain.Target;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Breaker, places and budget in virtual time. */
class GatesTest {

  private static final Target A = target("a", 1);
  private static final Target A_AGAIN = target("a", 2);
  private static final long DEADLINE = Duration.ofSeconds(5).toNanos();

  private final VirtualTime time = new VirtualTime();
  private final Gates gates = gates(settings(4, 2, 5));
  private final List<String> turns = new ArrayList<>();

  private Gates gates(GateSettings settings) {
    return new Gates(settings, time, time);
  }

  private static GateSettings settings(int places, int waiting, int retryFloor) {
    return new GateSettings(
        places,
        places,
        waiting,
        2,
        places,
        10,
        4,
        50,
        Duration.ofMillis(200),
        2,
        0,
        retryFloor,
        Duration.ofSeconds(10));
  }

  private Visit visit(String name) {
    return new Visit(gates, false, () -> turns.add(name));
  }

  private Admission knock(Visit visit, Target target, Purpose purpose) {
    return visit.knock(target, purpose, time.getAsLong() + DEADLINE, time.getAsLong());
  }

  private void attempts(int number, Target target, Ending ending) {
    for (int i = 0; i < number; i++) {
      Visit visit = visit("");
      assertThat(knock(visit, target, Purpose.FIRST)).isEqualTo(Admission.ENTER);
      visit.leave(ending, time.getAsLong());
    }
  }

  private Admission first(Target target) {
    Visit visit = visit("");
    Admission admission = knock(visit, target, Purpose.FIRST);
    visit.leave(Ending.LEFT, time.getAsLong());
    return admission;
  }

  @Test
  void a_node_that_fails_half_of_its_attempts_is_left_alone_and_probed_after_its_rest() {
    attempts(2, A, Ending.ANSWERED);
    attempts(1, A, Ending.FAILED);
    assertThat(first(A)).isEqualTo(Admission.ENTER);
    attempts(1, A, Ending.FAILED);
    assertThat(first(A)).isEqualTo(Admission.BARRED);
    assertThat(gates.barred()).isEqualTo(1);
    time.pass(Duration.ofMillis(199));
    assertThat(first(A)).isEqualTo(Admission.BARRED);
    time.pass(Duration.ofMillis(2));
    Visit probe = visit("");
    Visit other = visit("");
    assertThat(knock(probe, A, Purpose.FIRST)).isEqualTo(Admission.ENTER);
    assertThat(knock(other, A, Purpose.FIRST)).isEqualTo(Admission.ENTER);
    assertThat(first(A)).as("two probes at once").isEqualTo(Admission.BARRED);
    probe.leave(Ending.ANSWERED, time.getAsLong());
    assertThat(first(A)).as("one answer proves that it is there").isEqualTo(Admission.ENTER);
    assertThat(gates.barred()).isZero();
  }

  @Test
  void probes_that_fail_bar_it_again_and_probes_that_are_given_up_are_replaced() {
    attempts(4, A, Ending.FAILED);
    time.pass(Duration.ofMillis(201));
    assertThat(first(A)).isEqualTo(Admission.ENTER);
    assertThat(first(A)).isEqualTo(Admission.ENTER);
    assertThat(first(A)).isEqualTo(Admission.ENTER);
    attempts(2, A, Ending.FAILED);
    assertThat(first(A)).isEqualTo(Admission.BARRED);
  }

  @Test
  void a_new_life_of_a_node_starts_afresh_and_the_old_one_is_forgotten_with_the_map() {
    attempts(4, A, Ending.FAILED);
    assertThat(first(A)).isEqualTo(Admission.BARRED);
    assertThat(first(A_AGAIN)).isEqualTo(Admission.ENTER);
    assertThat(gates.barred()).isEqualTo(1);
    gates.retain(map(A_AGAIN));
    assertThat(gates.barred()).isZero();
  }

  @Test
  void answers_of_whatever_kind_and_attempts_given_up_bar_nobody() {
    attempts(50, A, Ending.ANSWERED);
    attempts(50, A, Ending.LEFT);
    assertThat(first(A)).isEqualTo(Admission.ENTER);
  }

  @Test
  void retries_end_with_the_budget_while_those_who_follow_go_on() {
    for (int i = 0; i < 5; i++) {
      Visit visit = visit("");
      assertThat(knock(visit, A, Purpose.RETRY)).isEqualTo(Admission.ENTER);
      visit.leave(Ending.ANSWERED, time.getAsLong());
    }
    assertThat(gates.retriesLeft()).isZero();
    assertThat(knock(visit(""), A, Purpose.RETRY)).isEqualTo(Admission.SPENT);
    assertThat(knock(visit(""), A, Purpose.FOLLOW)).isEqualTo(Admission.ENTER);
    assertThat(knock(visit(""), A, Purpose.FIRST)).isEqualTo(Admission.ENTER);
  }

  @Test
  void what_is_barred_costs_no_retry() {
    attempts(4, A, Ending.FAILED);
    assertThat(knock(visit(""), A, Purpose.RETRY)).isEqualTo(Admission.BARRED);
    assertThat(gates.retriesLeft()).isEqualTo(5);
  }

  @Test
  void a_full_node_lets_wait_as_many_as_it_may_and_tells_them_their_turn() {
    Visit inside = visit("");
    assertThat(knock(inside, A, Purpose.FIRST)).isEqualTo(Admission.ENTER);
    for (int i = 0; i < 3; i++) {
      assertThat(knock(visit(""), A, Purpose.FIRST)).isEqualTo(Admission.ENTER);
    }
    Visit queued = visit("queued");
    assertThat(knock(queued, A, Purpose.FIRST)).isEqualTo(Admission.QUEUE);
    assertThat(knock(visit("next"), A, Purpose.FIRST)).isEqualTo(Admission.QUEUE);
    assertThat(knock(visit(""), A, Purpose.FIRST)).isEqualTo(Admission.FULL);
    assertThat(knock(visit(""), A, Purpose.STANDBY)).as("it never waits").isEqualTo(Admission.FULL);
    assertThat(gates.waiting()).isEqualTo(2);
    assertThat(knock(queued, A, Purpose.FIRST)).as("told too early").isEqualTo(Admission.QUEUE);
    inside.leave(Ending.ANSWERED, time.getAsLong());
    assertThat(turns).as("never under the caller's stack").isEmpty();
    time.pass(Duration.ZERO);
    assertThat(turns).containsExactly("queued");
    assertThat(knock(queued, A, Purpose.FIRST)).isEqualTo(Admission.ENTER);
  }

  @Test
  void a_place_kept_for_somebody_who_has_gone_goes_to_the_next() {
    Visit inside = visit("");
    knock(inside, A, Purpose.FIRST);
    for (int i = 0; i < 3; i++) {
      knock(visit(""), A, Purpose.FIRST);
    }
    Visit gone = visit("gone");
    knock(gone, A, Purpose.FIRST);
    Visit next = visit("next");
    knock(next, A, Purpose.FIRST);
    inside.leave(Ending.ANSWERED, time.getAsLong());
    gone.leave(Ending.LEFT, time.getAsLong());
    time.pass(Duration.ZERO);
    assertThat(turns).containsExactly("gone", "next");
    assertThat(knock(next, A, Purpose.FIRST)).isEqualTo(Admission.ENTER);
  }

  @Test
  void long_polls_take_no_place_of_ordinary_calls_and_hold_no_probe() {
    for (int i = 0; i < 4; i++) {
      Visit poll = new Visit(gates, true, () -> {});
      assertThat(knock(poll, A, Purpose.FIRST)).isEqualTo(Admission.ENTER);
    }
    assertThat(knock(new Visit(gates, true, () -> {}), A, Purpose.FIRST))
        .isEqualTo(Admission.QUEUE);
    attempts(4, A, Ending.FAILED);
    time.pass(Duration.ofMillis(201));
    Gates others = gates(settings(9, 2, 5));
    for (int i = 0; i < 4; i++) {
      Visit failing = new Visit(others, false, () -> {});
      knock(failing, A, Purpose.FIRST);
      failing.leave(Ending.FAILED, time.getAsLong());
    }
    time.pass(Duration.ofMillis(201));
    for (int i = 0; i < 5; i++) {
      assertThat(knock(new Visit(others, true, () -> {}), A, Purpose.FIRST))
          .isEqualTo(Admission.ENTER);
    }
  }

  @Test
  void replayed_polls_settle_one_after_the_other() {
    List<Visit> polls = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String name = "poll-" + i;
      polls.add(new Visit(gates, true, () -> turns.add(name)));
      knock(polls.getLast(), A, Purpose.FOLLOW);
    }
    assertThat(gates.waiting()).isEqualTo(2);
    time.pass(Duration.ofMillis(20));
    assertThat(turns).containsExactly("poll-2", "poll-3");
    assertThat(knock(polls.get(2), A, Purpose.FOLLOW)).isEqualTo(Admission.ENTER);
  }

  @Test
  void settings_that_make_no_sense_are_refused() {
    assertThatThrownBy(() -> settings(0, 1, 1)).hasMessageContaining("places must be 1");
    assertThatThrownBy(() -> settings(4, -1, 1)).hasMessageContaining("waiting must be 0");
    assertThatThrownBy(() -> settings(1, 1, 1)).hasMessageContaining("most-replays must be 2");
    assertThatThrownBy(() -> settings(4, 1, -1)).hasMessageContaining("retry-floor");
  }

  private static ShardMap map(Target node) {
    return ShardMap.of(
        new MapVersion(new Epoch(1, 1), 1),
        List.of(
            new MapNode(
                node.node(), node.url(), node.incarnation(), MapNode.State.UP, Optional.empty())),
        Map.of());
  }

  static Target target(String node, long incarnation) {
    return new Target(
        new NodeId(node), URI.create("http://" + node), new Incarnation(incarnation), 1);
  }
}
