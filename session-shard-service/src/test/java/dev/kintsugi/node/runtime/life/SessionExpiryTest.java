package dev.kintsugi.node.runtime.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.SessionFacts;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SessionExpiryTest {

  private static final Duration IDLE = Duration.ofMinutes(20);
  private static final Area SETTINGS = new Area("settings");

  private long nanos;
  private final ShardWorld world = new ShardWorld(1);
  private final ManualTimer timer = new ManualTimer();
  private final SessionEnding ending =
      new SessionEnding(world.store("a"), world.peers(), ShardWorld.AREAS, timer);
  private final Touching touching = new Touching(world.store("a"), ShardWorld.AREAS, world.clock());
  private final SessionExpiry expiry =
      new SessionExpiry(
          world.store("a"),
          world.peers(),
          ShardWorld.AREAS,
          ending,
          touching,
          world.clock(),
          () -> nanos);

  private SessionId made(Optional<Duration> idle, Optional<Duration> absolute) {
    SessionCreation creation =
        new SessionCreation(
            world.store("a"),
            world.peers(),
            ShardWorld.AREAS,
            new SessionIds(new byte[32], new SecureRandom()),
            ending,
            SessionLimit.NONE,
            world.clock());
    return creation
        .create(
            new Creation(
                new ApplicationId("mail"),
                Optional.of(new UserId("alice")),
                new PlacementKey(7),
                new TreeMap<>(),
                idle,
                absolute,
                Optional.empty(),
                "alice",
                Optional.empty(),
                RequestKeys.of("alice", "k", List.of())),
            Deadline.in(Duration.ofSeconds(1), () -> 0))
        .join()
        .id();
  }

  private SessionFacts.State lookedAt(SessionId session, Duration later) {
    world.now = world.now.plus(later);
    expiry.onDue(ShardWorld.AREAS.slotOf(Area.SESSION, session), List.of(session));
    return facts(session).state();
  }

  private SessionFacts facts(SessionId session) {
    return world.shard(session, Area.SESSION).flatMap(shard -> shard.facts()).orElseThrow();
  }

  @Test
  void an_idle_session_ends_in_every_area_and_not_before_its_time() {
    SessionId session = made(Optional.of(IDLE), Optional.empty());
    assertThat(lookedAt(session, IDLE.minusSeconds(1))).isEqualTo(SessionFacts.State.LIVE);
    assertThat(lookedAt(session, Duration.ofSeconds(1))).isEqualTo(SessionFacts.State.ENDED);
    assertThat(world.shard(session, SETTINGS).orElseThrow().ended()).isTrue();
  }

  @Test
  void a_session_ends_at_its_greatest_age_whatever_the_areas_have_heard() {
    SessionId session = made(Optional.of(IDLE), Optional.of(Duration.ofHours(1)));
    world.hearing =
        (_, _) -> Optional.of(new Peers.Heard(Optional.of(Duration.ZERO), Duration.ofDays(1)));
    assertThat(lookedAt(session, Duration.ofMinutes(59))).isEqualTo(SessionFacts.State.LIVE);
    assertThat(lookedAt(session, Duration.ofMinutes(1))).isEqualTo(SessionFacts.State.ENDED);
  }

  @Test
  void activity_that_only_an_area_knows_of_keeps_a_session_and_is_written_down() {
    SessionId session = made(Optional.of(IDLE), Optional.empty());
    Instant used = world.now.plus(IDLE).minusSeconds(2);
    world.hearing =
        (_, area) ->
            Optional.of(
                new Peers.Heard(
                    area.equals(SETTINGS)
                        ? Optional.of(Duration.between(used, world.now))
                        : Optional.empty(),
                    Duration.ofDays(1)));
    assertThat(lookedAt(session, IDLE)).isEqualTo(SessionFacts.State.LIVE);
    assertThat(facts(session).lastActiveAt()).contains(used);
    assertThat(lookedAt(session, IDLE.minusSeconds(3))).isEqualTo(SessionFacts.State.LIVE);
    assertThat(lookedAt(session, Duration.ofSeconds(1))).isEqualTo(SessionFacts.State.ENDED);
  }

  @Test
  void a_session_stays_while_an_area_cannot_be_asked() {
    SessionId session = made(Optional.of(IDLE), Optional.empty());
    world.hearing = (_, _) -> Optional.empty();
    assertThat(lookedAt(session, IDLE.multipliedBy(3))).isEqualTo(SessionFacts.State.LIVE);
  }

  private static Optional<Peers.Heard> nothing() {
    return Optional.of(new Peers.Heard(Optional.empty(), Duration.ofDays(1)));
  }

  @Test
  void what_took_long_to_be_asked_is_asked_again_as_the_session_may_be_in_use_by_now() {
    SessionId session = made(Optional.of(IDLE), Optional.empty());
    int[] asked = {0};
    world.hearing =
        (_, _) -> {
          boolean first = asked[0]++ < ShardWorld.AREAS.all().size();
          nanos += first ? Duration.ofMillis(60).toNanos() : 0;
          return first
              ? nothing()
              : Optional.of(new Peers.Heard(Optional.of(Duration.ZERO), Duration.ofDays(1)));
        };
    assertThat(lookedAt(session, IDLE)).isEqualTo(SessionFacts.State.LIVE);
    assertThat(facts(session).lastActiveAt()).contains(world.now);
  }

  @Test
  void a_session_ends_also_where_the_areas_always_take_long_to_be_asked() {
    SessionId session = made(Optional.of(IDLE), Optional.empty());
    int[] asked = {0};
    world.hearing =
        (_, _) -> {
          asked[0]++;
          nanos += Duration.ofMillis(60).toNanos();
          return nothing();
        };
    assertThat(lookedAt(session, IDLE)).isEqualTo(SessionFacts.State.ENDED);
    assertThat(asked[0]).isEqualTo(3 * ShardWorld.AREAS.all().size());
  }

  @Test
  void a_session_gains_an_interval_where_an_area_has_got_a_new_owner_since_its_last_activity() {
    SessionId session = made(Optional.of(IDLE), Optional.empty());
    world.hearing = (_, _) -> Optional.of(new Peers.Heard(Optional.empty(), Duration.ofMinutes(5)));
    assertThat(lookedAt(session, IDLE)).isEqualTo(SessionFacts.State.LIVE);
    assertThat(lookedAt(session, Duration.ofSeconds(119))).isEqualTo(SessionFacts.State.LIVE);
    assertThat(lookedAt(session, Duration.ofSeconds(1))).isEqualTo(SessionFacts.State.ENDED);
  }

  @Test
  void a_session_that_a_wrong_clock_has_used_in_the_future_ends_within_its_timeout_all_the_same() {
    SessionId session = made(Optional.of(IDLE), Optional.of(Duration.ofHours(24)));
    Instant real = world.now;
    world.now = real.plus(Duration.ofDays(400));
    assertThat(touching.write(session, world.now, Deadline.in(Duration.ofSeconds(1))).join())
        .isInstanceOf(Answer.Applied.class);
    world.now = real;
    assertThat(lookedAt(session, Duration.ofMinutes(1))).isEqualTo(SessionFacts.State.LIVE);
    assertThat(facts(session).lastActiveAt()).contains(world.now);
    assertThat(facts(session).createdAt()).isEqualTo(real);
    assertThat(lookedAt(session, IDLE.minusSeconds(1))).isEqualTo(SessionFacts.State.LIVE);
    assertThat(lookedAt(session, Duration.ofSeconds(1))).isEqualTo(SessionFacts.State.ENDED);
  }

  @Test
  void a_session_that_a_wrong_clock_has_made_in_the_future_reaches_its_greatest_age() {
    Instant real = world.now;
    world.now = real.plus(Duration.ofDays(400));
    SessionId session = made(Optional.empty(), Optional.of(Duration.ofHours(1)));
    world.now = real;
    assertThat(lookedAt(session, Duration.ofMinutes(1))).isEqualTo(SessionFacts.State.LIVE);
    assertThat(facts(session).createdAt()).isEqualTo(world.now);
    assertThat(lookedAt(session, Duration.ofMinutes(59))).isEqualTo(SessionFacts.State.LIVE);
    assertThat(lookedAt(session, Duration.ofMinutes(1))).isEqualTo(SessionFacts.State.ENDED);
  }

  @Test
  void a_session_without_timeouts_never_ends_by_itself() {
    SessionId session = made(Optional.empty(), Optional.empty());
    assertThat(lookedAt(session, Duration.ofDays(3650))).isEqualTo(SessionFacts.State.LIVE);
  }

  @Test
  void activity_stays_here_until_it_is_written_and_reported_no_more_often_than_asked_for() {
    long[] nanos = {0};
    Activity activity = new Activity(world.peers(), ShardWorld.AREAS, () -> nanos[0]);
    SessionId session = made(Optional.of(IDLE), Optional.empty());
    activity.note(session);
    activity.flush();
    assertThat(facts(session).lastActiveAt()).as("no later than its creation").isEmpty();
    nanos[0] += Duration.ofSeconds(60).toNanos();
    world.now = world.now.plusSeconds(60);
    activity.note(session);
    activity.flush();
    assertThat(facts(session).lastActiveAt()).as("within the first interval").isEmpty();
    assertThat(activity.heard(session, SETTINGS).ago()).contains(Duration.ZERO);
    nanos[0] += Duration.ofSeconds(60).toNanos();
    world.now = world.now.plusSeconds(60);
    activity.flush();
    assertThat(facts(session).lastActiveAt()).contains(world.now.minusSeconds(60));
    nanos[0] += Duration.ofMinutes(2).toNanos();
    activity.flush();
    assertThat(activity.size()).isZero();
  }

  @Test
  void where_too_many_are_active_to_be_remembered_each_may_have_been() {
    long[] nanos = {5};
    Activity activity = new Activity(world.peers(), ShardWorld.AREAS, () -> nanos[0], 1);
    SessionId first = made(Optional.of(IDLE), Optional.empty());
    SessionId second = made(Optional.of(IDLE), Optional.empty());
    activity.note(first);
    assertThat(activity.heard(second, SETTINGS).ago()).isEmpty();
    activity.note(second);
    nanos[0] += 7;
    assertThat(activity.size()).isEqualTo(1);
    assertThat(activity.heard(second, SETTINGS).ago()).contains(Duration.ofNanos(7));
  }
}
