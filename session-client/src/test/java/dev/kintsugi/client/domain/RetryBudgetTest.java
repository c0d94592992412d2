package dev.kintsugi.client.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryBudgetTest {

  private static final Duration WINDOW = Duration.ofSeconds(10);
  private static final long START = Long.MAX_VALUE - 1_000_000; // near the ticker's wrap-around

  @Test
  void a_quiet_client_may_retry_as_often_as_the_floor_says() {
    RetryBudget budget = new RetryBudget(0.1, 3, WINDOW, START);
    for (int i = 0; i < 3; i++) {
      assertThat(budget.tryRetry(START)).isTrue();
    }
    assertThat(budget.tryRetry(START)).isFalse();
    assertThat(budget.left(START)).isZero();
  }

  @Test
  void ten_requests_allow_one_retry_more() {
    RetryBudget budget = new RetryBudget(0.1, 0, WINDOW, START);
    for (int i = 0; i < 9; i++) {
      budget.request(START);
    }
    assertThat(budget.tryRetry(START)).isFalse();
    budget.request(START);
    assertThat(budget.tryRetry(START)).isTrue();
    assertThat(budget.tryRetry(START)).isFalse();
  }

  @Test
  void what_lies_a_window_back_is_forgotten() {
    RetryBudget budget = new RetryBudget(0.1, 1, WINDOW, START);
    assertThat(budget.tryRetry(START)).isTrue();
    assertThat(budget.tryRetry(START + WINDOW.toNanos() * 8 / 10)).isFalse();
    assertThat(budget.tryRetry(START + WINDOW.toNanos())).isTrue();
    assertThat(budget.left(START + WINDOW.toNanos() * 1000)).isEqualTo(1);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
  void whenever_a_retry_is_granted_those_of_a_window_are_a_tenth_of_its_requests_and_the_floor(
      long seed) {
    Random random = new Random(seed);
    int floor = random.nextInt(5);
    RetryBudget budget = new RetryBudget(0.1, floor, WINDOW, START);
    Deque<Long> requests = new ArrayDeque<>();
    Deque<Long> retries = new ArrayDeque<>();
    long now = START;
    for (int i = 0; i < 20_000; i++) {
      now += random.nextInt(4) * 1_000_000L * (random.nextInt(1000) == 0 ? 1000 : 1);
      if (random.nextInt(3) > 0) {
        budget.request(now);
        requests.add(now);
      } else if (budget.tryRetry(now)) {
        retries.add(now);
        // The ring forgets between nine tenths of the window and the whole.
        forget(requests, now - WINDOW.toNanos());
        forget(retries, now - WINDOW.toNanos() * 9 / 10);
        assertThat((double) retries.size()).isLessThanOrEqualTo(floor + 0.1 * requests.size());
      }
    }
    assertThat(retries).isNotEmpty();
  }

  private static void forget(Deque<Long> times, long before) {
    while (!times.isEmpty() && times.getFirst() - before < 0) {
      times.removeFirst();
    }
  }

  @Test
  void nonsense_is_refused() {
    assertThatThrownBy(() -> new RetryBudget(1.1, 0, WINDOW, 0)).hasMessageContaining("1.1");
    assertThatThrownBy(() -> new RetryBudget(Double.NaN, 0, WINDOW, 0)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new RetryBudget(0.1, -1, WINDOW, 0)).hasMessageContaining("-1");
    assertThatThrownBy(() -> new RetryBudget(0.1, 1, Duration.ZERO, 0))
        .hasMessageContaining("PT0S");
  }
}
