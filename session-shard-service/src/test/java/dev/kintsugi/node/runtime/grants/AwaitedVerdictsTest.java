package dev.kintsugi.node.runtime.grants;

import static dev.kintsugi.core.AtOnce.require;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.AtOnce;
import dev.kintsugi.node.domain.GrantRef;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

class AwaitedVerdictsTest {

  private static final int SCHEDULES = 300;
  private static final GrantRef G = new GrantRef(new ApplicationId("webmail"), "g");
  private static final GrantRef OTHER = new GrantRef(new ApplicationId("webmail"), "other");

  @Test
  void all_who_wait_for_a_grant_are_told_and_nobody_else() {
    AwaitedVerdicts awaited = new AwaitedVerdicts();
    AwaitedVerdicts.Place one = awaited.await(G);
    AwaitedVerdicts.Place two = awaited.await(G);
    AwaitedVerdicts.Place other = awaited.await(OTHER);
    awaited.come(G);
    assertThat(one.come()).isDone();
    assertThat(two.come()).isDone();
    assertThat(other.come()).isNotDone();
    assertThat(awaited.size()).isEqualTo(1);
  }

  @Test
  void a_grant_is_kept_while_somebody_waits_for_it_and_no_longer() {
    AwaitedVerdicts awaited = new AwaitedVerdicts();
    AwaitedVerdicts.Place one = awaited.await(G);
    AwaitedVerdicts.Place two = awaited.await(G);
    one.leave();
    one.leave();
    assertThat(awaited.size()).as("the second waits").isEqualTo(1);
    two.leave();
    assertThat(awaited.size()).isZero();
  }

  @Test
  void who_leaves_late_does_not_take_the_place_of_those_who_came_after() {
    AwaitedVerdicts awaited = new AwaitedVerdicts();
    AwaitedVerdicts.Place early = awaited.await(G);
    awaited.come(G);
    AwaitedVerdicts.Place late = awaited.await(G);
    early.leave();
    awaited.come(G);
    assertThat(late.come()).isDone();
    late.leave();
    assertThat(awaited.size()).isZero();
  }

  @Test
  void whatever_comes_first_an_answer_or_the_end_of_patience_nothing_is_left() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          AwaitedVerdicts awaited = AtOnce.share(new AwaitedVerdicts());
          AwaitedVerdicts.Place[] places = AtOnce.share(new AwaitedVerdicts.Place[1]);
          AtOnce.run(
              () -> awaited.await(G).leave(),
              () -> awaited.come(G),
              () -> {
                places[0] = awaited.await(G);
                awaited.come(G);
                places[0].leave();
              });
          require(places[0].come().isDone(), "the answer was missed");
          require(awaited.size() == 0, "left: " + awaited.size());
        });
  }
}
