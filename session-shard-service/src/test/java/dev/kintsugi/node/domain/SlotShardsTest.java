package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packed shards of a slot beside a plain map of the same. */
class SlotShardsTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final SlotShards shards = new SlotShards(PackedBytes.empty(PackedShard.SCRATCH));
  private final Map<SessionId, Shard> model = new HashMap<>();
  private Random random = new Random(0);

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
  void is_what_a_plain_map_is_whatever_is_put_in_and_taken_out(long seed) {
    random = new Random(seed);
    int users = 1 + random.nextInt(40);
    List<SessionId> known = new ArrayList<>();
    for (int phase = 0; phase < 6; phase++) {
      // Grows and shrinks by turns, down to nothing at the end.
      int putsOfTen = phase % 2 == 0 ? 8 : 1;
      for (int step = 0; step < 1_500; step++) {
        if (random.nextInt(10) < putsOfTen) {
          put(random.nextInt(3) > 0 || known.isEmpty() ? fresh(users, known) : any(known));
        } else if (!known.isEmpty()) {
          remove(any(known));
        }
      }
      compare();
    }
    List.copyOf(model.keySet()).forEach(this::remove);
    compare();
    assertThat(shards.digest()).isZero();
  }

  private SessionId fresh(int users, List<SessionId> known) {
    // The first user has most of the sessions: a crowd.
    int user = random.nextBoolean() ? 0 : random.nextInt(users);
    SessionId session = session(user, random);
    known.add(session);
    return session;
  }

  private SessionId any(List<SessionId> known) {
    return known.get(random.nextInt(known.size()));
  }

  private void put(SessionId session) {
    Shard shard = Shards.any(random, (int) session.placement().hash());
    shards.put(session, shard);
    model.put(session, shard);
    assertThat(shards.get(session)).contains(shard);
    assertThat(shards.version(session)).isEqualTo(shard.version());
  }

  private void remove(SessionId session) {
    shards.remove(session);
    model.remove(session);
    assertThat(shards.get(session)).isEmpty();
    assertThat(shards.version(session)).isEqualTo(ShardVersion.NONE);
  }

  private void compare() {
    assertThat(shards.size()).isEqualTo(model.size());
    assertThat(shards.digest()).isEqualTo(Digest.of(model));
    assertThat(shards.bytes())
        .isEqualTo(model.values().stream().mapToLong(shard -> shard.content().bytes()).sum());
    Map<SessionId, Shard> all = new HashMap<>();
    shards.forEach((session, shard) -> assertThat(all.put(session, shard)).isNull());
    assertThat(all).isEqualTo(model);
    model.forEach((session, shard) -> assertThat(shards.get(session)).contains(shard));
    assertThat(shards.halfEnded())
        .isEqualTo(
            model.entrySet().stream()
                .filter(entry -> inState(entry.getValue(), SessionFacts.State.ENDING))
                .map(Map.Entry::getKey)
                .sorted()
                .toList());
    for (int user = 0; user < 40; user++) {
      PlacementKey placement = new PlacementKey(user);
      assertThat(shards.living(placement))
          .isEqualTo(
              model.entrySet().stream()
                  .filter(entry -> entry.getKey().placement().equals(placement))
                  .filter(entry -> inState(entry.getValue(), SessionFacts.State.LIVE))
                  .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }
  }

  private static boolean inState(Shard shard, SessionFacts.State state) {
    return shard.facts().filter(facts -> facts.state() == state).isPresent();
  }

  private static SessionId session(long placement, Random random) {
    return SessionId.of(new PlacementKey(placement), random.nextLong(), random.nextLong());
  }

  @Test
  void a_user_with_very_many_sessions_does_not_slow_its_neighbours_down() {
    Shard shard = Shards.any(random, 1);
    for (int i = 0; i < 60_000; i++) {
      shards.put(session(1, random), shard);
    }
    SessionId neighbour = session(2, random);
    shards.put(neighbour, shard);
    assertThat(shards.get(neighbour)).contains(shard);
    assertThat(shards.size()).isEqualTo(60_001);
  }

  @Test
  void ids_of_requests_are_forgotten_some_time_after_the_window_and_never_before() {
    List<SessionId> sessions = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      SessionId session = session(i % 50 == 0 ? 7 : i, random);
      sessions.add(session);
      Shard shard = Shards.any(random, 1).withRequests(List.of(request(START)));
      shards.put(session, shard);
      model.put(session, shard);
    }
    long memory = shards.memoryBytes();
    long minutes = SlotShards.REMEMBERED.toMinutes();
    tickUntil(0, minutes);
    sessions.forEach(
        session -> assertThat(shards.get(session).orElseThrow().requests()).hasSize(1));
    tickUntil(minutes, minutes + 3);
    sessions.forEach(session -> {
      Shard whole = model.get(session);
      Shard expected = isDatedByRequests(whole) ? whole : whole.withRequests(List.of());
      assertThat(shards.get(session)).contains(expected);
    });
    assertThat(shards.digest())
        .as("what was forgotten here may still be known elsewhere")
        .isEqualTo(Digest.of(model));
    assertThat(shards.memoryBytes()).isLessThan(memory - 2_000 * 24);
  }

  @Test
  void of_a_shard_with_old_and_new_requests_the_old_ones_are_forgotten() {
    SessionId session = session(3, random);
    AppliedRequest late = request(START.plus(SlotShards.REMEMBERED));
    Shard shard = Shards.any(random, 1).withRequests(List.of(request(START), late));
    shards.put(session, shard);
    long minutes = SlotShards.REMEMBERED.toMinutes();
    tickUntil(minutes, minutes + 2);
    assertThat(shards.get(session))
        .contains(isDatedByRequests(shard) ? shard : shard.withRequests(List.of(late)));
  }

  /** An id that was taken out of use: only its request tells since when. */
  private static boolean isDatedByRequests(Shard shard) {
    return shard.endedAt().isEmpty()
        && shard.facts().filter(facts -> facts.state() == SessionFacts.State.ENDED).isPresent();
  }

  @Test
  void after_a_long_pause_a_tick_still_goes_through_a_part_of_the_slot_only() {
    for (int i = 0; i < 50_000; i++) {
      shards.put(session(i, random), Shards.any(random, 1).withRequests(List.of(request(START))));
    }
    shards.onTick(0, START);
    shards.onTick(1_000 * MINUTE, START.plus(Duration.ofDays(1)));
    int[] forgotten = {0};
    shards.forEach((_, shard) -> forgotten[0] += shard.requests().isEmpty() ? 1 : 0);
    assertThat(forgotten[0]).isBetween(1_000, 4_096);
  }

  private void tickUntil(long fromMinute, long toMinute) {
    for (long now = fromMinute * MINUTE; now <= toMinute * MINUTE; now += MINUTE / 600) {
      shards.onTick(now, START.plusNanos(now));
    }
  }

  private AppliedRequest request(Instant at) {
    return new AppliedRequest(
        new RequestKey(random.nextLong(), random.nextLong(), random.nextLong()),
        new ShardVersion(1),
        at);
  }

  /** Shards of any form that a record of the log can have. */
  private static final class Shards {

    private static final List<SessionFacts.State> STATES =
        List.of(SessionFacts.State.LIVE, SessionFacts.State.ENDING, SessionFacts.State.ENDED);

    static Shard any(Random random, int user) {
      boolean ended = random.nextInt(8) == 0;
      return new Shard(
          new ApplicationId("application-" + random.nextInt(3)),
          random.nextInt(10) == 0 ? Optional.empty() : Optional.of(new UserId("usér-" + user)),
          new ShardVersion(1 + (random.nextLong() >>> (1 + random.nextInt(62)))),
          ended ? Content.EMPTY : content(random),
          requests(random),
          random.nextBoolean() ? Optional.of(facts(random)) : Optional.empty(),
          ended ? Optional.of(time(random)) : Optional.empty());
    }

    private static Content content(Random random) {
      TreeMap<String, String> attributes = new TreeMap<>();
      for (int left = random.nextInt(5); left > 0; left--) {
        attributes.put(
            "ñame-" + random.nextInt(100),
            '"' + "€𝄞x".repeat(random.nextInt(random.nextInt(50) == 0 ? 3_000 : 20)) + '"');
      }
      return new Content(attributes);
    }

    private static List<AppliedRequest> requests(Random random) {
      List<AppliedRequest> requests = new ArrayList<>();
      for (int left = random.nextInt(4); left > 0; left--) {
        requests.add(
            new AppliedRequest(
                new RequestKey(random.nextLong(), random.nextLong(), random.nextLong()),
                new ShardVersion(random.nextInt(1_000)),
                time(random)));
      }
      return requests;
    }

    private static SessionFacts facts(Random random) {
      return new SessionFacts(
          STATES.get(random.nextInt(3)),
          time(random),
          duration(random),
          duration(random),
          random.nextBoolean() ? Optional.of("grant-" + random.nextInt()) : Optional.empty(),
          random.nextBoolean() ? Optional.of(time(random)) : Optional.empty());
    }

    private static Optional<Duration> duration(Random random) {
      return random.nextBoolean()
          ? Optional.empty()
          : Optional.of(Duration.ofMillis(1 + random.nextLong(1L << 40)));
    }

    /** Any time that a record can name, before 1970 and of the far future too. */
    private static Instant time(Random random) {
      return Instant.ofEpochMilli(random.nextLong() >> random.nextInt(64));
    }
  }
}
