package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One node, driven by hand, that answers what it cannot prove. The area's policy is 30 s. */
class MarkedAnswersTest {

  private static final Area NEVER = new Area("settings");
  private static final Areas AREAS =
      Areas.of(
          List.of(
              new AreaPolicy(Area.SESSION, 1, 2, 100_000, Duration.ofSeconds(30)),
              new AreaPolicy(NEVER, 1, 2, 100_000, Duration.ZERO)));
  private static final SlotId SLOT = new SlotId(Area.SESSION, 0);
  private static final SlotId NEVER_SLOT = new SlotId(NEVER, 0);
  private static final NodeId SELF = new NodeId("node-1");
  private static final NodeId OTHER = new NodeId("node-2");
  private static final Incarnation OWN = new Incarnation(1);
  private static final Incarnation FOREIGN = new Incarnation(9);
  private static final Epoch FIRST = new Epoch(1, 1);
  private static final SessionId SESSION = SimWorld.session(1);
  private static final Leniency FROM_OWNER = new Leniency.FromOwner();

  private final List<Action> out = new ArrayList<>();
  private final Map<Long, Answer> answers = new HashMap<>();
  private final Map<SlotId, Long> offsets = new HashMap<>();
  private final NodeMachine node =
      new NodeMachine(
          SELF,
          AREAS,
          new Lease(Duration.ofMillis(200), Duration.ofMillis(50), OWN, 0),
          0,
          (_, patch) -> Optional.of(patch),
          NodeSettings.of(Duration.ofHours(1)));
  private long nanos;
  private Instant wall = Instant.EPOCH;
  private long mapOffset;
  private long nextToken;

  private void pass(Duration time) {
    nanos += time.toNanos();
    wall = wall.plus(time);
  }

  private void tick() {
    node.onTick(nanos, wall, out);
    collect();
  }

  private void collect() {
    for (Action action : List.copyOf(out)) {
      if (action instanceof Action.Reply(long token, Answer answer)) {
        answers.put(token, answer);
      }
    }
    out.removeIf(Action.Reply.class::isInstance);
  }

  private void map(NodeId owner, long grant) {
    List<NodeId> standbys = List.of(owner.equals(SELF) ? OTHER : SELF);
    List<SlotAssignment> slots = List.of(SlotAssignment.ownedBy(owner, standbys, grant));
    node.onMap(
        ShardMap.of(
            new MapVersion(FIRST, ++mapOffset),
            List.of(up(SELF), up(OTHER)),
            Map.of(Area.SESSION, slots, NEVER, slots)),
        nanos,
        wall,
        out);
  }

  private static MapNode up(NodeId id) {
    return new MapNode(id, URI.create("http://" + id), OWN, MapNode.State.UP, Optional.empty());
  }

  private void read(SlotId slot, SlotEntry entry) {
    long offset = offsets.merge(slot, 1L, Long::sum) - 1;
    var _ = node.onEntry(slot, offset, entry, nanos, wall, out);
    collect();
  }

  /** Appends come back. */
  private void readBack() {
    while (out.stream().anyMatch(Action.Append.class::isInstance)) {
      List<Action> due = List.copyOf(out);
      out.clear();
      due.forEach(action -> {
        if (action instanceof Action.Append(SlotId slot, SlotEntry entry)) {
          read(slot, entry);
        }
      });
    }
  }

  private void atEnd() {
    node.onAtEnd(SLOT, new Moment(nanos, wall), nanos, wall, out);
    node.onAtEnd(NEVER_SLOT, new Moment(nanos, wall), nanos, wall, out);
  }

  private static SlotEntry.Owned owned(Epoch epoch, Incarnation by) {
    return new SlotEntry.Owned(epoch, by, OTHER, Duration.ofMillis(200), 0);
  }

  private static Shard shard(Area area, SessionFacts.State state) {
    return new Shard(
        SimWorld.APPLICATION,
        Optional.of(SimWorld.USER),
        new ShardVersion(1),
        new Content(new TreeMap<>(Map.of("a", "1"))),
        List.of(),
        area.equals(Area.SESSION)
            ? Optional.of(
                new SessionFacts(
                    state, Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.empty()))
            : Optional.empty(),
        Optional.empty());
  }

  private static SlotEntry.Written written(Shard shard) {
    return new SlotEntry.Written(FIRST, FOREIGN, SESSION, new ShardVersion(1), Optional.of(shard));
  }

  /** A standby that has read an ownership record and a living shard, and is at the log's end. */
  private void standBy() {
    map(OTHER, 1);
    for (SlotId slot : List.of(SLOT, NEVER_SLOT)) {
      node.onFollowed(slot);
      read(slot, owned(FIRST, FOREIGN));
      read(slot, written(shard(slot.area(), SessionFacts.State.LIVE)));
    }
    atEnd();
  }

  /** An owner of that shard whose last heartbeat was sent now. */
  private void serve() {
    standBy();
    read(SLOT, new SlotEntry.Released(FIRST, FOREIGN));
    read(NEVER_SLOT, new SlotEntry.Released(FIRST, FOREIGN));
    map(SELF, 2);
    node.onTick(nanos, wall, out);
    node.onBeat(OWN, 1, nanos, wall, out);
    readBack();
    assertThat(node.serves(SLOT)).isTrue();
    collect();
    answers.clear();
  }

  private long ask(SlotId slot, SessionId session, Leniency leniency, Duration patience) {
    long token = nextToken++;
    Request.Read read = new Request.Read(slot, new ShardKey(session, slot.area()), leniency);
    node.onRequest(token, read, nanos + patience.toNanos(), nanos, wall, out);
    collect();
    return token;
  }

  private Optional<Answer> answer(long token) {
    return Optional.ofNullable(answers.get(token));
  }

  /** What a read gets at once. */
  private Optional<Answer> read(SlotId slot, Leniency leniency) {
    return answer(ask(slot, SESSION, leniency, Duration.ofSeconds(2)));
  }

  /** What a read gets that waits, with a tick every now and then and nothing else. */
  private Answer readPatiently(SlotId slot, SessionId session, Leniency leniency) {
    long token = ask(slot, session, leniency, Duration.ofSeconds(2));
    for (int tick = 0; tick < 30 && answer(token).isEmpty(); tick++) {
      pass(Duration.ofMillis(100));
      tick();
    }
    return answer(token).orElseThrow();
  }

  private static Leniency seen(long offset) {
    return new Leniency.FromStandby(offset);
  }

  private static void assertRefused(Answer answer, Refusal why) {
    assertThat(answer)
        .isInstanceOfSatisfying(
            Answer.Refused.class, refused -> assertThat(refused.why()).isEqualTo(why));
  }

  private static void assertShown(Answer answer, long nextOffset) {
    assertThat(answer)
        .isInstanceOfSatisfying(
            Answer.Stale.class,
            stale -> {
              assertThat(stale.shard().lives()).isTrue();
              assertThat(stale.position().nextOffset()).isEqualTo(nextOffset);
            });
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2})
  void a_standby_shows_its_copy_to_whoever_has_seen_no_more(long offset) {
    standBy();
    assertShown(read(SLOT, seen(offset)).orElseThrow(), 2);
  }

  @ParameterizedTest
  @ValueSource(longs = {3, Long.MAX_VALUE})
  void a_standby_refuses_whoever_has_seen_more_until_it_has_read_it(long offset) {
    standBy();
    assertRefused(read(SLOT, seen(offset)).orElseThrow(), Refusal.NOT_OWNER);
    read(SLOT, new SlotEntry.Settled(FIRST, FOREIGN));
    assertThat(read(SLOT, seen(offset)).orElseThrow() instanceof Answer.Stale)
        .isEqualTo(offset == 3);
  }

  @Test
  void a_standby_refuses_whoever_shows_nothing() {
    standBy();
    assertRefused(read(SLOT, FROM_OWNER).orElseThrow(), Refusal.NOT_OWNER);
    assertRefused(read(SLOT, new Leniency.None()).orElseThrow(), Refusal.NOT_OWNER);
  }

  @Test
  void a_standby_answers_while_it_was_at_the_logs_end_as_lately_as_the_policy_says() {
    standBy();
    pass(Duration.ofSeconds(30));
    assertShown(read(SLOT, seen(0)).orElseThrow(), 2);
    pass(Duration.ofMillis(1));
    assertRefused(read(SLOT, seen(0)).orElseThrow(), Refusal.NOT_OWNER);
    atEnd();
    assertShown(read(SLOT, seen(0)).orElseThrow(), 2);
  }

  @Test
  void either_clock_can_make_a_copy_too_old() {
    standBy();
    nanos += Duration.ofSeconds(31).toNanos();
    assertRefused(read(SLOT, seen(0)).orElseThrow(), Refusal.NOT_OWNER);
    atEnd();
    wall = wall.plusSeconds(31);
    assertRefused(read(SLOT, seen(0)).orElseThrow(), Refusal.NOT_OWNER);
  }

  @Test
  void a_standby_that_has_never_been_at_the_logs_end_refuses() {
    map(OTHER, 1);
    node.onFollowed(SLOT);
    read(SLOT, owned(FIRST, FOREIGN));
    read(SLOT, written(shard(Area.SESSION, SessionFacts.State.LIVE)));
    assertRefused(read(SLOT, seen(0)).orElseThrow(), Refusal.NOT_OWNER);
  }

  @Test
  void where_the_policy_says_never_nobody_shows_anything_that_may_be_old() {
    serve();
    map(OTHER, 3);
    readBack();
    assertRefused(read(NEVER_SLOT, seen(0)).orElseThrow(), Refusal.NOT_OWNER);
    assertShown(read(SLOT, seen(0)).orElseThrow(), offsets.get(SLOT));
  }

  @Test
  void an_owner_of_such_an_area_refuses_at_the_deadline() {
    serve();
    pass(Duration.ofMillis(300));
    assertRefused(readPatiently(NEVER_SLOT, SESSION, FROM_OWNER), Refusal.UNAVAILABLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ENDING", "ENDED"})
  void a_standby_says_nothing_of_a_session_that_ends(String state) {
    standBy();
    Shard ending = shard(Area.SESSION, SessionFacts.State.valueOf(state));
    read(
        SLOT,
        new SlotEntry.Written(
            FIRST, FOREIGN, SESSION, new ShardVersion(2), Optional.of(withVersion(ending, 2))));
    assertRefused(read(SLOT, seen(0)).orElseThrow(), Refusal.NOT_OWNER);
  }

  private static Shard withVersion(Shard shard, long version) {
    return new Shard(
        shard.application(),
        shard.user(),
        new ShardVersion(version),
        shard.content(),
        shard.requests(),
        shard.facts(),
        shard.endedAt());
  }

  @Test
  void a_standby_says_nothing_of_what_is_not_there_or_cannot_be_read() {
    standBy();
    long unknown = ask(SLOT, SimWorld.session(2), seen(0), Duration.ofSeconds(1));
    assertRefused(answer(unknown).orElseThrow(), Refusal.NOT_OWNER);
    read(SLOT, unreadable(FIRST, FOREIGN, 2));
    assertRefused(read(SLOT, seen(0)).orElseThrow(), Refusal.NOT_OWNER);
  }

  private static SlotEntry unreadable(Epoch epoch, Incarnation by, long version) {
    return new SlotEntry.Malformed(
        Optional.of(SESSION),
        Optional.of(new SlotEntry.Signature(epoch, by, new ShardVersion(version))),
        "as the test wants it");
  }

  @Test
  void an_owner_answers_as_always_whatever_its_caller_has_seen() {
    serve();
    for (Leniency leniency : List.of(FROM_OWNER, seen(0), seen(Long.MAX_VALUE))) {
      assertThat(read(SLOT, leniency).orElseThrow()).isInstanceOf(Answer.Found.class);
    }
  }

  @Test
  void an_owner_without_a_lease_shows_what_it_knew_last_to_a_read_that_has_waited_for_a_second() {
    serve();
    pass(Duration.ofMillis(300));
    long token = ask(SLOT, SESSION, FROM_OWNER, Duration.ofSeconds(2));
    pass(Duration.ofMillis(999));
    tick();
    assertThat(answer(token)).isEmpty();
    pass(Duration.ofMillis(1));
    tick();
    assertShown(answer(token).orElseThrow(), offsets.get(SLOT));
  }

  @Test
  void a_proof_that_comes_in_time_makes_it_an_answer_like_any_other() {
    serve();
    pass(Duration.ofMillis(300));
    tick();
    long token = ask(SLOT, SESSION, FROM_OWNER, Duration.ofSeconds(2));
    pass(Duration.ofMillis(20));
    tick();
    node.onBeat(OWN, 3, nanos, wall, out);
    collect();
    assertThat(answer(token).orElseThrow()).isInstanceOf(Answer.Found.class);
  }

  @Test
  void a_read_that_takes_no_old_answer_waits_and_is_refused() {
    serve();
    pass(Duration.ofMillis(300));
    assertRefused(readPatiently(SLOT, SESSION, new Leniency.None()), Refusal.UNAVAILABLE);
    Leniency more = seen(offsets.get(SLOT) + 1);
    assertRefused(readPatiently(SLOT, SESSION, more), Refusal.UNAVAILABLE);
  }

  @Test
  void an_owner_whose_lease_ended_longer_ago_than_the_policy_says_refuses() {
    serve();
    pass(Duration.ofSeconds(29));
    assertThat(readPatiently(SLOT, SESSION, FROM_OWNER)).isInstanceOf(Answer.Stale.class);
    pass(Duration.ofSeconds(1));
    assertRefused(readPatiently(SLOT, SESSION, FROM_OWNER), Refusal.UNAVAILABLE);
  }

  @Test
  void an_owner_without_a_lease_says_nothing_of_what_is_not_there_or_cannot_be_read() {
    serve();
    pass(Duration.ofMillis(300));
    assertRefused(readPatiently(SLOT, SimWorld.session(2), FROM_OWNER), Refusal.UNAVAILABLE);
    read(SLOT, unreadable(node.view(SLOT).orElseThrow().epoch(), OWN, 2));
    assertRefused(readPatiently(SLOT, SESSION, FROM_OWNER), Refusal.UNAVAILABLE);
  }

  @Test
  void neither_a_list_nor_a_watch_is_ever_answered_so() {
    serve();
    pass(Duration.ofMillis(300));
    ShardKey key = new ShardKey(SESSION, Area.SESSION);
    List<Request> requests =
        List.of(
            new Request.Watch(SLOT, key, ShardVersion.NONE, () -> false),
            new Request.LastReadable(SLOT, key),
            new Request.ListSessions(
                SLOT, SESSION.placement(), SimWorld.APPLICATION, SimWorld.USER));
    for (Request request : requests) {
      node.onRequest(nextToken++, request, nanos + 2_000_000_000L, nanos, wall, out);
    }
    for (int i = 0; i < 21; i++) {
      pass(Duration.ofMillis(100));
      tick();
    }
    assertThat(answers).hasSize(3);
    answers.values().forEach(answer -> assertRefused(answer, Refusal.UNAVAILABLE));
  }

  @Test
  void a_fence_that_was_read_ends_it() {
    serve();
    pass(Duration.ofMillis(300));
    long token = ask(SLOT, SESSION, FROM_OWNER, Duration.ofSeconds(2));
    node.onFence(OWN, nanos, wall, out);
    collect();
    assertRefused(answer(token).orElseThrow(), Refusal.NOT_OWNER);
    assertRefused(readPatiently(SLOT, SESSION, FROM_OWNER), Refusal.UNAVAILABLE);
  }

  @Test
  void a_successor_that_was_read_of_ends_it_even_while_the_map_still_names_this_node() {
    serve();
    pass(Duration.ofMillis(300));
    long token = ask(SLOT, SESSION, FROM_OWNER, Duration.ofSeconds(2));
    read(SLOT, owned(new Epoch(3, 1), FOREIGN));
    collect();
    assertRefused(answer(token).orElseThrow(), Refusal.NOT_OWNER);
    assertRefused(readPatiently(SLOT, SESSION, FROM_OWNER), Refusal.UNAVAILABLE);
  }

  @Test
  void an_owner_that_asks_for_another_epoch_after_a_failed_append_still_shows_what_it_knew() {
    serve();
    pass(Duration.ofMillis(300));
    Request.Write write =
        new Request.Write(
            SLOT,
            new ShardKey(SESSION, Area.SESSION),
            new RequestKey(1, 2, 3),
            new Change.Merge(new TreeMap<>(Map.of("a", "2"))),
            Optional.empty());
    node.onRequest(nextToken++, write, nanos + 1_000_000_000L, nanos, wall, out);
    node.onWriterLost(nanos, out);
    assertThat(node.serves(SLOT)).isFalse();
    assertShown(readPatiently(SLOT, SESSION, FROM_OWNER), offsets.get(SLOT));
  }

  @Test
  void a_slot_that_is_given_up_is_not_shown_any_more_by_its_owner() {
    serve();
    pass(Duration.ofMillis(300));
    map(OTHER, 3);
    assertRefused(read(SLOT, FROM_OWNER).orElseThrow(), Refusal.NOT_OWNER);
    assertRefused(read(SLOT, seen(0)).orElseThrow(), Refusal.NOT_OWNER);
    readBack();
    atEnd();
    assertShown(read(SLOT, seen(0)).orElseThrow(), offsets.get(SLOT));
  }
}
