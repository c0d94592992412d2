package dev.kintsugi.tokens.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.CostControl.Aim;
import dev.kintsugi.tokens.domain.RefreshPolicy.Expectation;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CostControlTest {

  /** A world in which a request stalls with a probability that rises with the cost. */
  private static double stalls(double cost) {
    return Math.min(0.2, 0.4 * cost);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_stall_target_comes_true(long seed) {
    Random random = new Random(seed);
    CostControl control = new CostControl(new Aim.Stalls(0.01));
    int stalled = 0;
    for (int i = 0; i < 60_000; i++) {
      boolean stall = random.nextDouble() < stalls(control.cost());
      control.requested(stall);
      stalled += i >= 20_000 && stall ? 1 : 0;
    }
    assertThat(stalled / 40_000.0).isBetween(0.009, 0.011);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_budget_is_used_and_not_exceeded_for_long(long seed) {
    Random random = new Random(seed);
    CostControl control = new CostControl(new Aim.Budget(20));
    int renewed = 0;
    for (int second = 0; second < 2_000; second++) {
      // A hundred decisions a second, of which fewer are worth it the more a renewal costs.
      for (int i = 0; i < 100; i++) {
        if (random.nextDouble() * 0.5 > control.cost()) {
          control.renewed();
          renewed += second >= 500 ? 1 : 0;
        }
      }
      control.passed(1);
    }
    assertThat(renewed / 1_500.0).isBetween(19.0, 21.0);
  }

  @Test
  void a_ratio_stays_what_it_is_and_no_aim_leaves_its_bounds() {
    CostControl fixed = new CostControl(new Aim.Ratio(0.3));
    CostControl stalls = new CostControl(new Aim.Stalls(0.01));
    CostControl budget = new CostControl(new Aim.Budget(1));
    for (int i = 0; i < 10_000; i++) {
      fixed.requested(true);
      stalls.requested(true);
      budget.renewed();
    }
    assertThat(fixed.cost()).isEqualTo(0.3);
    assertThat(stalls.cost()).isBetween(0.00009, 0.00011);
    assertThat(budget.cost()).isBetween(3.9, 4.1);
    budget.passed(1e12);
    assertThat(budget.cost()).isPositive();
  }

  @Test
  void a_budget_of_tokens_saves_for_two_seconds_at_most() {
    Budget budget = new Budget(10, 0);
    assertThat(budget.left(0)).isEqualTo(20);
    for (int i = 0; i < 20; i++) {
      budget.spend();
    }
    assertThat(budget.left(50_000_000)).isZero();
    assertThat(budget.left(100_000_000)).isEqualTo(1);
    assertThat(budget.left(3_600_000_000_000L)).isEqualTo(20);
    assertThat(budget.left(0)).isEqualTo(20);
    assertThat(new Budget(Double.POSITIVE_INFINITY, 0).left(1)).isEqualTo(Integer.MAX_VALUE);
    assertThatThrownBy(() -> new Budget(0, 0)).hasMessageContaining("positive");
    assertThatThrownBy(() -> new Budget(Double.NaN, 0)).hasMessageContaining("positive");
  }

  private static Ready.Waiting waiting(String id, double soon) {
    Grant grant =
        new Grant(
            new GrantKey(new ApplicationId("webmail"), new GrantId(id)),
            new UserId("alice"),
            "idp",
            Optional.of(new Secret("r")),
            Optional.empty(),
            "",
            1,
            Duration.ZERO,
            Optional.empty(),
            "");
    return new Ready.Waiting(grant, new Expectation(soon, soon, 9), Instant.EPOCH);
  }

  @Test
  void who_needs_a_token_first_is_first() {
    Ready ready = new Ready(10);
    ready.add(waiting("b", 0.2));
    ready.add(waiting("a", 0.1));
    ready.add(waiting("a", 0.9));
    ready.add(waiting("c", 0.5));
    assertThat(ready.size()).isEqualTo(3);
    assertThat(ready.take().orElseThrow().grant().key().id()).hasToString("a");
    assertThat(ready.take().orElseThrow().grant().key().id()).hasToString("c");
    assertThat(ready.take().orElseThrow().grant().key().id()).hasToString("b");
    assertThat(ready.take()).isEmpty();
    ready.add(waiting("a", 0.1));
    assertThat(ready.size()).isEqualTo(1);
  }

  @Test
  void what_was_decided_last_counts_and_of_more_than_fit_the_last_needed_go() {
    Ready ready = new Ready(2);
    ready.add(waiting("a", 0.9));
    ready.add(waiting("a", 0.1));
    ready.add(waiting("b", 0.5));
    assertThat(ready.room()).isZero();
    ready.add(waiting("c", 0.7));
    assertThat(ready.take().map(one -> one.grant().key().id().value())).contains("c");
    assertThat(ready.take().map(one -> one.grant().key().id().value())).contains("b");
    assertThat(ready.take()).isEmpty();
  }

  @Test
  void nobody_waits_for_longer_than_the_decision_holds() {
    Ready ready = new Ready(2);
    ready.add(waiting("a", 0.9));
    ready.dropBefore(Instant.EPOCH);
    assertThat(ready.size()).isEqualTo(1);
    ready.dropBefore(Instant.EPOCH.plusMillis(1));
    assertThat(ready.size()).isZero();
    assertThat(ready.take()).isEmpty();
  }
}
