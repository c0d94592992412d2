package dev.kintsugi.node.runtime.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotHash;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.adapter.json.JsonMergePatch;
import dev.kintsugi.node.domain.Admission;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.GrantRef;
import dev.kintsugi.node.domain.GrantRevoked;
import dev.kintsugi.node.domain.GrantVerdict;
import dev.kintsugi.node.domain.Leniency;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.runtime.ShardStore;
import dev.kintsugi.node.runtime.grants.Grants;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Grants of sessions on slots in memory, on virtual time: "a" owns all slots at first. */
class GrantsTest {

  private static final ApplicationId WEBMAIL = new ApplicationId("webmail");
  private static final UserId ALICE = new UserId("alice");
  private static final SlotHash HASH = SlotHash.ofHexKey("000102030405060708090a0b0c0d0e0f");
  private static final PlacementKey PLACEMENT = HASH.of(WEBMAIL, ALICE);
  private static final Area SETTINGS = new Area("settings");
  private static final GrantRef GRANT = new GrantRef(WEBMAIL, "g");
  private static final GrantVerdict VALID = new GrantVerdict.Valid(Duration.ofMinutes(5));
  private static final Duration SKEW = Duration.ofSeconds(2);
  private static final Answer NOTHING =
      new Answer.Unknown(new Position(new SlotId(Area.SESSION, 0), Epoch.NONE, 0));

  private final ShardWorld world = new ShardWorld(1);
  private final ManualTimer timer = new ManualTimer();
  private final Map<GrantRef, GrantVerdict> verdicts = new HashMap<>();
  private final List<List<GrantRef>> questions = new ArrayList<>();
  private final Node a = new Node("a");
  private final Node b = new Node("b");
  private boolean silent;
  private long places;

  /** The token service takes questions and never comes back to them. */
  private boolean hanging;

  /** What one node has of it all. */
  private final class Node {
    final String name;
    final Grants grants;
    final AreaAccess access;

    Node(String name) {
      this.name = name;
      ShardStore store = world.store(name);
      LongSupplier ticker = () -> Duration.between(Instant.EPOCH, world.now).toNanos();
      Peers peers = new Standings();
      this.grants =
          Grants.of(
              GrantsTest.this::judge,
              store,
              peers,
              new SessionEnding(store, world.peers(), ShardWorld.AREAS, timer, ticker),
              ShardWorld.AREAS,
              HASH,
              timer,
              ticker,
              world.clock(),
              SKEW);
      this.access =
          new AreaAccess(
              store,
              peers,
              ShardWorld.AREAS,
              new JsonMergePatch(),
              new Activity(world.peers(), ShardWorld.AREAS, ticker),
              grants);
      grants.onFeedRead();
    }

    void serve(Area area) {
      owners.put(area, name);
      for (int slot = 0; slot < 4; slot++) {
        world.give(new SlotId(area, slot), name);
        grants.onServing(new SlotId(area, slot), Duration.ZERO);
      }
    }

    Access read(SessionId session, Area area) {
      return access
          .read(session, area, Admission.ALL, new Leniency.None(), Deadline.in(SKEW))
          .getNow(new Access.Forbidden());
    }

    Access write(SessionId session, Area area) {
      return access
          .write(
              session,
              area,
              Admission.ALL,
              RequestKeys.of("test", "k" + world.now + questions.size(), List.of()),
              new Change.Put(new Content(new TreeMap<>(Map.of("a", "1")))),
              Optional.empty(),
              Deadline.in(SKEW))
          .getNow(new Access.Forbidden());
    }
  }

  /** The owner of a session says what its own gate says. */
  private final class Standings extends OneSession.NoPeers {
    @Override
    public CompletableFuture<Standing> standing(SessionId session, Deadline deadline) {
      SlotId slot = ShardWorld.AREAS.slotOf(Area.SESSION, session);
      for (Node node : List.of(a, b)) {
        Answer answer =
            world
                .store(node.name)
                .submit(new Request.Read(slot, new ShardKey(session, Area.SESSION)), SKEW)
                .join();
        if (answer instanceof Answer.Found found) {
          long heard = node.grants.heard();
          return node.grants
              .toSession(session, found.shard(), deadline)
              .thenApply(clearance ->
                  switch (clearance) {
                    case Gate.Clearance.Revoked(String reason) -> new Standing.Revoked(reason);
                    case Gate.Clearance.Unverified _, Gate.Clearance.Silent _ ->
                        new Standing.Alive(WEBMAIL, Optional.of(ALICE), false, heard);
                    case Gate.Clearance.Clear _ ->
                        found.shard().lives()
                            ? new Standing.Alive(WEBMAIL, Optional.of(ALICE), true, heard)
                            : new Standing.Gone();
                  });
        }
      }
      return CompletableFuture.completedFuture(new Standing.Silent());
    }
  }

  private CompletableFuture<Map<GrantRef, GrantVerdict>> judge(
      List<GrantRef> grants, Duration patience) {
    questions.add(grants);
    if (hanging) {
      return new CompletableFuture<>();
    }
    if (silent) {
      return CompletableFuture.failedFuture(new IOException("silent"));
    }
    Map<GrantRef, GrantVerdict> said = new HashMap<>();
    grants.forEach(
        grant -> said.put(grant, verdicts.getOrDefault(grant, new GrantVerdict.Unknown())));
    return CompletableFuture.completedFuture(said);
  }

  @BeforeEach
  void aServes() {
    ShardWorld.AREAS.all().forEach(policy -> a.serve(policy.area()));
    verdicts.put(GRANT, VALID);
    pass(10);
  }

  private void pass(int seconds) {
    world.now = world.now.plusSeconds(seconds);
  }

  /** Nodes tick and timers run, until nothing is left to do. */
  private void settle() {
    for (int round = 0; round < 5; round++) {
      a.grants.tick();
      b.grants.tick();
      timer.run(200);
    }
  }

  private SessionId session(int number, String grant) {
    return session(number, grant, world.now);
  }

  private SessionId session(int number, String grant, Instant createdAt) {
    SessionId id = SessionId.of(PLACEMENT, number, number);
    SessionFacts facts =
        new SessionFacts(
            SessionFacts.State.LIVE,
            createdAt,
            Optional.of(Duration.ofMinutes(30)),
            Optional.empty(),
            grant.isEmpty() ? Optional.empty() : Optional.of(grant));
    for (AreaPolicy policy : ShardWorld.AREAS.all()) {
      boolean own = policy.area().equals(Area.SESSION);
      Change make =
          new Change.Create(
              WEBMAIL,
              Optional.of(ALICE),
              Content.EMPTY,
              own ? Optional.of(facts) : Optional.empty());
      Answer made =
          world
              .store(ownerOf(policy.area()))
              .submit(
                  new Request.Write(
                      ShardWorld.AREAS.slotOf(policy.area(), id),
                      new ShardKey(id, policy.area()),
                      RequestKeys.of("test", id + "-" + policy.area(), List.of()),
                      make,
                      Optional.empty()),
                  SKEW)
              .join();
      assertThat(made).isInstanceOf(Answer.Applied.class);
      if (own) {
        for (Node node : List.of(a, b)) {
          node.grants.onFacts(
              ShardWorld.AREAS.slotOf(policy.area(), id), id, ((Answer.Applied) made).shard());
        }
      }
    }
    return id;
  }

  private final Map<Area, String> owners = new HashMap<>();

  private String ownerOf(Area area) {
    return owners.getOrDefault(area, "a");
  }

  private GrantRevoked revocation(Instant at) {
    return revocation(GRANT, Optional.of(ALICE), at);
  }

  private GrantRevoked revocation(GrantRef grant, Optional<UserId> user, Instant at) {
    return new GrantRevoked(grant, user, at, "deleted", ++places);
  }

  private void assertEnded(SessionId session) {
    for (AreaPolicy policy : ShardWorld.AREAS.all()) {
      assertThat(world.shard(session, policy.area()))
          .as(policy.area().value())
          .hasValueSatisfying(shard -> assertThat(shard.lives()).isFalse());
    }
  }

  private void assertUsable(Node node, SessionId session) {
    assertThat(node.read(session, Area.SESSION)).isInstanceOf(Access.Granted.class);
    assertThat(node.read(session, SETTINGS)).isInstanceOf(Access.Granted.class);
    assertThat(node.write(session, SETTINGS))
        .isInstanceOfSatisfying(
            Access.Granted.class,
            granted -> assertThat(granted.answer()).isInstanceOf(Answer.Applied.class));
  }

  @Test
  void a_session_whose_grant_is_revoked_ends_in_all_areas_and_its_caller_is_told_why() {
    SessionId session = session(1, "g");
    SessionId other = session(2, "other");
    SessionId without = session(3, "");
    settle();
    pass(60);
    assertUsable(a, session);
    a.grants.onRevoked(revocation(world.now));
    assertThat(a.read(session, Area.SESSION)).isEqualTo(new Access.Revoked("deleted"));
    assertThat(a.read(session, SETTINGS)).isEqualTo(new Access.Revoked("deleted"));
    assertThat(a.write(session, SETTINGS)).isEqualTo(new Access.Revoked("deleted"));
    settle();
    assertEnded(session);
    assertThat(a.read(session, SETTINGS)).isEqualTo(new Access.Revoked("deleted"));
    assertUsable(a, other);
    assertUsable(a, without);
    assertThat(a.grants.ended()).isEqualTo(1);
  }

  @Test
  void an_area_elsewhere_refuses_at_once_too() {
    b.serve(SETTINGS);
    SessionId session = session(1, "g");
    settle();
    pass(60);
    GrantRevoked word = revocation(world.now);
    a.grants.onRevoked(word);
    b.grants.onRevoked(word);
    assertThat(b.read(session, SETTINGS)).isEqualTo(new Access.Revoked("deleted"));
    assertThat(b.write(session, SETTINGS)).isEqualTo(new Access.Revoked("deleted"));
    for (int slot = 0; slot < 4; slot++) {
      world.away.add(new SlotId(Area.SESSION, slot));
    }
    assertThat(b.read(session, SETTINGS))
        .isInstanceOfSatisfying(
            Access.Granted.class,
            granted -> assertThat(granted.answer()).isInstanceOf(Answer.Refused.class));
  }

  @Test
  void an_area_does_not_take_the_word_of_an_owner_that_has_not_heard_yet() {
    b.serve(SETTINGS);
    SessionId session = session(1, "g");
    settle();
    pass(60);
    assertUsable(b, session);
    GrantRevoked word = revocation(world.now);
    b.grants.onRevoked(word);
    CompletableFuture<Access> asked =
        b.access.read(session, SETTINGS, Admission.ALL, new Leniency.None(), Deadline.in(SKEW));
    assertThat(asked).as("asked again, until its owner has heard").isNotDone();
    a.grants.onRevoked(word);
    timer.run(5);
    assertThat(asked).isCompletedWithValue(new Access.Revoked("deleted"));
  }

  @Test
  void an_owner_started_when_the_feed_had_forgotten_is_believed() {
    b.serve(SETTINGS);
    SessionId session = session(1, "g");
    settle();
    GrantRevoked word = revocation(world.now.minus(Duration.ofMinutes(50)));
    b.grants.onRevoked(word);
    pass(15 * 60);
    assertThat(b.read(session, SETTINGS))
        .isInstanceOfSatisfying(
            Access.Granted.class,
            granted -> assertThat(granted.answer()).isInstanceOf(Answer.Found.class));
  }

  @Test
  void places_of_a_feed_that_is_told_anew_are_forgotten() {
    b.serve(SETTINGS);
    SessionId session = session(1, "g");
    settle();
    pass(60);
    places = 1_000;
    b.grants.onRevoked(revocation(world.now.minus(Duration.ofMinutes(5))));
    b.grants.onFeedLost();
    assertThat(b.read(session, SETTINGS))
        .isInstanceOfSatisfying(
            Access.Granted.class,
            granted -> assertThat(granted.answer()).isInstanceOf(Answer.Found.class));
  }

  @Test
  void an_owner_that_never_hears_clears_nobody() {
    b.serve(SETTINGS);
    SessionId session = session(1, "g");
    settle();
    pass(60);
    b.grants.onRevoked(revocation(world.now));
    CompletableFuture<Access> asked =
        b.access.read(session, SETTINGS, Admission.ALL, new Leniency.None(), Deadline.in(SKEW));
    timer.run(100);
    assertThat(asked).isDone();
    boolean served =
        asked.join() instanceof Access.Granted granted && granted.answer() instanceof Answer.Found;
    assertThat(served).isFalse();
    // The owner dies, and whoever follows it has not heard either: still nobody is let in.
    CompletableFuture<Access> again =
        b.access.read(session, SETTINGS, Admission.ALL, new Leniency.None(), Deadline.in(SKEW));
    assertThat(again).isNotDone();
  }

  @Test
  void a_revocation_outlives_the_owner_that_should_have_ended_the_session() {
    SessionId session = session(1, "g");
    settle();
    pass(60);
    for (int slot = 0; slot < 4; slot++) {
      world.away.add(new SlotId(Area.SESSION, slot));
    }
    b.grants.onRevoked(revocation(world.now));
    pass(1);
    world.away.clear();
    silent = true;
    b.serve(Area.SESSION);
    assertThat(b.read(session, Area.SESSION)).isEqualTo(new Access.Revoked("deleted"));
    settle();
    assertEnded(session);
  }

  @Test
  void what_was_told_before_a_node_started_counts_as_well() {
    SessionId session = session(1, "g");
    pass(60);
    Node late = new Node("b");
    late.grants.onRevoked(revocation(world.now.minusSeconds(30)));
    late.serve(Area.SESSION);
    timer.run(200);
    assertThat(world.shard(session, Area.SESSION).orElseThrow().lives()).isFalse();
    late.grants.onRevoked(revocation(world.now.minus(Duration.ofHours(2))));
    assertThat(late.grants.remembered()).isEqualTo(1);
  }

  @Test
  void a_new_owner_with_a_fresh_verdict_asks_nobody_and_serves() {
    SessionId session = session(1, "g");
    settle();
    pass(240);
    silent = true;
    questions.clear();
    b.serve(Area.SESSION);
    b.serve(SETTINGS);
    assertUsable(b, session);
    assertThat(questions).isEmpty();
  }

  @Test
  void while_the_token_service_is_silent_a_session_without_a_verdict_can_be_read_only() {
    SessionId session = session(1, "g");
    settle();
    pass(301);
    silent = true;
    b.serve(Area.SESSION);
    b.serve(SETTINGS);
    settle();
    pass(3);
    settle();
    assertThat(b.grants.silent()).isTrue();
    assertThat(b.read(session, Area.SESSION)).isInstanceOf(Access.Granted.class);
    assertThat(b.read(session, SETTINGS)).isInstanceOf(Access.Granted.class);
    assertThat(b.write(session, SETTINGS)).isInstanceOf(Access.Unverified.class);
    assertUsable(b, session(2, ""));
    silent = false;
    pass(3);
    settle();
    assertUsable(b, session);
  }

  @Test
  void an_owner_that_stays_goes_on_however_long_the_token_service_is_silent() {
    SessionId session = session(1, "g");
    settle();
    silent = true;
    for (int minute = 0; minute < 20; minute++) {
      pass(60);
      settle();
    }
    assertThat(a.grants.silent()).isTrue();
    assertUsable(a, session);
  }

  @Test
  void a_revocation_that_nobody_told_of_is_found_by_asking() {
    SessionId session = session(1, "g");
    settle();
    verdicts.put(GRANT, new GrantVerdict.Revoked("invalid_grant"));
    pass(241);
    settle();
    assertEnded(session);
  }

  @Test
  void a_verdict_that_nobody_had_is_asked_for_before_the_first_answer() {
    SessionId session = session(1, "g");
    verdicts.put(GRANT, new GrantVerdict.Revoked("expired"));
    pass(1);
    Node late = new Node("b");
    late.serve(Area.SESSION);
    assertThat(late.read(session, Area.SESSION)).isEqualTo(new Access.Revoked("expired"));
    assertThat(questions).contains(List.of(GRANT));
  }

  @Test
  void a_session_made_after_the_revocation_with_the_grant_handed_in_anew_lives() {
    GrantRevoked word = revocation(world.now);
    pass(5);
    SessionId session = session(1, "g");
    a.grants.onRevoked(word);
    settle();
    assertUsable(a, session);
  }

  @Test
  void where_clocks_cannot_tell_the_token_service_decides_and_until_then_nobody_gets_in() {
    SessionId session = session(1, "g");
    silent = true;
    a.grants.onRevoked(revocation(world.now.plusSeconds(1)));
    assertThat(a.read(session, Area.SESSION)).isEqualTo(new Access.Revoked("deleted"));
    settle();
    assertThat(world.shard(session, Area.SESSION).orElseThrow().lives()).isTrue();
    silent = false;
    pass(3);
    settle();
    assertUsable(a, session);
    SessionId second = session(2, "g2");
    GrantRef grant = new GrantRef(WEBMAIL, "g2");
    verdicts.put(grant, new GrantVerdict.Revoked("deleted"));
    a.grants.onRevoked(revocation(grant, Optional.of(ALICE), world.now));
    settle();
    assertEnded(second);
  }

  @Test
  void a_revocation_of_another_users_grant_of_the_same_id_ends_nothing() {
    UserId bob = new UserId("bob");
    SessionId session = session(1, "g");
    settle();
    pass(60);
    a.grants.onRevoked(revocation(GRANT, Optional.of(bob), world.now));
    assertUsable(a, session);
    settle();
    verdicts.put(GRANT, new GrantVerdict.Revoked("invalid_grant", Optional.of(bob)));
    pass(241);
    settle();
    assertUsable(a, session);
    verdicts.put(GRANT, new GrantVerdict.Revoked("invalid_grant", Optional.of(ALICE)));
    pass(301);
    settle();
    assertEnded(session);
  }

  @Test
  void a_session_that_came_into_being_while_its_grant_was_being_revoked_ends_unasked() {
    settle();
    silent = true;
    Instant begun = world.now;
    pass(10);
    a.grants.onRevoked(revocation(world.now));
    settle();
    SessionId session = session(1, "g", begun);
    settle();
    assertEnded(session);
  }

  @Test
  void a_users_sessions_are_listed_without_those_whose_grants_were_revoked() {
    SessionId revoked = session(1, "g");
    SessionId other = session(2, "other");
    SessionId without = session(3, "");
    silent = true;
    a.grants.onRevoked(revocation(world.now.plusSeconds(1)));
    assertThat(world.shard(revoked, Area.SESSION).orElseThrow().lives())
        .as("not known to end yet, but nobody is let in")
        .isTrue();
    assertThat(a.access.sessions(PLACEMENT, WEBMAIL, ALICE, Deadline.in(SKEW)).getNow(NOTHING))
        .isInstanceOfSatisfying(
            Answer.Sessions.class,
            listed -> assertThat(listed.ids()).containsExactlyInAnyOrder(other, without));
  }

  @Test
  void whoever_waits_in_vain_for_a_verdict_leaves_nothing_behind() {
    SessionId session = session(1, "g");
    settle();
    pass(301);
    hanging = true;
    b.serve(Area.SESSION);
    assertThat(b.read(session, Area.SESSION))
        .as("still waiting")
        .isInstanceOf(Access.Forbidden.class);
    assertThat(b.grants.awaited()).isEqualTo(1);
    settle();
    assertThat(b.grants.awaited()).isZero();
    assertThat(b.read(session, Area.SESSION))
        .as("still waiting")
        .isInstanceOf(Access.Forbidden.class);
    settle();
    assertThat(b.grants.awaited()).isZero();
  }

  @Test
  void a_revocation_without_a_user_ends_the_sessions_that_were_seen_with_the_grant() {
    SessionId session = session(1, "g");
    settle();
    pass(60);
    a.grants.onRevoked(revocation(GRANT, Optional.empty(), world.now));
    settle();
    assertEnded(session);
  }

  @Test
  void a_log_that_is_away_delays_the_end_and_lets_nobody_in() {
    SessionId session = session(1, "g");
    settle();
    pass(60);
    world.logsLost = true;
    a.grants.onRevoked(revocation(world.now));
    settle();
    Access stale =
        a.access
            .read(
                session,
                Area.SESSION,
                Admission.ALL,
                new Leniency.FromStandby(0),
                Deadline.in(SKEW))
            .join();
    assertThat(stale).isEqualTo(new Access.Revoked("deleted"));
    world.logsLost = false;
    settle();
    assertEnded(session);
  }
}
