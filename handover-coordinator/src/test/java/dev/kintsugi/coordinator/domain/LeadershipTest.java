package dev.kintsugi.coordinator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
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

  private static MapVersion version(long grant, long attempt, long offset) {
    return new MapVersion(new Epoch(grant, attempt), offset);
  }

  private Entry beat() {
    return ((Action.Append) tickAfter(200).getFirst()).entry();
  }

  private static Entry table(long grant, Incarnation of) {
    return new Entry.Table(new Epoch(grant, 1), of, ShardMap.EMPTY);
  }

  @Test
  void a_log_that_lost_its_tail_is_read_anew_and_led_under_a_larger_epoch() {
    lead();
    for (int i = 0; i < 5; i++) {
      read(beat());
    }
    read(table(1, ME));
    assertThat(leadership.map().version()).isEqualTo(version(1, 1, 6));

    leadership.lost(now());
    assertThat(leadership.leads(now())).isFalse();
    assertThat(leadership.isAtEnd()).isFalse();
    assertThat(tickAfter(60_000)).as("nobody claims before the end").isEmpty();
    offset = 0;
    read(new Entry.Leadership(new Epoch(1, 1), ME, "coordinator-4", "http://me"));
    leadership.reachedEnd(now());
    assertThat(leadership.map().version()).as("never goes back").isEqualTo(version(1, 1, 6));
    Entry claim = claimed(tickAfter(1_000));
    assertThat(claim.epoch()).isEqualTo(new Epoch(1, 2));
    read(claim);
    assertThat(leadership.leads(now())).isTrue();
    assertThat(leadership.mustRewrite()).as("the log has lost the table").isTrue();
    read(((Action.Append) leadership.publish(ShardMap.EMPTY, now())).entry());
    assertThat(leadership.mustRewrite()).isFalse();
    assertThat(leadership.map().version()).isEqualTo(version(1, 2, 2));
  }

  @Test
  void a_claim_exceeds_every_map_that_anybody_goes_by() {
    leadership.reachedEnd(now());
    leadership.heardOf(version(9, 3, 5_000));
    leadership.heardOf(version(7, 1, 9_000));
    List<Action> claim = tickAfter(1_000);
    assertThat(claimed(claim).epoch()).isEqualTo(new Epoch(10, 1));
    assertThat(claim)
        .contains(new Action.Tell(new Notice.MapLost(version(9, 3, 5_000), MapVersion.NONE)));
    read(claimed(claim));
    assertThat(leadership.mustRewrite()).isTrue();
  }

  @Test
  void who_leads_already_claims_once_more_but_only_once_the_log_has_shown_that_it_lacks_the_map() {
    lead();
    Entry before = beat();
    leadership.heardOf(version(9, 1, 5_000));
    read(before);
    assertThat(leadership.isInDoubt()).isTrue();
    Entry after = ((Action.Append) tickAfter(1).getFirst()).entry();
    assertThat(after).as("what was appended before proves nothing").isInstanceOf(Entry.Beat.class);
    leadership.heardOf(version(9, 1, 5_000));
    read(after);
    Entry claim = claimed(tickAfter(0));
    assertThat(claim.epoch()).isEqualTo(new Epoch(10, 1));
    read(claim);
    for (int i = 0; i < 5; i++) {
      leadership.heardOf(version(9, 1, 5_000));
      Entry beat = beat();
      assertThat(beat).isInstanceOf(Entry.Beat.class);
      read(beat);
    }
    assertThat(leadership.mustRewrite()).as("those who go by the lost map need a newer").isTrue();
  }

  @Test
  void a_map_that_others_have_only_read_earlier_costs_nothing() {
    lead();
    read(beat());
    Entry table = ((Action.Append) leadership.publish(ShardMap.EMPTY, now())).entry();
    leadership.heardOf(version(1, 1, offset));
    Entry beat = beat();
    read(table);
    read(beat);
    assertThat(beat()).isInstanceOf(Entry.Beat.class);
    assertThat(leadership.mustRewrite()).isFalse();

    leadership.heardOf(version(2, 1, offset + 1));
    Entry late = beat();
    read(other(2));
    read(table(2, OTHER));
    read(late);
    assertThat(leadership.state()).isInstanceOf(Leadership.State.Following.class);
    assertThat(leadership.leader().orElseThrow().incarnation()).isEqualTo(OTHER);
  }

  @Test
  void a_lost_map_of_the_present_epoch_is_found_out_as_well() {
    lead();
    leadership.heardOf(version(1, 1, 900));
    read(beat());
    Entry claim = claimed(tickAfter(0));
    assertThat(claim.epoch()).isEqualTo(new Epoch(1, 2));
    read(claim);
    assertThat(leadership.mustRewrite()).isTrue();
  }

  @Test
  void absurd_versions_neither_overflow_nor_wedge() {
    lead();
    leadership.heardOf(version(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE));
    leadership.heardOf(version((1L << 32) + 2, 1, 0));
    read(beat());
    assertThat(leadership.isInDoubt()).as("too far to be true").isFalse();

    leadership.heardOf(version(1L << 32, Long.MAX_VALUE, Long.MAX_VALUE));
    Entry beat = beat();
    read(beat);
    Entry claim = claimed(tickAfter(0));
    assertThat(claim.epoch()).isEqualTo(new Epoch((1L << 32) + 1, 1));
    read(claim);
    assertThat(leadership.leads(now())).isTrue();
    read(((Action.Append) leadership.publish(ShardMap.EMPTY, now())).entry());
    assertThat(leadership.map().version().newerThan(version(1L << 32, Long.MAX_VALUE, 0))).isTrue();
  }

  @Test
  void a_table_that_is_too_large_ends_no_lead_and_is_not_tried_again() {
    lead();
    Entry.Table table =
        (Entry.Table) ((Action.Append) leadership.publish(ShardMap.EMPTY, now())).entry();
    leadership.tooLarge(table);
    assertThat(leadership.leads(now())).isTrue();
    assertThat(leadership.isTableUnderWay()).isFalse();
    assertThat(leadership.isTooLarge()).isTrue();
    assertThat(leadership.isTooLarge(ShardMap.EMPTY)).isTrue();
    ShardMap other =
        ShardMap.of(
            MapVersion.NONE,
            List.of(),
            java.util.Map.of(dev.kintsugi.core.Area.SESSION, List.of()));
    assertThat(leadership.isTooLarge(other)).isFalse();
    read(((Action.Append) leadership.publish(other, now())).entry());
    assertThat(leadership.isTooLarge()).isFalse();
  }

  @Test
  void tables_that_are_too_large_neither_hasten_nor_delay_the_proof_that_a_map_is_lost() {
    lead();
    for (int i = 0; i < 3; i++) {
      refuse();
    }
    Entry before = beat();
    Entry.Table table =
        (Entry.Table) ((Action.Append) leadership.publish(ShardMap.EMPTY, now())).entry();
    leadership.heardOf(version(9, 1, 5_000));
    read(before);
    leadership.tooLarge(table);
    Entry after = beat();
    assertThat(after).isInstanceOf(Entry.Beat.class);
    read(after);
    assertThat(claimed(tickAfter(0)).epoch()).isEqualTo(new Epoch(10, 1));
  }

  private void refuse() {
    leadership.tooLarge(
        (Entry.Table) ((Action.Append) leadership.publish(ShardMap.EMPTY, now())).entry());
  }

  @Test
  void coordinators_wait_for_each_other_in_the_order_of_their_numbers() {
    assertThat(new CoordinatorId("coordinator-1").rank()).isEqualTo(1);
    assertThat(new CoordinatorId("coordinator-2").rank()).isEqualTo(2);
    assertThat(new CoordinatorId("a").rank()).isBetween(0, 3);
  }
}
