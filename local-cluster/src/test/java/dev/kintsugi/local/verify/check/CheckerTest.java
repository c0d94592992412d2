package dev.kintsugi.local.verify.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.local.verify.check.Violation.Rule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Histories made by hand, each of which breaks one guarantee, beside those that break none. */
class CheckerTest {

  private static final int AREAS = 3;
  private static final int SHARD = 4;
  private static final int SLOT = 7;
  private static final Stamp FIRST = new Stamp(1, 1, -1);
  private static final Stamp SECOND = new Stamp(2, 1, -1);

  private final History history = new History();
  private final Map<Integer, Found> before = new HashMap<>();
  private final Map<Integer, Found> after = new HashMap<>();
  private final Map<Integer, Set<Integer>> mayAppear = new HashMap<>();
  private long offset = 10;

  private List<Violation> check() {
    return new Checker(history, AREAS, before, new ReadBack(after, Map.of()), mayAppear).check();
  }

  private void finds(Rule... rules) {
    assertThat(check()).extracting(Violation::rule).containsExactlyInAnyOrder(rules);
  }

  private static Content content(int... values) {
    Content content = Content.EMPTY;
    for (int value : values) {
      content = content.with(value);
    }
    return content;
  }

  private int write(int value, long sent) {
    return history.sent(new Request(Kind.WRITE, 0, SHARD, value, -1, sent, sent));
  }

  private int writeIf(int value, long version, long sent) {
    return history.sent(new Request(Kind.WRITE, 0, SHARD, value, version, sent, sent));
  }

  private int read(long sent) {
    return history.sent(new Request(Kind.READ, 0, SHARD, 0, -1, sent, sent));
  }

  private void done(int id, long nanos, Stamp epoch, long version) {
    history.answered(id, answer(nanos, epoch, ++offset, version, false, Content.EMPTY));
  }

  private void shows(int id, long nanos, Stamp epoch, long version, int... values) {
    history.answered(id, answer(nanos, epoch, ++offset, version, false, content(values)));
  }

  private static Answer answer(
      long nanos, Stamp epoch, long offset, long version, boolean stale, Content content) {
    return new Answer(
        nanos,
        200,
        Fate.DONE,
        SLOT,
        epoch,
        offset,
        new Stamp(epoch.grant(), 1, 5),
        version,
        stale,
        false,
        content);
  }

  private void refused(int id, long nanos, int status) {
    history.answered(id, Answer.refusal(nanos, status, Fate.REFUSED));
  }

  private void ends(long version, int... values) {
    after.put(SHARD, new Found(version, content(values)));
  }

  @Test
  void what_can_be_is_not_accused() {
    done(write(1, 0), 10, FIRST, 1);
    shows(read(11), 20, FIRST, 1, 1);
    done(writeIf(2, 1, 21), 30, FIRST, 2);
    refused(writeIf(3, 1, 31), 40, 412);
    shows(read(41), 50, SECOND, 2, 1, 2);
    ends(2, 1, 2);
    finds();
  }

  @Test
  void requests_under_way_at_once_may_see_each_other_or_not() {
    int slow = write(1, 0);
    int early = read(1);
    int late = read(2);
    shows(early, 5, FIRST, 0);
    shows(late, 6, FIRST, 1, 1);
    done(slow, 10, FIRST, 1);
    ends(1, 1);
    finds();
  }

  @Test
  void an_acknowledged_write_that_is_missing_in_the_end_is_lost() {
    done(write(1, 0), 10, FIRST, 1);
    done(write(2, 11), 20, FIRST, 2);
    ends(1, 1);
    finds(Rule.LOST);
  }

  @Test
  void one_that_a_later_version_does_not_show_is_lost_once() {
    done(write(1, 0), 10, FIRST, 1);
    done(write(2, 11), 20, FIRST, 2);
    shows(read(21), 30, FIRST, 2, 2);
    shows(read(31), 40, FIRST, 2, 2);
    ends(2, 2);
    finds(Rule.LOST);
  }

  @Test
  void one_that_was_overwritten_in_its_place_is_not_lost() {
    done(write(1, 0), 10, FIRST, 1);
    done(write(1 + Content.PLACES, 11), 20, FIRST, 2);
    ends(2, 1 + Content.PLACES);
    finds();
  }

  @Test
  void a_missing_write_that_was_acknowledged_after_its_successor_answered_is_a_zombie() {
    done(write(1, 0), 10, FIRST, 1);
    int zombie = write(2, 11);
    shows(read(12), 20, SECOND, 1, 1);
    done(zombie, 30, FIRST, 2);
    ends(1, 1);
    finds(Rule.ZOMBIE);
  }

  @Test
  void of_two_owners_acknowledging_one_version_the_deposed_one_is_a_zombie() {
    int zombie = write(1, 0);
    done(write(2, 1), 10, SECOND, 1);
    done(zombie, 20, FIRST, 1);
    ends(1, 2);
    finds(Rule.ZOMBIE);
  }

  @Test
  void a_read_that_misses_what_was_acknowledged_before_it_was_sent_is_stale() {
    done(write(1, 0), 10, FIRST, 1);
    done(write(2, 11), 20, FIRST, 2);
    history.answered(read(21), answer(30, FIRST, 99, 1, false, content(1)));
    ends(2, 1, 2);
    finds(Rule.STALE);
  }

  @Test
  void a_stale_read_that_is_marked_is_none() {
    done(write(1, 0), 10, FIRST, 1);
    done(write(2, 11), 20, FIRST, 2);
    history.answered(read(21), answer(30, FIRST, 99, 1, true, content(1)));
    ends(2, 1, 2);
    finds();
  }

  @Test
  void a_read_older_than_the_beginning_is_stale() {
    before.put(SHARD, new Found(5, content(90)));
    shows(read(0), 10, FIRST, 4);
    assertThat(check()).extracting(Violation::rule).contains(Rule.STALE);
  }

  @Test
  void what_one_reader_was_shown_no_later_one_misses() {
    int unanswered = write(1, 0);
    shows(read(1), 10, FIRST, 1, 1);
    shows(read(11), 20, FIRST, 0);
    history.answered(unanswered, Answer.none(1_000));
    ends(1, 1);
    finds(Rule.BACKWARDS);
  }

  @Test
  void a_refused_write_is_never_visible() {
    refused(write(1, 0), 10, 503);
    shows(read(11), 20, FIRST, 1, 1);
    assertThat(check()).extracting(Violation::rule).containsOnly(Rule.REFUSED_VISIBLE);
  }

  @Test
  void an_unknown_one_may_be_visible_or_not() {
    history.answered(write(1, 0), Answer.none(10));
    history.answered(write(2, 1), Answer.refusal(10, 504, Fate.UNKNOWN));
    ends(1, 2);
    finds();
  }

  @Test
  void an_unknown_one_of_an_earlier_run_may_come_late() {
    mayAppear.put(SHARD, Set.of(77));
    done(write(1, 0), 10, FIRST, 1);
    ends(2, 1, 77);
    finds();
  }

  @Test
  void a_value_that_nobody_wrote_is_told() {
    shows(read(0), 10, FIRST, 0, 42);
    finds(Rule.VERSIONS);
  }

  @Test
  void more_versions_than_writes_are_told() {
    done(write(1, 0), 10, FIRST, 1);
    ends(3, 1);
    finds(Rule.VERSIONS);
  }

  private static final int ANOTHER = 5;

  /** A deposed owner appends a write, learns that it is none any more, and says 421: no slot. */
  @Test
  void each_write_that_a_deposed_owner_refused_may_have_been_mended_with_a_version() {
    before.put(SHARD, new Found(1, content(9)));
    refused(write(1, 0), 40, 421);
    refused(write(2, 1), 41, 421);
    refused(write(3, 2), 42, 412);
    ends(3, 9);
    finds();
    ends(4, 9);
    finds(Rule.VERSIONS);
  }

  /** As above; which slot it was nobody says, so that it may have been taken over as any. */
  @Test
  void a_takeover_may_write_a_shard_anew_of_which_only_a_deposed_owner_spoke() {
    before.put(SHARD, new Found(1, content(9)));
    refused(write(1, 0), 40, 421);
    ends(3, 9);
    finds(Rule.VERSIONS);

    done(history.sent(new Request(Kind.WRITE, 0, ANOTHER, 2, -1, 0, 0)), 10, FIRST, 1);
    done(history.sent(new Request(Kind.WRITE, 0, ANOTHER, 3, -1, 11, 11)), 20, SECOND, 2);
    finds();

    ends(4, 9);
    finds(Rule.VERSIONS);
  }

  @Test
  void a_takeover_may_write_a_shard_anew_once() {
    done(write(1, 0), 10, FIRST, 1);
    shows(read(11), 20, SECOND, 2, 1);
    ends(2, 1);
    finds();
  }

  @Test
  void two_writes_with_one_version_are_told() {
    done(write(1, 0), 10, FIRST, 1);
    int other = write(2, 0);
    done(other, 11, FIRST, 1);
    assertThat(check()).extracting(Violation::rule).contains(Rule.VERSIONS);
  }

  @Test
  void a_repeat_under_one_key_gets_the_first_answer() {
    done(write(1, 0), 10, FIRST, 1);
    done(write(2, 11), 20, FIRST, 2);
    done(write(1, 21), 30, FIRST, 1);
    ends(2, 1, 2);
    finds();
  }

  @Test
  void a_repeat_with_a_version_of_its_own_had_two_effects() {
    done(write(1, 0), 10, FIRST, 1);
    done(write(1, 11), 20, FIRST, 2);
    ends(2, 1);
    assertThat(check()).extracting(Violation::rule).contains(Rule.TWICE);
  }

  @Test
  void a_write_that_shows_again_after_a_later_one_had_two_effects() {
    done(write(1, 0), 10, FIRST, 1);
    done(write(2, 11), 20, FIRST, 2);
    after.put(SHARD, new Found(2, new Content(1, content(1, 2).places())));
    finds(Rule.TWICE);
  }

  @Test
  void attempts_that_were_refused_and_then_done_are_one_effect() {
    refused(write(1, 0), 10, 503);
    done(write(1, 11), 20, FIRST, 1);
    ends(1, 1);
    finds();
  }

  @Test
  void an_epoch_does_not_go_back() {
    shows(read(0), 10, SECOND, 0);
    shows(read(11), 20, FIRST, 0);
    finds(Rule.BACKWARDS);
  }

  @Test
  void the_old_epoch_may_answer_what_was_asked_before() {
    int early = read(0);
    shows(read(1), 10, SECOND, 0);
    history.answered(early, answer(20, FIRST, 5, 0, false, Content.EMPTY));
    finds();
  }

  @Test
  void an_offset_does_not_go_back() {
    history.answered(read(0), answer(10, FIRST, 30, 0, false, Content.EMPTY));
    history.answered(read(11), answer(20, FIRST, 29, 0, false, Content.EMPTY));
    finds(Rule.BACKWARDS);
  }

  @Test
  void a_map_does_not_go_back_at_one_owner() {
    Answer newer = answer(10, FIRST, 30, 0, false, Content.EMPTY);
    history.answered(read(0), newer);
    history.answered(
        read(11),
        new Answer(
            20,
            200,
            Fate.DONE,
            SLOT,
            FIRST,
            30,
            new Stamp(1, 1, 4),
            0,
            false,
            false,
            Content.EMPTY));
    finds(Rule.BACKWARDS);
  }

  @Test
  void an_ended_session_stays_ended() {
    int end = history.sent(new Request(Kind.SIGN_OUT, 0, 3, 0, -1, 0, 0));
    history.answered(
        end,
        new Answer(
            10, 204, Fate.DONE, -1, Stamp.NONE, -1, Stamp.NONE, -1, false, false, Content.EMPTY));
    int before = history.sent(new Request(Kind.READ_ENDED, 0, SHARD, 0, -1, 5, 5));
    shows(before, 20, FIRST, 0);
    finds();
    int late = history.sent(new Request(Kind.READ_ENDED, 0, SHARD, 0, -1, 11, 11));
    shows(late, 30, FIRST, 0);
    finds(Rule.ENDED_ALIVE);
  }

  @Test
  void nobody_sees_another_users_session() {
    int stranger = history.sent(new Request(Kind.READ_FOREIGN, 0, SHARD, 0, -1, 0, 0));
    refused(stranger, 10, 403);
    finds();
    int seen = history.sent(new Request(Kind.READ_FOREIGN, 0, SHARD, 0, -1, 11, 11));
    shows(seen, 20, FIRST, 0);
    finds(Rule.FOREIGN);
  }

  @Test
  void content_of_somebody_else_is_told() {
    history.answered(
        read(0),
        new Answer(10, 200, Fate.DONE, SLOT, FIRST, 1, Stamp.NONE, 0, false, true, Content.EMPTY));
    finds(Rule.FOREIGN);
  }

  @Test
  void a_precondition_is_not_missed_for_nothing() {
    done(write(1, 0), 10, FIRST, 1);
    refused(writeIf(2, 1, 11), 20, 412);
    ends(1, 1);
    finds(Rule.VERSIONS);
  }

  @Test
  void a_precondition_that_was_met_is_followed_by_the_next_version() {
    done(write(1, 0), 10, FIRST, 1);
    done(write(2, 11), 20, FIRST, 2);
    done(writeIf(3, 1, 21), 30, FIRST, 3);
    ends(3, 1, 2, 3);
    finds(Rule.VERSIONS);
  }

  @Test
  void a_history_gives_back_what_was_noted() {
    int id = writeIf(9, 3, 5);
    assertThat(history.get(id).answer().fate()).isEqualTo(Fate.UNKNOWN);
    Answer answer =
        new Answer(
            77,
            200,
            Fate.DONE,
            300_015,
            new Stamp(3, 4, -1),
            55,
            new Stamp(1, 2, 3),
            8,
            true,
            true,
            content(1, 2, 3));
    history.answered(id, answer);
    assertThat(history.get(id).answer()).isEqualTo(answer);
    assertThat(history.get(id).request()).isEqualTo(new Request(Kind.WRITE, 0, SHARD, 9, 3, 5, 5));
  }
}
