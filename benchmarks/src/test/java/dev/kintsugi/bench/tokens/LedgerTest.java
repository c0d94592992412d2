package dev.kintsugi.bench.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerTest {

  private static final double LIFE = 900;
  private static final double IDLE = 1800;

  private static Requests requests(long... seconds) {
    long[] all = new long[seconds.length + 1];
    all[0] = -1_000_000;
    System.arraycopy(seconds, 0, all, 1, seconds.length);
    return new Requests("made", 1, all, new int[all.length]);
  }

  private static Ledger.Score score(FixedPolicy policy, long... seconds) {
    return policy.replay(requests(seconds), LIFE, IDLE);
  }

  @Test
  void who_waits_for_the_end_stalls_once_for_each_life() {
    Ledger.Score score = score(FixedPolicy.REACTIVE, 0, 900, 901, 1800, 1802);
    assertThat(List.of(score.requests(), score.stalls(), score.renewals()))
        .containsExactly(5L, 2L, 2L);
  }

  @Test
  void a_request_after_the_idle_limit_signs_in_and_waits_for_nothing() {
    Ledger.Score score = score(FixedPolicy.REACTIVE, 0, 1801, 3601);
    assertThat(List.of(score.requests(), score.stalls(), score.renewals()))
        .containsExactly(3L, 1L, 1L);
  }

  @Test
  void half_life_renews_behind_a_request_and_the_old_token_is_good_meanwhile() {
    Ledger.Score score = score(FixedPolicy.HALF_LIFE, 0, 451, 1351, 1352);
    assertThat(List.of(score.stalls(), score.renewals())).containsExactly(0L, 2L);
  }

  @Test
  void always_renews_until_the_session_dies() {
    Ledger.Score score = score(FixedPolicy.ALWAYS, 0, 4000, 4001);
    assertThat(List.of(score.stalls(), score.renewals(), score.afterIdle()))
        .containsExactly(0L, 2L, 0L);
  }

  @Test
  void blocking_prefetch_makes_the_request_wait() {
    Ledger.Score score = score(FixedPolicy.PREFETCH_BLOCKING, 0, 700);
    assertThat(List.of(score.stalls(), score.renewals())).containsExactly(1L, 1L);
    assertThat(score(FixedPolicy.PREFETCH_ASYNC, 0, 700, 1500).stalls()).isZero();
  }

  @Test
  void a_renewal_under_way_is_waited_for_and_not_made_twice() {
    Ledger ledger = new Ledger(1, LIFE, IDLE, Double.NEGATIVE_INFINITY);
    ledger.request(0, 0);
    ledger.plan(0, new double[] {999.9});
    ledger.request(0, 1000);
    Ledger.Score score = ledger.close(1001);
    assertThat(List.of(score.stalls(), score.renewals())).containsExactly(1L, 1L);
  }

  @Test
  void a_renewal_for_a_dead_session_is_counted() {
    Ledger ledger = new Ledger(1, LIFE, IDLE, Double.NEGATIVE_INFINITY);
    ledger.request(0, 0);
    ledger.plan(0, new double[] {899, 1801});
    assertThat(ledger.close(2000).afterIdle()).isEqualTo(1);
  }

  @Test
  void a_token_that_nobody_used_is_waste() {
    Ledger ledger = new Ledger(1, LIFE, IDLE, Double.NEGATIVE_INFINITY);
    ledger.request(0, 0);
    ledger.plan(0, new double[] {899, 1700});
    ledger.request(0, 1701);
    assertThat(ledger.close(1702).wasted()).isEqualTo(1);
  }

  @Test
  void the_oracle_needs_one_for_each_that_would_have_waited() {
    assertThat(Oracle.renewals(requests(0, 900, 901, 1800, 1802), LIFE, IDLE)).isEqualTo(2);
  }

  @Test
  void what_is_between_two_points_is_taken_linearly_and_beyond_them_is_out_of_reach() {
    Frontier frontier = new Frontier(List.of(new Frontier.Spot(1, 10), new Frontier.Spot(3, 4)));
    assertThat(frontier.at(2)).isEqualTo(7);
    assertThat(frontier.at(0.5)).isInfinite();
    assertThat(frontier.at(4)).isInfinite();
  }
}
