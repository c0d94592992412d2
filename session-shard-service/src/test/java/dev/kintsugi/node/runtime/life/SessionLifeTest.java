package dev.kintsugi.node.runtime.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.adapter.json.JsonMergePatch;
import dev.kintsugi.node.domain.Admission;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.domain.WriteRules;
import dev.kintsugi.node.runtime.ShardStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SessionLifeTest {

  private static final Area SETTINGS = new Area("settings");
  private static final ApplicationId MAIL = new ApplicationId("mail");
  private static final Optional<UserId> ALICE = Optional.of(new UserId("alice"));

  private final ManualTimer timer = new ManualTimer();
  private ShardWorld world = new ShardWorld(1);
  private SessionLimit limit = SessionLimit.NONE;

  private void limit(int perUser, SessionLimit.WhenTooMany whenTooMany) {
    limit = new SessionLimit(perUser, whenTooMany);
    world.sessionsPerUser = perUser;
  }

  private SessionCreation creation(String node) {
    return creation(world.store(node), node);
  }

  private SessionCreation creation(ShardStore store, String node) {
    return new SessionCreation(
        store,
        world.peers(),
        ShardWorld.AREAS,
        new SessionIds(new byte[32], new SecureRandom()),
        ending(node),
        limit,
        world.clock());
  }

  private SessionEnding ending(String node) {
    return new SessionEnding(world.store(node), world.peers(), ShardWorld.AREAS, timer);
  }

  private AreaAccess access(String node) {
    return new AreaAccess(
        world.store(node), world.peers(), ShardWorld.AREAS, new JsonMergePatch(), activity());
  }

  private Activity activity() {
    return new Activity(world.peers(), ShardWorld.AREAS, () -> 0);
  }

  private static Creation wanted(Optional<String> key, String theme) {
    return wanted("alice", key, theme);
  }

  private static Creation wanted(String caller, Optional<String> key, String theme) {
    TreeMap<Area, Content> contents = new TreeMap<>();
    contents.put(SETTINGS, content("theme", theme));
    return new Creation(
        MAIL,
        ALICE,
        new PlacementKey(5),
        contents,
        Optional.of(Duration.ofMinutes(30)),
        Optional.empty(),
        Optional.empty(),
        caller,
        key,
        RequestKeys.of(caller, key.orElse("none"), List.of(RequestKeys.utf8(theme))));
  }

  private static Content content(String name, String value) {
    TreeMap<String, String> attributes = new TreeMap<>();
    attributes.put(name, '"' + value + '"');
    return new Content(attributes);
  }

  private static Deadline soon() {
    return Deadline.in(Duration.ofSeconds(5));
  }

  private SessionId made(Optional<String> key) {
    SessionCreation.Made made = creation("a").create(wanted(key, "dark"), soon()).join();
    assertThat(made.answer()).isInstanceOf(Answer.Applied.class);
    return made.id();
  }

  private static Answer granted(Access access) {
    return ((Access.Granted) access).answer();
  }

  private static Refusal refusal(Answer answer) {
    return ((Answer.Refused) answer).why();
  }

  @Test
  void a_session_is_made_with_its_contents() {
    SessionId id = made(Optional.empty());
    assertThat(world.shard(id, SETTINGS).orElseThrow().content())
        .isEqualTo(content("theme", "dark"));
    assertThat(world.shard(id, Area.SESSION).orElseThrow().facts().orElseThrow().state())
        .isEqualTo(SessionFacts.State.LIVE);
    assertThat(world.shard(id, new Area("mailbox-list"))).isEmpty();
  }

  @Test
  void the_same_key_is_the_same_session_and_without_a_key_each_is_new() {
    assertThat(made(Optional.of("k"))).isEqualTo(made(Optional.of("k")));
    assertThat(made(Optional.of("k"))).isNotEqualTo(made(Optional.of("other")));
    assertThat(made(Optional.empty())).isNotEqualTo(made(Optional.empty()));
  }

  @Test
  void a_key_lasts_into_the_next_hour_but_not_for_ever() {
    world.now = Instant.parse("2026-11-23T10:59:59Z");
    SessionId first = made(Optional.of("k"));
    world.now = Instant.parse("2026-11-23T11:00:01Z");
    assertThat(made(Optional.of("k"))).isEqualTo(first);
    world.now = Instant.parse("2026-11-23T11:55:00Z");
    assertThat(made(Optional.of("k"))).isEqualTo(first);
    world.now = Instant.parse("2026-11-23T12:00:01Z");
    assertThat(made(Optional.of("k"))).isNotEqualTo(first);
  }

  @Test
  void a_key_used_for_another_session_is_refused() {
    made(Optional.of("k"));
    Answer answer = creation("a").create(wanted(Optional.of("k"), "light"), soon()).join().answer();
    assertThat(refusal(answer)).isEqualTo(Refusal.KEY_REUSED);
  }

  @Test
  void the_same_key_of_another_caller_is_another_session_with_content_of_its_own() {
    SessionId own = made(Optional.of("k"));
    SessionCreation.Made other =
        creation("a").create(wanted("the application", Optional.of("k"), "light"), soon()).join();
    assertThat(other.answer()).isInstanceOf(Answer.Applied.class);
    assertThat(other.id()).isNotEqualTo(own);
    assertThat(world.shard(own, SETTINGS).orElseThrow().content())
        .isEqualTo(content("theme", "dark"));
    assertThat(world.shard(other.id(), SETTINGS).orElseThrow().content())
        .isEqualTo(content("theme", "light"));
  }

  @Test
  void a_session_that_another_request_made_is_not_passed_off_as_this_ones() {
    SessionId id =
        new SessionIds(new byte[32], new SecureRandom())
            .ofKey(new PlacementKey(5), MAIL, ALICE, "alice", "k", SessionIds.windowOf(world.now));
    Change.Create foreign =
        new Change.Create(
            MAIL,
            ALICE,
            Content.EMPTY,
            Optional.of(
                new SessionFacts(
                    SessionFacts.State.LIVE,
                    world.now,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())));
    submit(id, "foreign", foreign);
    Answer answer = creation("a").create(wanted(Optional.of("k"), "dark"), soon()).join().answer();
    assertThat(refusal(answer)).isEqualTo(Refusal.KEY_REUSED);
  }

  @Test
  void a_key_whose_request_is_forgotten_still_names_its_session() {
    SessionId first = made(Optional.of("k"));
    world.now = world.now.plus(WriteRules.KEY_WINDOW);
    submit(first, "later", new Change.Put(Content.EMPTY));
    assertThat(world.shard(first, Area.SESSION).orElseThrow().requests()).hasSize(1);
    assertThat(made(Optional.of("k"))).isEqualTo(first);
  }

  private void submit(SessionId id, String key, Change change) {
    Answer answer =
        world
            .store("a")
            .submit(
                new Request.Write(
                    ShardWorld.AREAS.slotOf(Area.SESSION, id),
                    new ShardKey(id, Area.SESSION),
                    RequestKeys.of("somebody", key, List.of()),
                    change,
                    Optional.empty()),
                Duration.ofSeconds(5))
            .join();
    assertThat(answer).isInstanceOf(Answer.Applied.class);
  }

  @Test
  void a_key_whose_session_has_ended_makes_no_other_and_says_so() {
    SessionId first = made(Optional.of("k"));
    ending("a").end(first, Admission.ALL, RequestKeys.of("x", "end", List.of()), soon()).join();
    for (int repeat = 0; repeat < 2; repeat++) {
      SessionCreation.Made again =
          creation("a").create(wanted(Optional.of("k"), "dark"), soon()).join();
      assertThat(refusal(again.answer())).isEqualTo(Refusal.ENDED);
      world.now = Instant.parse("2026-11-23T11:30:00Z");
    }
    assertThat(world.sessionsIn(SessionFacts.State.LIVE)).isEmpty();
  }

  @Test
  void of_two_creations_around_the_hour_one_finds_the_other() {
    world.now = Instant.parse("2026-11-23T10:59:59Z");
    SessionId old =
        new SessionIds(new byte[32], new SecureRandom())
            .ofKey(new PlacementKey(5), MAIL, ALICE, "alice", "k", SessionIds.windowOf(world.now));
    world.now = Instant.parse("2026-11-23T11:00:01Z");
    SessionId later = made(Optional.of("k"));
    assertThat(later).isNotEqualTo(old);
    // The one under way since before the hour comes late, and must make nothing.
    world.now = Instant.parse("2026-11-23T10:59:59Z");
    SessionCreation.Made late =
        creation("a").create(wanted(Optional.of("k"), "dark"), soon()).join();
    assertThat(refusal(late.answer())).isEqualTo(Refusal.UNAVAILABLE);
    assertThat(world.shard(old, SETTINGS)).as("nothing is written in vain").isEmpty();
    assertThat(world.sessionsIn(SessionFacts.State.LIVE)).containsExactly(later);
  }

  @Test
  void a_content_that_is_too_large_makes_no_session() {
    Answer answer =
        creation("a").create(wanted(Optional.of("k"), "x".repeat(2000)), soon()).join().answer();
    assertThat(refusal(answer)).isEqualTo(Refusal.TOO_LARGE);
    assertThat(world.sessionsIn(SessionFacts.State.LIVE)).isEmpty();
  }

  @Test
  void what_will_be_refused_leaves_no_contents_under_an_id_that_must_stay() {
    Creation tooLarge = wanted(Optional.of("k"), "dark");
    tooLarge.contents().put(new Area("mailbox-list"), content("all", "x".repeat(2000)));
    SessionCreation.Made made = creation("a").create(tooLarge, soon()).join();
    assertThat(refusal(made.answer())).isEqualTo(Refusal.TOO_LARGE);
    assertThat(world.shard(made.id(), SETTINGS)).isEmpty();

    SessionCreation full =
        new SessionCreation(
            world.store("a"),
            world.peers(),
            ShardWorld.AREAS,
            new SessionIds(new byte[32], new SecureRandom()),
            ending("a"),
            limit,
            world.clock(),
            () -> true);
    SessionCreation.Made none = full.create(wanted(Optional.of("full"), "dark"), soon()).join();
    assertThat(refusal(none.answer())).isEqualTo(Refusal.NEARLY_FULL);
    assertThat(world.shard(none.id(), SETTINGS)).isEmpty();
  }

  @Test
  void the_session_that_was_used_least_lately_gives_way_to_a_new_one_everywhere() {
    limit(2, SessionLimit.WhenTooMany.END_OLDEST);
    SessionId first = made(Optional.empty());
    world.now = world.now.plusSeconds(1);
    SessionId second = made(Optional.empty());
    world.now = world.now.plusSeconds(1);
    submit(first, "used", new Change.Touch(world.now));
    SessionId third = made(Optional.empty());
    assertThat(world.sessionsIn(SessionFacts.State.LIVE)).containsExactlyInAnyOrder(first, third);
    for (AreaPolicy policy : ShardWorld.AREAS.all()) {
      assertThat(world.shard(second, policy.area()).orElseThrow().ended()).isTrue();
    }
  }

  @Test
  void as_many_give_way_as_it_takes_after_the_limit_was_lowered() {
    for (int i = 0; i < 5; i++) {
      made(Optional.empty());
    }
    limit(2, SessionLimit.WhenTooMany.END_OLDEST);
    SessionId last = made(Optional.empty());
    assertThat(world.sessionsIn(SessionFacts.State.LIVE)).hasSize(2).contains(last);
  }

  @Test
  void a_repeated_key_ends_nobodys_session() {
    limit(2, SessionLimit.WhenTooMany.END_OLDEST);
    SessionId first = made(Optional.of("k"));
    SessionId second = made(Optional.empty());
    assertThat(made(Optional.of("k"))).isEqualTo(first);
    assertThat(world.sessionsIn(SessionFacts.State.LIVE)).containsExactlyInAnyOrder(first, second);
  }

  @Test
  void a_creation_that_a_nearly_full_node_refuses_ends_nobodys_session() {
    limit(1, SessionLimit.WhenTooMany.END_OLDEST);
    SessionId first = made(Optional.empty());
    world.nearlyFull = true;
    Answer answer = creation("a").create(wanted(Optional.of("k"), "dark"), soon()).join().answer();
    assertThat(refusal(answer)).isEqualTo(Refusal.NEARLY_FULL);
    assertThat(world.sessionsIn(SessionFacts.State.LIVE)).containsExactly(first);
  }

  /** Its session is one too many for the slower of the two, which is about to make room for it. */
  @Test
  void of_two_creations_by_one_key_the_slower_does_not_end_the_session_of_the_faster() {
    limit(1, SessionLimit.WhenTooMany.END_OLDEST);
    SessionId old = made(Optional.empty());
    ShardStore store = world.store("a");
    List<SessionId> faster = new ArrayList<>();
    ShardStore whereAnotherIsFaster =
        new ShardStore() {
          @Override
          public CompletableFuture<Answer> submit(Request request, Duration patience) {
            if (request instanceof Request.ListSessions && faster.isEmpty()) {
              faster.add(made(Optional.of("k")));
            }
            return store.submit(request, patience);
          }

          @Override
          public MapVersion mapVersion() {
            return store.mapVersion();
          }
        };
    SessionCreation.Made made =
        creation(whereAnotherIsFaster, "a").create(wanted(Optional.of("k"), "dark"), soon()).join();
    assertThat(faster).containsExactly(made.id());
    assertThat(made.answer())
        .isInstanceOfSatisfying(
            Answer.Applied.class, applied -> assertThat(applied.repeated()).isTrue());
    assertThat(world.sessionsIn(SessionFacts.State.LIVE))
        .containsExactly(made.id())
        .doesNotContain(old);
  }

  @Test
  void a_new_session_is_refused_before_anything_is_written_and_its_key_may_make_it_later() {
    limit(1, SessionLimit.WhenTooMany.REFUSE);
    SessionId first = made(Optional.empty());
    SessionCreation.Made refused =
        creation("a").create(wanted(Optional.of("k"), "dark"), soon()).join();
    assertThat(refusal(refused.answer())).isEqualTo(Refusal.TOO_MANY_SESSIONS);
    assertThat(world.shard(refused.id(), SETTINGS)).isEmpty();
    ending("a").end(first, Admission.ALL, RequestKeys.of("x", "end", List.of()), soon()).join();
    assertThat(made(Optional.of("k"))).isEqualTo(refused.id());
    assertThat(made(Optional.of("k"))).isEqualTo(refused.id());
  }

  @Test
  void contents_under_a_random_id_end_when_its_session_is_refused() {
    world.nearlyFull = true;
    SessionCreation.Made made =
        creation("a").create(wanted(Optional.empty(), "dark"), soon()).join();
    assertThat(refusal(made.answer())).isEqualTo(Refusal.NEARLY_FULL);
    assertThat(world.shard(made.id(), SETTINGS).orElseThrow().ended()).isTrue();
  }

  @Test
  void contents_under_the_id_of_a_key_stay_for_its_next_attempt() {
    world.nearlyFull = true;
    SessionCreation.Made made =
        creation("a").create(wanted(Optional.of("k"), "dark"), soon()).join();
    assertThat(refusal(made.answer())).isEqualTo(Refusal.NEARLY_FULL);
    world.nearlyFull = false;
    assertThat(made(Optional.of("k"))).isEqualTo(made.id());
    assertThat(world.shard(made.id(), SETTINGS).orElseThrow().content())
        .isEqualTo(content("theme", "dark"));
  }

  @Test
  void only_the_owner_makes_a_session() {
    Answer answer = creation("b").create(wanted(Optional.of("k"), "dark"), soon()).join().answer();
    assertThat(refusal(answer)).isEqualTo(Refusal.NOT_OWNER);
    assertThat(world.sessionsIn(SessionFacts.State.LIVE)).isEmpty();
  }

  @Test
  void an_area_never_written_is_empty_while_the_session_lives_and_gone_after() {
    SessionId id = made(Optional.empty());
    Area mailbox = new Area("mailbox-list");
    assertThat(granted(access("a").read(id, mailbox, Admission.ALL, soon()).join()))
        .isInstanceOf(Answer.Absent.class);
    Access written =
        access("a")
            .write(
                id,
                mailbox,
                Admission.ALL,
                RequestKeys.of("x", "1", List.of()),
                new Change.Put(content("a", "b")),
                Optional.empty(),
                soon())
            .join();
    assertThat(((Answer.Applied) granted(written)).version().value()).isEqualTo(1);
    ending("a").end(id, Admission.ALL, RequestKeys.of("x", "2", List.of()), soon()).join();
    assertThat(
            ((Answer.Found) granted(access("a").read(id, mailbox, Admission.ALL, soon()).join()))
                .shard()
                .ended())
        .isTrue();
  }

  @Test
  void an_id_that_was_never_made_is_never_adopted() {
    SessionId id = SessionId.of(new PlacementKey(5), new byte[16]);
    for (Area area : List.of(SETTINGS, Area.SESSION)) {
      Access written =
          access("a")
              .write(
                  id,
                  area,
                  Admission.ALL,
                  RequestKeys.of("x", "1", List.of()),
                  new Change.Put(content("a", "b")),
                  Optional.empty(),
                  soon())
              .join();
      assertThat(refusal(granted(written))).isEqualTo(Refusal.NO_SHARD);
      assertThat(world.shard(id, area)).isEmpty();
    }
    Access ended =
        ending("a").end(id, Admission.ALL, RequestKeys.of("x", "2", List.of()), soon()).join();
    assertThat(refusal(granted(ended))).isEqualTo(Refusal.NO_SHARD);
  }

  @Test
  void a_stranger_is_kept_out_before_anything_happens() {
    SessionId id = made(Optional.empty());
    Admission stranger = (_, _) -> false;
    assertThat(access("a").read(id, SETTINGS, stranger, soon()).join())
        .isInstanceOf(Access.Forbidden.class);
    assertThat(access("a").read(id, new Area("mailbox-list"), stranger, soon()).join())
        .isInstanceOf(Access.Forbidden.class);
    for (Area area : List.of(SETTINGS, new Area("mailbox-list"))) {
      Optional<Shard> before = world.shard(id, area);
      assertThat(
              access("a")
                  .write(
                      id,
                      area,
                      stranger,
                      RequestKeys.of("x", "1", List.of()),
                      new Change.Put(Content.EMPTY),
                      Optional.empty(),
                      soon())
                  .join())
          .isInstanceOf(Access.Forbidden.class);
      assertThat(world.shard(id, area)).isEqualTo(before);
    }
    assertThat(ending("a").end(id, stranger, RequestKeys.of("x", "2", List.of()), soon()).join())
        .isInstanceOf(Access.Forbidden.class);
    assertThat(world.sessionsIn(SessionFacts.State.LIVE)).containsExactly(id);
  }

  static LongStream seeds() {
    return LongStream.range(0, 300);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatever_fails_one_key_makes_one_session(long seed) {
    world = new ShardWorld(seed);
    world.failures = 0.4;
    Set<SessionId> told = new HashSet<>();
    for (int attempt = 0; attempt < 30; attempt++) {
      SessionCreation.Made made =
          creation("a").create(wanted(Optional.of("k"), "dark"), soon()).join();
      if (made.answer() instanceof Answer.Applied) {
        told.add(made.id());
        assertThat(world.shard(made.id(), SETTINGS).orElseThrow().content())
            .isEqualTo(content("theme", "dark"));
      }
      world.now = world.now.plus(Duration.ofMinutes(1));
    }
    assertThat(told).hasSizeLessThanOrEqualTo(1);
    assertThat(world.sessionsIn(SessionFacts.State.LIVE)).containsAll(told);
    assertThat(world.sessionsIn(SessionFacts.State.LIVE)).hasSizeLessThanOrEqualTo(1);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatever_fails_an_ending_is_seen_through_by_whoever_owns_the_session(long seed) {
    world = new ShardWorld(seed);
    Random random = new Random(seed);
    SessionId id = made(Optional.empty());
    world.failures = 0.5;
    List<Access> answers = new ArrayList<>();
    for (int attempt = 0; attempt < 3; attempt++) {
      var _ =
          ending("a")
              .end(id, Admission.ALL, RequestKeys.of("x", "end", List.of()), soon())
              .thenAccept(answers::add);
      timer.run(random.nextInt(6));
    }
    boolean begun = !world.sessionsIn(SessionFacts.State.LIVE).contains(id);
    world.give(ShardWorld.AREAS.slotOf(Area.SESSION, id), "b");
    timer.run(1_000);
    ending("b")
        .onHalfEnded(
            ShardWorld.AREAS.slotOf(Area.SESSION, id), world.sessionsIn(SessionFacts.State.ENDING));
    timer.run(1_000);
    world.failures = 0;
    timer.run(1_000);
    if (begun) {
      ending("b")
          .onHalfEnded(
              ShardWorld.AREAS.slotOf(Area.SESSION, id),
              world.sessionsIn(SessionFacts.State.ENDING));
      assertThat(timer.run(1_000)).isFalse();
      assertThat(world.sessionsIn(SessionFacts.State.ENDED)).containsExactly(id);
      for (AreaPolicy policy : ShardWorld.AREAS.all()) {
        assertThat(world.shard(id, policy.area()).orElseThrow().ended()).isTrue();
      }
    }
    answers.stream()
        .map(SessionLifeTest::granted)
        .filter(answer -> answer instanceof Answer.Found || answer instanceof Answer.Applied)
        .forEach(_ ->
            assertThat(world.sessionsIn(SessionFacts.State.ENDED))
                .as("told as ended")
                .containsExactly(id));
  }
}
