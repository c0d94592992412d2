package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Bytes under way, the size of a record, and a memory that fills. */
class BoundsTest {

  private static final Area AREA = OneNode.AREA;
  private static final Change END =
      new Change.End(SimWorld.APPLICATION, Optional.of(SimWorld.USER));

  @Test
  void more_bytes_under_way_than_a_slot_may_have_are_refused_and_other_slots_go_on() {
    OneNode node = new OneNode();
    List<Long> tokens = new ArrayList<>();
    List<SessionId> sessions = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      sessions.add(node.session(1));
      tokens.add(node.begin(create(sessions.getLast(), i)));
    }
    long refused = tokens.stream().filter(token -> node.answer(token).isPresent()).count();
    assertThat(refused).isBetween(8L, 10L);
    assertThat(why(node.answer(tokens.getLast()).orElseThrow())).isEqualTo(Refusal.UNAVAILABLE);
    SessionId elsewhere = node.session(2);
    long other = node.begin(create(elsewhere, 90));
    long end = node.begin(OneNode.write(sessions.getFirst(), AREA, END, 91));
    assertThat(node.answer(other)).isEmpty();
    assertThat(node.answer(end)).isEmpty();
    node.settle();
    assertThat(node.answer(other).orElseThrow()).isInstanceOf(Answer.Applied.class);
    assertThat(node.answer(end).orElseThrow()).isInstanceOf(Answer.Applied.class);
    assertThat(node.ask(create(sessions.getLast(), 92))).isInstanceOf(Answer.Applied.class);
  }

  @Test
  void the_node_as_a_whole_has_a_bound_too_and_what_came_back_makes_room() {
    OneNode node = new OneNode();
    for (int round = 0; round < 3; round++) {
      List<Long> tokens = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        tokens.add(node.begin(create(node.session(i), round * 100 + i)));
      }
      long refused = tokens.stream().filter(token -> node.answer(token).isPresent()).count();
      assertThat(refused).isBetween(15L, 19L);
      node.settle();
    }
  }

  @Test
  void what_is_under_way_when_a_slot_is_read_anew_is_not_counted_for_ever() {
    OneNode node = new OneNode();
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 20; i++) {
        var _ = node.begin(create(node.session(1), round * 100 + i));
      }
      node.machine.onWriterLost(0, node.out);
      node.settle();
    }
    assertThat(node.ask(create(node.session(1), 999))).isInstanceOf(Answer.Applied.class);
  }

  @Test
  void who_waits_for_a_change_and_goes_makes_room_for_another() {
    OneNode node = new OneNode();
    AtomicBoolean gone = new AtomicBoolean();
    SessionId left = node.session(1);
    SessionId stays = node.session(1);
    long first = node.begin(watch(left, gone::get));
    for (int i = 1; i < 10_000; i++) {
      var _ = node.begin(watch(node.session(1), gone::get));
    }
    assertThat(node.ask(watch(stays, () -> false)))
        .as("one more")
        .isInstanceOfSatisfying(
            Answer.Refused.class, it -> assertThat(it.why()).isEqualTo(Refusal.UNAVAILABLE));
    node.tick();
    assertThat(node.answer(first)).as("while it is there").isEmpty();
    gone.set(true);
    node.tick();
    assertThat(node.answer(first)).as("its place is free").isPresent();
    long another = node.begin(watch(stays, () -> false));
    node.tick();
    assertThat(node.answer(another)).as("waits").isEmpty();
    assertThat(node.create(stays, "1")).isInstanceOf(Answer.Applied.class);
    assertThat(node.answer(another).orElseThrow()).isInstanceOf(Answer.Found.class);
  }

  private static Request watch(SessionId session, BooleanSupplier gone) {
    return new Request.Watch(
        OneNode.slot(AREA, session), new ShardKey(session, AREA), ShardVersion.NONE, gone);
  }

  @Test
  void content_that_makes_a_record_larger_than_kafka_takes_is_refused() {
    OneNode node = new OneNode();
    SessionId session = node.session(1);
    assertThat(node.create(session, "1")).isInstanceOf(Answer.Applied.class);
    TreeMap<String, String> many = new TreeMap<>();
    for (int i = 0; i < 100_000; i++) {
      many.put(Integer.toString(i), "1");
    }
    assertThat(why(node.write(session, AREA, new Change.Put(new Content(many)))))
        .isEqualTo(Refusal.TOO_LARGE);
    assertThat(node.write(session, AREA, END)).isInstanceOf(Answer.Applied.class);
  }

  @Test
  void a_node_near_its_limit_takes_no_new_sessions_but_serves_changes_and_ends_those_it_has() {
    OneNode node = new OneNode(50_000);
    List<SessionId> sessions = new ArrayList<>();
    Answer last = null;
    for (int i = 0; i < 2_000 && !(last instanceof Answer.Refused); i++) {
      SessionId session = node.session(i);
      last = node.create(session);
      if (last instanceof Answer.Applied) {
        sessions.add(session);
      }
      node.tick();
    }
    assertThat(why(java.util.Objects.requireNonNull(last))).isEqualTo(Refusal.NEARLY_FULL);
    assertThat(node.machine.nearlyFull()).isTrue();
    SessionId known = sessions.getFirst();
    assertThat(node.read(known, Area.SESSION)).isInstanceOf(Answer.Found.class);
    assertThat(node.create(known, "1")).isInstanceOf(Answer.Applied.class);
    assertThat(node.write(known, AREA, new Change.Put(OneNode.content("22"))))
        .isInstanceOf(Answer.Applied.class);
    assertThat(node.write(known, AREA, END)).isInstanceOf(Answer.Applied.class);
    assertThat(node.write(known, Area.SESSION, new Change.Advance(SessionFacts.State.ENDING)))
        .isInstanceOf(Answer.Applied.class);
  }

  @Test
  void a_full_node_lets_no_shard_grow_but_lets_it_shrink() {
    OneNode node = new OneNode(50_000);
    SessionId session = node.session(1);
    assertThat(node.create(session)).isInstanceOf(Answer.Applied.class);
    assertThat(node.create(session, "1".repeat(60_000))).isInstanceOf(Answer.Applied.class);
    node.tick();
    Change grow = new Change.Put(OneNode.content("1".repeat(60_001)));
    assertThat(why(node.write(session, AREA, grow))).isEqualTo(Refusal.NEARLY_FULL);
    assertThat(node.write(session, AREA, new Change.Put(OneNode.content("2"))))
        .isInstanceOf(Answer.Applied.class);
    node.tick();
    assertThat(node.machine.nearlyFull()).isFalse();
    assertThat(node.create(node.session(2))).isInstanceOf(Answer.Applied.class);
  }

  @Test
  void room_is_left_only_well_below_the_mark_at_which_it_ended() {
    Room room = new Room(800);
    room.weigh(799);
    assertThat(room.nearlyFull()).isFalse();
    room.weigh(800);
    assertThat(room.nearlyFull()).isTrue();
    room.weigh(750);
    assertThat(room.nearlyFull()).isTrue();
    room.weigh(900);
    assertThat(room.full()).isTrue();
    room.weigh(801);
    assertThat(room.full()).isTrue();
    room.weigh(800);
    assertThat(room.full()).isFalse();
    assertThat(room.nearlyFull()).isTrue();
    room.weigh(700);
    assertThat(room.nearlyFull()).isFalse();
    room.weigh(Long.MAX_VALUE);
    assertThat(room.full()).isTrue();
  }

  private static Request create(SessionId session, long key) {
    return OneNode.write(
        session,
        AREA,
        new Change.Create(
            SimWorld.APPLICATION,
            Optional.of(SimWorld.USER),
            OneNode.content("1".repeat(690_000)),
            Optional.empty()),
        1_000 + key);
  }

  private static Refusal why(Answer answer) {
    return ((Answer.Refused) answer).why();
  }
}
