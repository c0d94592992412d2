package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Records that count but cannot be read, and records that never should have been written. */
class QuarantineTest {

  private static final Area AREA = OneNode.AREA;
  private static final Incarnation STRANGER = new Incarnation(77);

  private final OneNode node = new OneNode();
  private final SessionId session = node.session(1);
  private final SessionId neighbour = node.session(1);
  private final SlotId slot = OneNode.slot(AREA, session);

  @Test
  void a_record_of_the_owner_that_cannot_be_read_sets_its_own_session_aside_and_no_other() {
    make(session);
    make(neighbour);
    assertThat(node.find(slot, unreadable(session, 2))).isEqualTo(SlotFold.Outcome.MALFORMED);

    assertThat(why(node.read(session, AREA))).isEqualTo(Refusal.QUARANTINED);
    assertThat(why(node.write(session, AREA, new Change.Put(OneNode.content("2")))))
        .isEqualTo(Refusal.QUARANTINED);
    assertThat(why(node.create(session, "2"))).isEqualTo(Refusal.QUARANTINED);
    assertThat(node.read(neighbour, AREA)).isInstanceOf(Answer.Found.class);
    assertThat(node.write(neighbour, AREA, new Change.Put(OneNode.content("2"))))
        .isInstanceOf(Answer.Applied.class);
    assertThat(node.machine.view(slot).orElseThrow().quarantined()).isEqualTo(1);
    assertThat(node.machine.quarantined(5)).containsExactly(new ShardKey(session, AREA));
  }

  @Test
  void nothing_is_written_over_what_a_newer_version_may_have_written() {
    make(session);
    var _ = node.find(slot, unreadable(session, 2));
    int before = node.logs.get(slot).size();
    var _ = node.write(session, AREA, new Change.Put(OneNode.content("2")));
    node.machine.onTick(0, Instant.EPOCH, node.out);
    node.settle();
    assertThat(node.logs.get(slot)).hasSize(before);
  }

  @Test
  void a_later_record_that_can_be_read_ends_the_quarantine() {
    make(session);
    Shard known = shard();
    var _ = node.find(slot, unreadable(session, 2));
    assertThat(node.find(slot, written(session, 3, known, node.epoch(slot), OneNode.INCARNATION)))
        .isEqualTo(SlotFold.Outcome.APPLIED);
    assertThat(node.read(session, AREA))
        .isInstanceOfSatisfying(
            Answer.Found.class,
            found -> assertThat(found.shard().version()).isEqualTo(new ShardVersion(3)));
    assertThat(node.machine.quarantined(5)).isEmpty();
  }

  @Test
  void the_end_is_written_over_a_quarantined_shard() {
    make(session);
    var _ = node.find(slot, unreadable(session, 7));
    Change end = new Change.End(SimWorld.APPLICATION, Optional.of(SimWorld.USER));
    assertThat(node.write(session, AREA, end))
        .isInstanceOfSatisfying(
            Answer.Applied.class,
            applied -> assertThat(applied.version()).isEqualTo(new ShardVersion(8)));
    assertThat(why(node.write(session, AREA, new Change.Put(OneNode.content("2")))))
        .isEqualTo(Refusal.ENDED);
    assertThat(node.machine.quarantined(5)).isEmpty();
  }

  @Test
  void a_session_whose_own_shard_is_quarantined_can_be_looked_up_and_advanced_to_its_end_only() {
    make(session);
    SlotId own = OneNode.slot(Area.SESSION, session);
    var _ = node.find(own, unreadable(own, session, 2));
    ShardKey key = new ShardKey(session, Area.SESSION);
    assertThat(why(node.ask(new Request.Read(own, key)))).isEqualTo(Refusal.QUARANTINED);
    assertThat(node.ask(new Request.LastReadable(own, key))).isInstanceOf(Answer.Found.class);
    assertThat(node.write(session, Area.SESSION, new Change.Advance(SessionFacts.State.ENDING)))
        .isInstanceOf(Answer.Applied.class);
    assertThat(node.read(session, Area.SESSION)).isInstanceOf(Answer.Found.class);
  }

  @Test
  void it_survives_a_restart_even_where_compaction_has_left_nothing_else() {
    make(session);
    var _ = node.find(slot, unreadable(session, 2));
    Map<SlotId, List<SlotEntry>> logs = new HashMap<>();
    node.logs.forEach((of, entries) -> logs.put(of, compacted(entries)));
    OneNode again = new OneNode(logs);
    assertThat(why(again.read(session, AREA))).isEqualTo(Refusal.QUARANTINED);
    SlotId own = OneNode.slot(Area.SESSION, session);
    assertThat(again.read(session, Area.SESSION)).isInstanceOf(Answer.Found.class);
    assertThat(again.ask(new Request.LastReadable(slot, new ShardKey(session, AREA))))
        .isInstanceOf(Answer.Refused.class);
    Change end = new Change.End(SimWorld.APPLICATION, Optional.of(SimWorld.USER));
    assertThat(again.write(session, AREA, end)).isInstanceOf(Answer.Applied.class);
    assertThat(own).isNotEqualTo(slot);
  }

  @Test
  void what_a_stranger_wrote_is_written_over_with_the_last_valid_content() {
    make(session);
    SlotEntry.Signature foreign =
        new SlotEntry.Signature(node.epoch(slot), STRANGER, new ShardVersion(5));
    for (Optional<SlotEntry.Signature> by : List.of(Optional.of(foreign), none())) {
      var _ = node.find(slot, new SlotEntry.Malformed(Optional.of(session), by, "hostile"));
      assertThat(node.logs.get(slot).getLast())
          .isInstanceOfSatisfying(
              SlotEntry.Written.class,
              written ->
                  assertThat(written.shard().orElseThrow().content())
                      .isEqualTo(OneNode.content("1")));
      assertThat(node.read(session, AREA)).isInstanceOf(Answer.Found.class);
    }
  }

  @Test
  void a_record_of_another_slot_or_of_another_areas_form_changes_nothing() {
    make(session);
    long digest = node.machine.view(slot).orElseThrow().digest();
    Epoch epoch = node.epoch(slot);
    SessionId elsewhere = node.session(2);
    assertThat(node.find(slot, written(elsewhere, 1, shard(), epoch, OneNode.INCARNATION)))
        .isEqualTo(SlotFold.Outcome.MALFORMED);
    SlotId own = OneNode.slot(Area.SESSION, session);
    Shard withoutFacts = shard();
    assertThat(node.find(own, written(session, 9, withoutFacts, node.epoch(own), STRANGER)))
        .isEqualTo(SlotFold.Outcome.MALFORMED);
    assertThat(node.machine.view(slot).orElseThrow().digest()).isEqualTo(digest);
    assertThat(node.read(session, Area.SESSION)).isInstanceOf(Answer.Found.class);
    assertThat(node.read(elsewhere, AREA)).isInstanceOf(Answer.Absent.class);
  }

  @Test
  void a_grant_that_nobody_could_follow_is_no_ownership() {
    make(session);
    Epoch far = new Epoch(1L << 61, 1);
    SlotEntry.Owned owned =
        new SlotEntry.Owned(
            far,
            STRANGER,
            new dev.kintsugi.core.NodeId("node-9"),
            java.time.Duration.ofMillis(200),
            0);
    assertThat(node.find(slot, owned)).isEqualTo(SlotFold.Outcome.MALFORMED);
    assertThat(node.write(session, AREA, new Change.Put(OneNode.content("2"))))
        .isInstanceOf(Answer.Applied.class);
  }

  @Test
  void an_epoch_that_goes_back_is_void_whoever_signs_it_and_its_owner_goes_on() {
    make(session);
    Epoch inForce = node.epoch(slot);
    for (Epoch back : List.of(Epoch.NONE, new Epoch(inForce.grant(), 0), new Epoch(0, 9))) {
      assertThat(inForce.fences(back)).isTrue();
      for (Incarnation by : List.of(OneNode.INCARNATION, STRANGER)) {
        for (SlotEntry entry :
            List.of(
                new SlotEntry.Owned(
                    back,
                    by,
                    new dev.kintsugi.core.NodeId("node-9"),
                    java.time.Duration.ofMillis(200),
                    0),
                new SlotEntry.Settled(back, by),
                new SlotEntry.Released(back, by),
                new SlotEntry.Checked(
                    back, by, Optional.of(new SlotEntry.Sample(0, 7, 1, Digest.FORM))),
                written(session, 900, shard(), back, by))) {
          assertThat(node.find(slot, entry)).as("%s", entry).isEqualTo(SlotFold.Outcome.VOID);
        }
      }
    }
    assertThat(node.epoch(slot)).isEqualTo(inForce);
    assertThat(shard().content()).isEqualTo(OneNode.content("1"));
    assertThat(node.write(session, AREA, new Change.Put(OneNode.content("2"))))
        .isInstanceOf(Answer.Applied.class);
    OneNode again = new OneNode(node.logs);
    assertThat(again.read(session, AREA))
        .isInstanceOfSatisfying(
            Answer.Found.class,
            found -> assertThat(found.shard().content()).isEqualTo(OneNode.content("2")));
  }

  @Test
  void a_record_that_cannot_be_applied_sets_its_session_aside_and_the_slot_goes_on() {
    make(session);
    make(neighbour);
    Shard known = shard();
    Shard poison =
        new Shard(
            known.application(),
            known.user(),
            new ShardVersion(2),
            known.content(),
            known.requests(),
            known.facts(),
            Optional.of(Instant.MAX));
    assertThat(node.find(slot, written(session, 2, poison, node.epoch(slot), OneNode.INCARNATION)))
        .isEqualTo(SlotFold.Outcome.MALFORMED);
    assertThat(why(node.read(session, AREA))).isEqualTo(Refusal.QUARANTINED);
    assertThat(node.read(neighbour, AREA)).isInstanceOf(Answer.Found.class);
  }

  private void make(SessionId one) {
    assertThat(node.create(one)).isInstanceOf(Answer.Applied.class);
    assertThat(node.create(one, "1")).isInstanceOf(Answer.Applied.class);
  }

  private Shard shard() {
    return ((Answer.Found) node.read(session, AREA)).shard();
  }

  private SlotEntry unreadable(SessionId of, long version) {
    return unreadable(slot, of, version);
  }

  private SlotEntry unreadable(SlotId in, SessionId of, long version) {
    return new SlotEntry.Malformed(
        Optional.of(of),
        Optional.of(
            new SlotEntry.Signature(
                node.epoch(in), OneNode.INCARNATION, new ShardVersion(version))),
        "of a newer version");
  }

  private static SlotEntry written(
      SessionId of, long version, Shard shard, Epoch epoch, Incarnation by) {
    ShardVersion made = new ShardVersion(version);
    return new SlotEntry.Written(
        epoch,
        by,
        of,
        made,
        Optional.of(
            new Shard(
                shard.application(),
                shard.user(),
                made,
                shard.content(),
                shard.requests(),
                shard.facts(),
                shard.endedAt())));
  }

  /** Of each shard the newest record alone. */
  private static List<SlotEntry> compacted(List<SlotEntry> log) {
    Map<Object, SlotEntry> newest = new java.util.LinkedHashMap<>();
    for (SlotEntry entry : log) {
      Object key =
          switch (entry) {
            case SlotEntry.Written written -> written.session();
            case SlotEntry.Malformed malformed -> malformed.session().orElseThrow();
            case SlotEntry.Owned _, SlotEntry.Settled _, SlotEntry.Released _ -> entry;
            case SlotEntry.Checked _ -> SlotEntry.Checked.class;
          };
      newest.remove(key);
      newest.put(key, entry);
    }
    return List.copyOf(newest.values());
  }

  private static Optional<SlotEntry.Signature> none() {
    return Optional.empty();
  }

  private static Refusal why(Answer answer) {
    return ((Answer.Refused) answer).why();
  }
}
