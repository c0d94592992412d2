package dev.kintsugi.local.verify.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kintsugi.local.verify.check.Answer;
import dev.kintsugi.local.verify.check.Content;
import dev.kintsugi.local.verify.check.Exchange;
import dev.kintsugi.local.verify.check.Fate;
import dev.kintsugi.local.verify.check.Kind;
import dev.kintsugi.local.verify.check.Request;
import dev.kintsugi.local.verify.check.Stamp;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GapTest {

  private static final long MILLI = 1_000_000;
  private static final FaultWindow FAULT =
      new FaultWindow("kill", "node-1", 3_000 * MILLI, 7_000 * MILLI);

  private static Exchange exchange(long intended, long answered) {
    return exchange(Kind.READ, 0, 200, Fate.DONE, -1, false, intended, answered);
  }

  private static Exchange exchange(
      Kind kind,
      int via,
      int status,
      Fate fate,
      long ifMatch,
      boolean stale,
      long intended,
      long answered) {
    Request request =
        new Request(
            kind, via, 0, kind == Kind.WRITE ? 1 : 0, ifMatch, intended * MILLI, intended * MILLI);
    Answer answer =
        new Answer(
            answered * MILLI,
            status,
            fate,
            -1,
            Stamp.NONE,
            -1,
            Stamp.NONE,
            -1,
            stale,
            false,
            Content.EMPTY);
    return new Exchange(0, request, answer);
  }

  @ParameterizedTest
  @CsvSource({
    "2000, 2900, 0, 900", // over before the fault
    "2000, 3000, 1000, 0", // under way when it began
    "5000, 5400, 400, 0", // meanwhile
    "12000, 12500, 500, 0", // in the five seconds after
    "12001, 12600, 0, 0" // later
  })
  void a_request_belongs_to_the_fault_that_it_met(
      long intended, long answered, double gap, double quiet) {
    Gap gaps = new Gap(List.of(FAULT));
    gaps.proper(exchange(intended, answered));
    assertThat(gaps.millis()).isEqualTo(gap);
    assertThat(gaps.quietMillis()).isEqualTo(quiet);
  }

  @Test
  void the_longest_counts() {
    Gap gaps = new Gap(List.of(FAULT));
    gaps.proper(exchange(4_000, 4_100));
    gaps.proper(exchange(5_000, 5_300));
    gaps.proper(exchange(6_000, 6_200));
    assertThat(gaps.millis()).isEqualTo(300);
    assertThat(gaps.slowest()).isEqualTo(exchange(5_000, 5_300));
  }

  @Test
  void recovery_ends_with_the_last_slow_or_failed_answer_of_a_fault() {
    FaultWindow second = new FaultWindow("kill", "node-2", 20_000 * MILLI, 21_000 * MILLI);
    Gap gaps = new Gap(List.of(second, FAULT));
    gaps.proper(exchange(7_000, 7_250));
    assertThat(gaps.recoveryMillis()).isZero();
    gaps.proper(exchange(7_000, 8_000));
    assertThat(gaps.recoveryMillis()).isEqualTo(1_000);
    gaps.failed(exchange(8_000, 9_500));
    assertThat(gaps.recoveryMillis()).isEqualTo(2_500);
    gaps.failed(exchange(20_000, 20_500));
    assertThat(gaps.recoveryMillis()).isEqualTo(2_500);
    gaps.failed(exchange(21_000, 24_000));
    assertThat(gaps.recoveryMillis()).isEqualTo(3_000);
  }

  @Test
  void a_fault_ends_after_it_began() {
    assertThatIllegalArgumentException().isThrownBy(() -> new FaultWindow("kill", "x", 2, 1));
  }

  @ParameterizedTest
  @CsvSource({
    "READ, 200, DONE, -1, false, true, true",
    "READ, 200, DONE, -1, true, false, true",
    "READ, 503, REFUSED, -1, false, false, false",
    "READ, 0, UNKNOWN, -1, false, false, false",
    "WRITE, 200, DONE, -1, false, true, true",
    "WRITE, 412, REFUSED, 4, false, true, true",
    "WRITE, 412, REFUSED, -1, false, false, false",
    "WRITE, 503, REFUSED, -1, false, false, true",
    "WRITE, 504, UNKNOWN, -1, false, false, true",
    "WRITE, 0, UNKNOWN, -1, false, false, false",
    "SIGN_OUT, 204, DONE, -1, false, true, true",
    "SIGN_OUT, 503, REFUSED, -1, false, false, true",
    "READ_ENDED, 404, REFUSED, -1, false, true, true",
    "READ_ENDED, 503, REFUSED, -1, false, false, true",
    "READ_FOREIGN, 403, REFUSED, -1, false, true, true",
    "READ_FOREIGN, 200, DONE, -1, false, false, false"
  })
  void what_is_proper_depends_on_what_can_be_proven(
      Kind kind,
      int status,
      Fate fate,
      long ifMatch,
      boolean stale,
      boolean usually,
      boolean withoutKafka) {
    Exchange exchange = exchange(kind, 0, status, fate, ifMatch, stale, 0, 1);
    assertThat(new Judge(false, false).isProper(exchange)).isEqualTo(usually);
    assertThat(new Judge(true, true).isProper(exchange)).isEqualTo(withoutKafka);
  }

  @Test
  void probes_are_not_counted() {
    assertThat(Judge.counts(exchange(Kind.READ, 2, 421, Fate.REFUSED, -1, false, 0, 1))).isFalse();
    assertThat(Judge.counts(exchange(0, 1))).isTrue();
  }
}
