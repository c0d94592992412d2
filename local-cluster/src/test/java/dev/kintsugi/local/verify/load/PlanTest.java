package dev.kintsugi.local.verify.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.local.verify.check.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanTest {

  private static final int RATE = 1_000;
  private static final int SESSIONS = 100;
  private static final int MORTALS = 10;

  private static List<Planned> plan(long seed, int count) {
    Plan plan = new Plan(seed, RATE, SESSIONS, MORTALS, 1, Mixture.USUAL);
    List<Planned> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(plan.next());
    }
    return all;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8})
  void a_plan_is_made_from_its_seed_alone(long seed) {
    assertThat(plan(seed, 2_000)).isEqualTo(plan(seed, 2_000)).isNotEqualTo(plan(seed + 1, 2_000));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8})
  void requests_come_at_the_rate_with_jitter(long seed) {
    List<Planned> through =
        plan(seed, 11_000).stream().filter(planned -> planned.via() == 0).toList();
    for (int i = 0; i < through.size(); i++) {
      double intended = (i + 1) * 1e9 / RATE;
      assertThat((double) through.get(i).intendedNanos())
          .isBetween(intended - 0.5e9 / RATE, intended + 0.5e9 / RATE);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8})
  void everything_that_is_to_be_checked_is_asked(long seed) {
    Set<Kind> kinds = new HashSet<>();
    Set<Integer> values = new HashSet<>();
    int repeats = 0;
    int signOuts = 0;
    for (Planned planned : plan(seed, 20_000)) {
      kinds.add(planned.kind());
      signOuts += planned.kind() == Kind.SIGN_OUT ? 1 : 0;
      if (planned.kind() == Kind.WRITE && !values.add(planned.value())) {
        repeats++;
        assertThat(planned.keyed()).isTrue();
      }
      boolean mortal = planned.kind() == Kind.SIGN_OUT || planned.kind() == Kind.READ_ENDED;
      assertThat(planned.session()).isBetween(mortal ? SESSIONS : 0, SESSIONS + MORTALS - 1);
    }
    assertThat(kinds).containsExactlyInAnyOrder(Kind.values());
    assertThat(signOuts).isEqualTo(MORTALS);
    assertThat(repeats).isBetween(500, 1_200);
  }
}
