package dev.kintsugi.local.verify.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.local.verify.check.Violation.Rule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Sessions that are not there any more, or for a moment, though nobody has ended them. */
class VanishedTest {

  private static final int AREAS = 3;
  private static final int SHARD = 4;
  private static final int SLOT = 7;
  private static final Stamp FIRST = new Stamp(1, 1, -1);
  private static final Stamp SECOND = new Stamp(2, 1, -1);

  private final History history = new History();
  private final Map<Integer, Found> before = new HashMap<>();
  private final Map<Integer, Found> after = new HashMap<>();
  private final Map<Integer, String> gone = new HashMap<>();
  private final Map<Integer, Set<Integer>> mayAppear = new HashMap<>();
  private long offset;

  private void finds(Rule... rules) {
    List<Violation> found =
        new Checker(history, AREAS, before, new ReadBack(after, gone), mayAppear).check();
    assertThat(found).extracting(Violation::rule).containsExactlyInAnyOrder(rules);
  }

  private static Content content(int... values) {
    Content content = Content.EMPTY;
    for (int value : values) {
      content = content.with(value);
    }
    return content;
  }

  private int ask(Kind kind, long sent) {
    return history.sent(new Request(kind, 0, SHARD, 0, -1, sent, sent));
  }

  private int write(int value, long sent) {
    return history.sent(new Request(Kind.WRITE, 0, SHARD, value, -1, sent, sent));
  }

  private void done(int id, long nanos, Stamp epoch, long version, int... values) {
    Stamp map = new Stamp(epoch.grant(), 1, 5);
    history.answered(
        id,
        new Answer(
            nanos,
            200,
            Fate.DONE,
            SLOT,
            epoch,
            ++offset,
            map,
            version,
            false,
            false,
            content(values)));
  }

  private void denied(int id, long nanos) {
    history.answered(id, Answer.refusal(nanos, 404, Fate.REFUSED));
  }

  private void signOut(long sent) {
    history.sent(new Request(Kind.SIGN_OUT, 0, 3, 0, -1, sent, sent));
  }

  @Test
  void a_session_that_is_gone_in_the_end_is_lost_also_where_nobody_asked_about_it() {
    before.put(SHARD, new Found(5, content(90)));
    gone.put(SHARD, "404");
    finds(Rule.LOST);
  }

  @Test
  void with_it_goes_each_write_that_was_acknowledged() {
    before.put(SHARD, new Found(5, content(90)));
    done(write(1, 0), 10, FIRST, 6);
    done(write(2, 11), 20, FIRST, 7);
    gone.put(SHARD, "404");
    finds(Rule.LOST, Rule.LOST, Rule.LOST);
  }

  @Test
  void a_write_that_a_deposed_owner_acknowledged_goes_as_a_zombie() {
    int zombie = write(1, 0);
    done(ask(Kind.READ, 1), 10, SECOND, 0);
    done(zombie, 20, FIRST, 1);
    gone.put(SHARD, "404");
    finds(Rule.ZOMBIE);
  }

  @Test
  void one_that_was_to_be_ended_may_be_gone() {
    before.put(SHARD, new Found(5, content(90)));
    done(write(1, 0), 10, FIRST, 6);
    signOut(11);
    denied(ask(Kind.READ, 12), 20);
    gone.put(SHARD, "404");
    finds();
  }

  @Test
  void what_was_gone_before_and_never_written_is_not_lost_again() {
    denied(ask(Kind.READ, 0), 10);
    denied(write(1, 11), 20);
    gone.put(SHARD, "404");
    finds();
  }

  @Test
  void a_shard_that_nobody_asked_about_is_still_what_it_was() {
    before.put(SHARD, new Found(5, content(90)));
    after.put(SHARD, new Found(5, content(90)));
    finds();
    after.put(SHARD, new Found(6, content(90, 91)));
    mayAppear.put(SHARD, Set.of(91));
    finds();
  }

  @Test
  void one_that_has_become_older_is_lost() {
    before.put(SHARD, new Found(5, content(90)));
    after.put(SHARD, new Found(4, content(89)));
    finds(Rule.LOST);
    after.put(SHARD, new Found(0, Content.EMPTY));
    finds(Rule.LOST);
  }

  @Test
  void one_that_shows_what_was_refused_in_an_earlier_run_is_told() {
    before.put(SHARD, new Found(5, content(90)));
    after.put(SHARD, new Found(6, content(90, 91)));
    finds(Rule.VERSIONS);
  }

  @Test
  void that_there_is_no_such_session_is_stale_after_a_write_of_it_was_acknowledged() {
    done(write(1, 0), 10, FIRST, 1);
    denied(ask(Kind.READ, 11), 20);
    after.put(SHARD, new Found(1, content(1)));
    finds(Rule.STALE);
  }

  @Test
  void it_is_stale_where_the_session_was_there_before() {
    before.put(SHARD, new Found(5, content(90)));
    after.put(SHARD, new Found(5, content(90)));
    denied(ask(Kind.READ, 0), 10);
    finds(Rule.STALE);
  }

  @Test
  void a_write_is_not_told_so_either() {
    before.put(SHARD, new Found(5, content(90)));
    after.put(SHARD, new Found(5, content(90)));
    denied(write(1, 0), 10);
    finds(Rule.STALE);
  }

  @Test
  void what_was_shown_to_one_reader_is_not_denied_to_a_later_one() {
    history.answered(write(1, 0), Answer.none(1_000));
    done(ask(Kind.READ, 1), 10, FIRST, 1, 1);
    denied(ask(Kind.READ, 11), 20);
    after.put(SHARD, new Found(1, content(1)));
    finds(Rule.BACKWARDS);
  }

  @Test
  void who_asked_before_anything_was_acknowledged_may_have_been_told_so() {
    int early = ask(Kind.READ, 0);
    done(write(1, 1), 10, FIRST, 1);
    denied(early, 20);
    after.put(SHARD, new Found(1, content(1)));
    finds();
  }

  @Test
  void a_session_whose_end_is_under_way_may_be_denied_and_not_before() {
    before.put(SHARD, new Found(5, content(90)));
    int early = ask(Kind.READ, 0);
    int late = ask(Kind.READ, 1);
    signOut(15);
    denied(late, 20);
    finds();
    denied(early, 14);
    finds(Rule.STALE);
  }

  @Test
  void a_stranger_is_told_that_there_is_none() {
    before.put(SHARD, new Found(5, content(90)));
    after.put(SHARD, new Found(5, content(90)));
    denied(ask(Kind.READ_FOREIGN, 0), 10);
    denied(ask(Kind.READ_ENDED, 0), 10);
    finds();
  }
}
