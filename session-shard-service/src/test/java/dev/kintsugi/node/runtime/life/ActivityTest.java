package dev.kintsugi.node.runtime.life;

import static dev.kintsugi.node.runtime.life.OneSession.AREAS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ActivityTest {

  private static final Duration FLUSH = Duration.ofSeconds(1);

  /** Owners of whom some are silent; they ask to be told again after a while. */
  private static final class Owners extends OneSession.NoPeers {
    final Map<SessionId, Integer> told = new HashMap<>();
    SlotId silent = new SlotId(Area.SESSION, Integer.MAX_VALUE);
    Predicate<SessionId> refused = _ -> false;
    Duration next = Duration.ofMinutes(1);

    @Override
    public CompletableFuture<Map<SessionId, Touching.Noted>> report(
        Map<SessionId, Duration> ago, Deadline deadline) {
      Map<SessionId, Touching.Noted> noted = new HashMap<>();
      for (SessionId session : ago.keySet()) {
        told.merge(session, 1, Integer::sum);
        if (!AREAS.slotOf(Area.SESSION, session).equals(silent) && !refused.test(session)) {
          noted.put(session, new Touching.Noted(true, next));
        }
      }
      return CompletableFuture.completedFuture(noted);
    }
  }

  private final Owners owners = new Owners();
  private final long[] nanos = {0};
  private final Activity activity = new Activity(owners, AREAS, () -> nanos[0]);

  private static SessionId session(long number) {
    return SessionId.of(new PlacementKey(number), ByteBuffer.allocate(16).putLong(number).array());
  }

  private void flushAfter(Duration wait) {
    nanos[0] += wait.toNanos();
    activity.flush();
  }

  @Test
  void a_slot_that_fails_does_not_hold_up_what_is_new_in_others() {
    owners.silent = AREAS.slotOf(Area.SESSION, session(0));
    List<SessionId> healthy =
        LongStream.range(1_000_000, 1_000_100)
            .mapToObj(ActivityTest::session)
            .filter(id -> !AREAS.slotOf(Area.SESSION, id).equals(owners.silent))
            .limit(20)
            .toList();
    LongStream.range(0, 1_000_000)
        .mapToObj(ActivityTest::session)
        .filter(id -> AREAS.slotOf(Area.SESSION, id).equals(owners.silent))
        .limit(70_000)
        .forEach(activity::note);
    for (int flush = 0; flush < 20; flush++) {
      flushAfter(FLUSH);
    }
    healthy.forEach(activity::note);
    flushAfter(FLUSH);
    assertThat(owners.told).containsKeys(healthy.toArray(SessionId[]::new));
    owners.silent = new SlotId(Area.SESSION, Integer.MAX_VALUE);
    for (int flush = 0; flush < 6; flush++) {
      flushAfter(FLUSH);
    }
    assertThat(owners.told).as("all are told of once the slot answers").hasSize(70_020);
  }

  @Test
  void in_a_slot_that_answers_for_few_the_others_have_their_turn() {
    owners.refused = id -> id.placement().hash() < 0;
    List<SessionId> slot =
        LongStream.concat(LongStream.range(0, 400_000), LongStream.range(-400_000, 0))
            .mapToObj(ActivityTest::session)
            .filter(id -> AREAS.slotOf(Area.SESSION, id).equals(new SlotId(Area.SESSION, 1)))
            .toList();
    List<SessionId> refused = slot.stream().filter(owners.refused).limit(900).toList();
    List<SessionId> healthy = slot.stream().filter(owners.refused.negate()).limit(100).toList();
    refused.forEach(activity::note);
    healthy.forEach(activity::note);
    owners.silent = new SlotId(Area.SESSION, 1);
    flushAfter(FLUSH);
    owners.silent = new SlotId(Area.SESSION, Integer.MAX_VALUE);
    owners.told.clear();
    flushAfter(FLUSH.multipliedBy(5));
    assertThat(owners.told).as("told of at a time").hasSize(20);
    for (int flush = 0; flush < 100; flush++) {
      flushAfter(FLUSH);
    }
    assertThat(owners.told).containsKeys(healthy.toArray(SessionId[]::new));
  }

  @Test
  void an_owner_that_asks_to_be_told_again_soon_is_told_at_the_next_flush() {
    owners.next = Duration.ofMillis(250);
    for (int flush = 1; flush <= 10; flush++) {
      activity.note(session(1));
      flushAfter(Duration.ofMillis(400));
      assertThat(owners.told).containsEntry(session(1), flush);
    }
  }

  @Test
  void a_crowd_is_told_of_once_and_forgotten() {
    for (long number = 0; number < 50_000; number++) {
      activity.note(session(number));
    }
    for (int flush = 0; flush < 5; flush++) {
      flushAfter(FLUSH);
    }
    assertThat(owners.told).hasSize(50_000).allSatisfy((_, times) -> assertThat(times).isOne());
    flushAfter(Duration.ofMinutes(2));
    assertThat(activity.size()).isZero();
  }

  @Test
  void after_a_long_pause_nobody_is_forgotten_or_told_of_twice() {
    owners.silent = AREAS.slotOf(Area.SESSION, session(1));
    activity.note(session(1));
    flushAfter(FLUSH);
    flushAfter(Duration.ofHours(3));
    assertThat(owners.told).containsEntry(session(1), 2);
    flushAfter(FLUSH);
    assertThat(owners.told).containsEntry(session(1), 2);
    flushAfter(FLUSH.multipliedBy(2));
    assertThat(owners.told).containsEntry(session(1), 3);
  }
}
