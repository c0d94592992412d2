package dev.kintsugi.coordinator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog.Entry;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeadershipTest {

  private static final Incarnation ME = new Incarnation(1);
  private static final Incarnation OTHER = new Incarnation(2);

  private final Leadership leadership =
      new Leadership(new CoordinatorId("coordinator-4"), "http://me", ME, Timing.DEFAULT);
  private long millis = 1_000;
  private long offset;

  private Now now() {
    return new Now(millis * 1_000_000, Instant.EPOCH);
  }

  private void read(Entry entry) {
    var _ = leadership.read(offset++, entry, now());
  }

  private List<Action> tickAfter(long passed) {
    millis += passed;
    return leadership.tick(now());
  }

  private Entry claimed(List<Action> actions) {
    return ((Action.Append) actions.getLast()).entry();
  }

  private void lead() {
    leadership.reachedEnd(now());
    read(claimed(tickAfter(1_000)));
    assertThat(leadership.leads(now())).isTrue();
  }

  private static Entry.Leadership other(long grant) {
    return new Entry.Leadership(new Epoch(grant, 1), OTHER, "coordinator-5", "http://other");
  }

  @Test
  void nobody_claims_before_the_log_was_read_to_its_end() {
    assertThat(tickAfter(60_000)).isEmpty();
    leadership.reachedEnd(now());
    assertThat(tickAfter(999)).isEmpty();
    assertThat(claimed(tickAfter(1)).epoch()).isEqualTo(new Epoch(1, 1));
  }

  @Test
  void a_leader_that_is_heard_is_not_challenged() {
    leadership.reachedEnd(now());
    read(other(1));
    for (int i = 0; i < 20; i++) {
      assertThat(tickAfter(500)).isEmpty();
      read(new Entry.Beat(new Epoch(1, 1), OTHER));
    }
    assertThat(claimed(tickAfter(1_000)).epoch()).isEqualTo(new Epoch(2, 1));
  }

  @Test
  void of_two_claims_with_the_same_epoch_the_first_in_the_log_wins() {
    leadership.reachedEnd(now());
    Entry mine = claimed(tickAfter(1_000));
    read(other(1));
    read(mine);
    assertThat(leadership.state()).isInstanceOf(Leadership.State.Following.class);
    assertThat(leadership.leader().orElseThrow().incarnation()).isEqualTo(OTHER);
  }

  @Test
  void the_leader_beats_every_200_ms_and_stops_when_it_reads_a_larger_epoch() {
    lead();
    assertThat(tickAfter(199)).isEmpty();
    assertThat(tickAfter(1))
        .containsExactly(new Action.Append(new Entry.Beat(new Epoch(1, 1), ME)));
    read(other(2));
    assertThat(leadership.leads(now())).isFalse();
    assertThat(tickAfter(200)).isEmpty();
  }

  @Test
  void a_failed_append_closes_the_writer_and_takes_the_lead_again_with_the_next_attempt() {
    lead();
    Entry beat = ((Action.Append) tickAfter(200).getFirst()).entry();
    assertThat(leadership.appendFailed(beat, now())).containsExactly(new Action.RenewWriter());
    assertThat(leadership.leads(now())).isFalse();
    assertThat(claimed(tickAfter(200)).epoch()).isEqualTo(new Epoch(1, 2));
  }

  @Test
  void a_claim_of_unknown_fate_is_never_repeated_under_the_same_epoch() {
    leadership.reachedEnd(now());
    Entry first = claimed(tickAfter(1_000));
    List<Action> again = tickAfter(1_000);
    assertThat(again.getFirst()).isEqualTo(new Action.RenewWriter());
    assertThat(claimed(again).epoch()).isEqualTo(new Epoch(1, 2));
    read(first);
    assertThat(leadership.leads(now())).as("the straggler is not the claim under way").isFalse();
    read(claimed(again));
    assertThat(leadership.leads(now())).isTrue();
  }

  @Test
  void a_leader_that_reads_nothing_of_its_own_does_not_trust_itself_and_then_claims_afresh() {
    lead();
    for (int i = 0; i < 5; i++) {
      assertThat(tickAfter(200)).hasSize(1);
    }
    millis += 1;
    assertThat(leadership.leads(now())).isFalse();
    assertThat(claimed(tickAfter(999)).epoch()).isEqualTo(new Epoch(1, 2));
  }

  @Test
  void a_void_table_must_be_written_over_until_a_valid_one_was_read() {
    lead();
    assertThat(leadership.mustRewrite()).isFalse();
    read(new Entry.Table(new Epoch(0, 9), OTHER, ShardMap.EMPTY));
    assertThat(leadership.mustRewrite()).isTrue();
    Entry table = ((Action.Append) leadership.publish(ShardMap.EMPTY, now())).entry();
    assertThat(leadership.isTableUnderWay()).isTrue();
    read(table);
    assertThat(leadership.isTableUnderWay()).isFalse();
    assertThat(leadership.mustRewrite()).isFalse();
  }

  @Test
  void coordinators_wait_for_each_other_in_the_order_of_their_numbers() {
    assertThat(new CoordinatorId("coordinator-1").rank()).isEqualTo(1);
    assertThat(new CoordinatorId("coordinator-2").rank()).isEqualTo(2);
    assertThat(new CoordinatorId("a").rank()).isBetween(0, 3);
  }
}
