package dev.kintsugi.node.runtime.life;

import static dev.kintsugi.core.AtOnce.require;
import static dev.kintsugi.node.runtime.life.OneSession.AREAS;
import static dev.kintsugi.node.runtime.life.OneSession.ID;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AtOnce;
import dev.kintsugi.core.SessionId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

class ActivityAtOnceTest {

  private static final int SCHEDULES = 100;

  /** The session's owner: its log has whatever it is told, and it may be told again at once. */
  private static final class Owner extends OneSession.NoPeers {
    final AtomicBoolean usedAgain = new AtomicBoolean();
    final AtomicInteger heardSince = new AtomicInteger();
    volatile Duration reported = Duration.ZERO;

    @Override
    public CompletableFuture<Map<SessionId, Touching.Noted>> report(
        Map<SessionId, Duration> ago, Deadline deadline) {
      reported = ago.get(ID);
      if (usedAgain.get()) {
        heardSince.incrementAndGet();
      }
      return CompletableFuture.completedFuture(Map.of(ID, new Touching.Noted(true, Duration.ZERO)));
    }
  }

  @Test
  void an_activity_is_not_forgotten_though_it_comes_as_the_one_before_it_is_reported() {
    Lincheck.runConcurrentTest(SCHEDULES, () -> useAgainDuringFlush(false));
  }

  @Test
  void an_activity_is_not_forgotten_though_it_comes_as_the_one_before_it_is_over() {
    Lincheck.runConcurrentTest(SCHEDULES, () -> useAgainDuringFlush(true));
  }

  private static void useAgainDuringFlush(boolean reportedBefore) {
    AtomicLong clock = new AtomicLong(1_000);
    Owner owner = AtOnce.share(new Owner());
    Activity activity = AtOnce.share(new Activity(owner, AREAS, clock::get));
    activity.note(ID);
    if (reportedBefore) {
      activity.flush();
    }
    AtOnce.run(
        () -> {
          clock.set(2_000);
          owner.usedAgain.set(true);
          activity.note(ID);
        },
        activity::flush);
    clock.set(Duration.ofMinutes(1).toNanos());
    activity.flush();
    require(owner.heardSince.get() > 0, "nobody was told");
    activity.flush();
    require(activity.size() == 0, "remembered for ever");
  }

  @Test
  void an_activity_is_never_taken_back_by_one_that_was_noted_late() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          AtomicLong clock = new AtomicLong(1_000);
          Activity activity = AtOnce.share(new Activity(new Owner(), AREAS, clock::get));
          activity.note(ID);
          AtOnce.run(
              () -> activity.note(ID),
              () -> {
                clock.set(2_000);
                activity.note(ID);
              });
          Duration ago = activity.heard(ID, Area.SESSION).ago().orElseThrow();
          require(ago.isZero(), "active " + ago + " ago");
        });
  }

  /** A clock by which the session is used again just when a flush has read it for its report. */
  private static final class Clock implements LongSupplier {
    Optional<Activity> activity = Optional.empty();
    private int readings;

    @Override
    public long getAsLong() {
      if (activity.isPresent() && ++readings == 2) {
        activity.get().note(ID);
        return 1_000;
      }
      return readings > 2 ? 2_000 : 1_000;
    }
  }

  @Test
  void a_session_used_just_as_its_report_is_made_was_not_used_in_the_future() {
    Clock clock = new Clock();
    Owner owner = new Owner();
    Activity activity = new Activity(owner, AREAS, clock);
    activity.note(ID);
    clock.activity = Optional.of(activity);
    activity.flush();
    assertThat(owner.reported).isEqualTo(Duration.ZERO);
  }
}
