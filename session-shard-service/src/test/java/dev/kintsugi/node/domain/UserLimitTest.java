package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.UserId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One node that lets a user have two sessions of an application at once. */
class UserLimitTest {

  private static final Change ENDING = new Change.Advance(SessionFacts.State.ENDING);

  private final OneNode node = new OneNode(OneNode.SETTINGS.withSessionsPerUser(2));
  private long keys = 100;

  private static Change create(ApplicationId application, String user, SessionFacts.State state) {
    SessionFacts facts =
        new SessionFacts(
            state, Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.empty());
    return new Change.Create(
        application,
        user.isEmpty() ? Optional.empty() : Optional.of(new UserId(user)),
        Content.EMPTY,
        Optional.of(facts));
  }

  private Request.Write alices(SessionId session) {
    return write(session, create(SimWorld.APPLICATION, "alice", SessionFacts.State.LIVE));
  }

  private Request.Write write(SessionId session, Change change) {
    return OneNode.write(session, Area.SESSION, change, keys++);
  }

  private SessionId made() {
    SessionId session = node.session(1);
    assertThat(node.ask(alices(session))).isInstanceOf(Answer.Applied.class);
    return session;
  }

  private static void assertRefused(Answer answer) {
    assertWhy(answer, Refusal.TOO_MANY_SESSIONS);
  }

  private static void assertWhy(Answer answer, Refusal why) {
    assertThat(answer)
        .isInstanceOfSatisfying(
            Answer.Refused.class, refused -> assertThat(refused.why()).isEqualTo(why));
  }

  @Test
  void one_session_more_than_a_user_may_have_is_refused_until_another_begins_to_end() {
    SessionId first = made();
    made();
    SessionId third = node.session(1);
    assertRefused(node.ask(alices(third)));
    assertThat(node.read(third, Area.SESSION)).isInstanceOf(Answer.Absent.class);
    assertThat(node.ask(write(first, ENDING))).isInstanceOf(Answer.Applied.class);
    assertThat(node.ask(alices(third))).isInstanceOf(Answer.Applied.class);
  }

  @Test
  void the_sessions_of_a_user_who_has_as_many_as_may_be_go_on() {
    SessionId first = made();
    made();
    for (Change change :
        List.of(
            new Change.Put(OneNode.content("1")),
            new Change.Merge(OneNode.content("2").attributes()),
            new Change.Touch(Instant.EPOCH.plusMillis(7)),
            ENDING)) {
      assertThat(node.ask(write(first, change))).isInstanceOf(Answer.Applied.class);
    }
  }

  @Test
  void of_two_that_come_at_once_where_there_is_room_for_one_the_first_is_made() {
    made();
    long first = node.begin(alices(node.session(1)));
    long second = node.begin(alices(node.session(1)));
    assertThat(node.answer(second)).as("rests on what is under way").isEmpty();
    node.settle();
    assertThat(node.answer(first).orElseThrow()).isInstanceOf(Answer.Applied.class);
    assertRefused(node.answer(second).orElseThrow());
  }

  @Test
  void of_many_that_come_at_once_as_many_are_made_as_may_be() {
    List<Long> asked = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      asked.add(node.begin(alices(node.session(1))));
    }
    node.settle();
    long applied =
        asked.stream()
            .map(node::answer)
            .filter(answer -> answer.orElseThrow() instanceof Answer.Applied)
            .count();
    assertThat(applied).isEqualTo(2);
  }

  @Test
  void a_repeated_key_gets_its_session_however_many_there_are() {
    Request.Write first = alices(node.session(1));
    assertThat(node.ask(first)).isInstanceOf(Answer.Applied.class);
    long second = node.begin(alices(node.session(1)));
    long again = node.begin(first);
    node.settle();
    assertThat(node.answer(second).orElseThrow()).isInstanceOf(Answer.Applied.class);
    assertThat(node.answer(again).orElseThrow())
        .isInstanceOfSatisfying(
            Answer.Applied.class, applied -> assertThat(applied.repeated()).isTrue());
  }

  @Test
  void a_repeat_of_a_creation_under_way_is_not_counted_against_itself() {
    made();
    Request.Write last = alices(node.session(1));
    long first = node.begin(last);
    long again = node.begin(last);
    node.settle();
    assertThat(node.answer(first).orElseThrow()).isInstanceOf(Answer.Applied.class);
    assertThat(node.answer(again).orElseThrow()).isInstanceOf(Answer.Applied.class);
  }

  @Test
  void each_user_each_application_and_whoever_has_no_user_is_counted_apart() {
    made();
    made();
    ApplicationId shop = new ApplicationId("shop");
    for (Change change :
        List.of(
            create(shop, "alice", SessionFacts.State.LIVE),
            create(shop, "alice", SessionFacts.State.LIVE),
            create(SimWorld.APPLICATION, "alic", SessionFacts.State.LIVE),
            create(SimWorld.APPLICATION, "", SessionFacts.State.LIVE),
            create(SimWorld.APPLICATION, "", SessionFacts.State.LIVE),
            create(SimWorld.APPLICATION, "", SessionFacts.State.LIVE))) {
      assertThat(node.ask(write(node.session(1), change))).isInstanceOf(Answer.Applied.class);
    }
    assertRefused(node.ask(write(node.session(1), create(shop, "alice", SessionFacts.State.LIVE))));
  }

  @Test
  void an_id_that_is_taken_out_of_use_is_no_session() {
    made();
    made();
    Change retired = create(SimWorld.APPLICATION, "alice", SessionFacts.State.ENDED);
    assertThat(node.ask(write(node.session(1), retired))).isInstanceOf(Answer.Applied.class);
  }

  /** Whoever hears that there are too many ends one of them. */
  @Test
  void a_node_that_is_nearly_full_says_that_first_so_that_no_session_gives_way_in_vain() {
    OneNode small = new OneNode(OneNode.SETTINGS.withSessionsPerUser(1).withMemoryLimit(50_000));
    Answer last = small.ask(alices(small.session(1)));
    assertThat(last).isInstanceOf(Answer.Applied.class);
    for (int i = 0; i < 2_000 && !(last instanceof Answer.Refused); i++) {
      Change change = create(SimWorld.APPLICATION, "user-" + i, SessionFacts.State.LIVE);
      last = small.ask(write(small.session(i), change));
      small.tick();
    }
    assertWhy(last, Refusal.NEARLY_FULL);
    assertWhy(small.ask(alices(small.session(1))), Refusal.NEARLY_FULL);
  }

  @Test
  void a_slot_with_too_much_under_way_says_that_first_so_that_no_session_gives_way_in_vain() {
    OneNode busy = new OneNode(OneNode.SETTINGS.withSessionsPerUser(1));
    assertThat(busy.ask(alices(busy.session(1)))).isInstanceOf(Answer.Applied.class);
    Optional<Answer> refused = Optional.empty();
    for (int i = 0; i < 100_000 && refused.isEmpty(); i++) {
      Change change = create(SimWorld.APPLICATION, "user-" + i, SessionFacts.State.LIVE);
      refused = busy.answer(busy.begin(write(busy.session(5 + 4 * i), change)));
    }
    assertWhy(refused.orElseThrow(), Refusal.UNAVAILABLE);
    assertWhy(busy.answer(busy.begin(alices(busy.session(1)))).orElseThrow(), Refusal.UNAVAILABLE);
  }

  @Test
  void whoever_ends_all_is_told_of_half_ended_and_unreadable_sessions_too() {
    made();
    SessionId half = node.session(1);
    assertThat(node.ask(alices(half))).isInstanceOf(Answer.Applied.class);
    Answer.Sessions before = sessions(half, true);
    assertThat(before.ids()).contains(half);
    assertThat(node.write(half, Area.SESSION, new Change.Advance(SessionFacts.State.ENDING)))
        .isInstanceOf(Answer.Applied.class);
    SlotId slot = OneNode.slot(Area.SESSION, half);
    SessionId unreadable = node.session(1);
    assertThat(unreadable.placement()).isEqualTo(half.placement());
    SlotEntry.Signature by =
        new SlotEntry.Signature(node.epoch(slot), OneNode.INCARNATION, new ShardVersion(3));
    var _ =
        node.find(slot, new SlotEntry.Malformed(Optional.of(unreadable), Optional.of(by), "newer"));

    assertThat(sessions(half, false).ids()).doesNotContain(half);
    assertThat(sessions(half, false).unreadable()).isEmpty();
    assertThat(sessions(half, true).ids()).isEqualTo(before.ids());
    assertThat(sessions(half, true).unreadable()).containsExactly(unreadable);
  }

  private Answer.Sessions sessions(SessionId of, boolean toEnd) {
    return (Answer.Sessions)
        node.ask(
            new Request.ListSessions(
                OneNode.slot(Area.SESSION, of),
                of.placement(),
                SimWorld.APPLICATION,
                SimWorld.USER,
                toEnd));
  }

  @Test
  void what_waited_for_a_creation_that_came_to_nothing_is_decided_anew() {
    made();
    SessionId lost = node.session(1);
    node.begin(alices(lost));
    long second = node.begin(alices(node.session(1)));
    node.out.removeIf(action ->
        action instanceof Action.Append(var _, SlotEntry.Written written)
            && written.session().equals(lost));
    node.machine.onWriterLost(0, node.out);
    node.settle();
    long living =
        ((Answer.Sessions)
                node.ask(
                    new Request.ListSessions(
                        OneNode.slot(Area.SESSION, lost),
                        lost.placement(),
                        SimWorld.APPLICATION,
                        SimWorld.USER)))
            .sessions()
            .size();
    assertThat(living).isEqualTo(2);
    assertThat(node.answer(second)).isPresent();
  }
}
