package dev.kintsugi.node.runtime.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.Admission;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.runtime.ShardStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A session between ENDING and ENDED whose log is silent for a while. */
class HalfEndedSessionsTest {

  private static final int TASKS = 200;
  private static final Area SETTINGS = new Area("settings");

  private final ManualTimer timer = new ManualTimer();
  private final ShardWorld world = new ShardWorld(1);
  private final SilentStore store = new SilentStore();
  private final SessionEnding ending =
      new SessionEnding(store, world.peers(), ShardWorld.AREAS, timer);

  /** The store of node "a", some of whose answers get lost. */
  private final class SilentStore implements ShardStore {
    private final ShardStore whole = world.store("a");
    private int lostWrites;
    private int refusedReads;
    private boolean writesHaveTheirEffect = true;

    @Override
    public CompletableFuture<Answer> submit(Request request, Duration patience) {
      if (request instanceof Request.Write write && isEnding(write) && lostWrites > 0) {
        lostWrites--;
        return lost(write, patience);
      }
      if (request instanceof Request.LastReadable && refusedReads > 0) {
        refusedReads--;
        return whole
            .submit(request, patience)
            .thenApply(answer -> new Answer.Refused(Refusal.UNAVAILABLE, position(answer)));
      }
      return whole.submit(request, patience);
    }

    private boolean isEnding(Request.Write write) {
      return write.change() instanceof Change.Advance(SessionFacts.State to)
          && to == SessionFacts.State.ENDING;
    }

    private CompletableFuture<Answer> lost(Request.Write write, Duration patience) {
      UnaryOperator<Answer> unknown = answer -> new Answer.Unknown(position(answer));
      return writesHaveTheirEffect
          ? whole.submit(write, patience).thenApply(unknown)
          : whole.submit(new Request.Read(write.slot(), write.key()), patience).thenApply(unknown);
    }

    @Override
    public MapVersion mapVersion() {
      return whole.mapVersion();
    }
  }

  private static Position position(Answer answer) {
    return switch (answer) {
      case Answer.Found found -> found.position();
      case Answer.Stale stale -> stale.position();
      case Answer.Absent absent -> absent.position();
      case Answer.Applied applied -> applied.position();
      case Answer.Refused refused -> refused.position();
      case Answer.Unknown unknown -> unknown.position();
      case Answer.Sessions sessions -> sessions.position();
    };
  }

  private SessionId made() {
    return made(new PlacementKey(5));
  }

  private SessionId made(PlacementKey placement) {
    Creation wanted =
        new Creation(
            new ApplicationId("mail"),
            Optional.of(new UserId("alice")),
            placement,
            new TreeMap<>(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "alice",
            Optional.empty(),
            RequestKeys.of("alice", "none", List.of()));
    return new SessionCreation(
            world.store("a"),
            world.peers(),
            ShardWorld.AREAS,
            new SessionIds(new byte[32], new SecureRandom()),
            ending,
            SessionLimit.NONE,
            world.clock())
        .create(wanted, soon())
        .join()
        .id();
  }

  private static Deadline soon() {
    return Deadline.in(Duration.ofSeconds(5));
  }

  private Answer end(SessionId id) {
    Access access =
        ending.end(id, Admission.ALL, RequestKeys.of("x", "e", List.of()), soon()).join();
    return ((Access.Granted) access).answer();
  }

  /** Leaves a session as an owner leaves it that goes away right after its ENDING. */
  private SessionId halfEnded() {
    return halfEnded(made());
  }

  private SessionId halfEnded(SessionId id) {
    var key = RequestKeys.of("x", "e", List.of());
    Answer answer =
        world
            .store("a")
            .submit(
                new Request.Write(
                    ShardWorld.AREAS.slotOf(Area.SESSION, id),
                    new dev.kintsugi.node.domain.ShardKey(id, Area.SESSION),
                    key,
                    new Change.Advance(SessionFacts.State.ENDING),
                    Optional.empty()),
                Duration.ofSeconds(1))
            .join();
    assertThat(answer).isInstanceOf(Answer.Applied.class);
    return id;
  }

  private void assertEndedEverywhere(SessionId id) {
    for (AreaPolicy policy : ShardWorld.AREAS.all()) {
      assertThat(world.shard(id, policy.area()).orElseThrow().ended())
          .as(policy.area().value())
          .isTrue();
    }
    assertThat(ending.underWay()).isZero();
  }

  @Test
  void an_ending_whose_first_record_has_an_unknown_fate_is_seen_through_by_itself() {
    SessionId id = made();
    store.lostWrites = 1;
    assertThat(end(id)).isInstanceOf(Answer.Unknown.class);
    assertThat(world.sessionsIn(SessionFacts.State.ENDING)).containsExactly(id);

    assertThat(timer.run(TASKS)).isFalse();
    assertEndedEverywhere(id);
  }

  @Test
  void an_ending_that_has_not_begun_after_all_leaves_the_session_alive() {
    SessionId id = made();
    store.lostWrites = 1;
    store.writesHaveTheirEffect = false;
    assertThat(end(id)).isInstanceOf(Answer.Unknown.class);

    assertThat(timer.run(TASKS)).isFalse();
    assertThat(world.sessionsIn(SessionFacts.State.LIVE)).containsExactly(id);
  }

  @Test
  void an_ending_that_arrives_after_its_asker_has_given_up_is_seen_through_when_it_is_named() {
    SessionId id = made();
    store.lostWrites = 1;
    store.writesHaveTheirEffect = false;
    assertThat(end(id)).isInstanceOf(Answer.Unknown.class);
    assertThat(timer.run(TASKS)).isFalse();
    var _ = halfEnded(id);

    ending.onHalfEnded(ShardWorld.AREAS.slotOf(Area.SESSION, id), List.of(id));
    assertThat(timer.run(TASKS)).isFalse();
    assertEndedEverywhere(id);
  }

  @Test
  void sessions_that_are_named_again_and_again_are_not_worked_on_more_often() {
    List<SessionId> left = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      left.add(halfEnded());
    }
    SlotId slot = ShardWorld.AREAS.slotOf(Area.SESSION, left.getFirst());
    for (int i = 0; i < 100; i++) {
      ending.onHalfEnded(slot, left);
    }
    assertThat(timer.run(1)).as("one turn of eight").isTrue();
    assertThat(timer.run(TASKS)).isFalse();
    left.forEach(this::assertEndedEverywhere);
    SessionId later = halfEnded();
    ending.onHalfEnded(slot, List.of(later));
    assertThat(timer.run(TASKS)).isFalse();
    assertEndedEverywhere(later);
  }

  @Test
  void sessions_with_an_area_that_is_away_hold_up_no_others() {
    List<SessionId> left = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      left.add(halfEnded());
    }
    SlotId slot = ShardWorld.AREAS.slotOf(Area.SESSION, left.getFirst());
    SessionId healthy = halfEnded(made(new PlacementKey(6)));
    SlotId away = ShardWorld.AREAS.slotOf(SETTINGS, left.getFirst());
    assertThat(ShardWorld.AREAS.slotOf(SETTINGS, healthy)).isNotEqualTo(away);
    world.away.add(away);
    List<SessionId> all = new ArrayList<>(left);
    all.add(healthy);
    ending.onHalfEnded(slot, all);

    assertThat(timer.run(2_000)).as("goes on with those of the area").isTrue();
    assertThat(world.sessionsIn(SessionFacts.State.ENDED)).containsExactly(healthy);
    world.away.clear();
    assertThat(timer.run(2_000)).isFalse();
    left.forEach(this::assertEndedEverywhere);
  }

  @Test
  void an_unknown_ending_is_looked_at_until_the_log_says_what_became_of_it() {
    SessionId id = made();
    store.lostWrites = 1;
    assertThat(end(id)).isInstanceOf(Answer.Unknown.class);
    store.refusedReads = 5;

    assertThat(timer.run(TASKS)).isFalse();
    assertThat(store.refusedReads).isZero();
    assertEndedEverywhere(id);
  }

  @ParameterizedTest(name = "{0} times unavailable")
  @ValueSource(ints = {0, 1, 7, 30})
  void what_a_former_owner_left_is_asked_for_until_it_is_available(int times) {
    List<SessionId> left = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      left.add(halfEnded());
    }
    store.refusedReads = times;
    left.stream()
        .map(id -> ShardWorld.AREAS.slotOf(Area.SESSION, id))
        .distinct()
        .forEach(slot ->
            ending.onHalfEnded(
                slot,
                left.stream()
                    .filter(id -> ShardWorld.AREAS.slotOf(Area.SESSION, id).equals(slot))
                    .toList()));

    assertThat(timer.run(TASKS)).isFalse();
    left.forEach(this::assertEndedEverywhere);
  }
}
