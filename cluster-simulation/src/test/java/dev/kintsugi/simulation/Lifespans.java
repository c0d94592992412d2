package dev.kintsugi.simulation;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.SlotEntry;
import dev.kintsugi.node.runtime.life.Access;
import dev.kintsugi.node.runtime.life.RequestKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * When sessions were made and used by true time, and whether those that nobody signed out ended
 * when they had to: checked where no wall clock was set, and once the faults are over.
 */
final class Lifespans {

  /** Clocks that run apart from each other by almost a hundredth, all run long. */
  private static final long CLOCKS_NANOS = Duration.ofMillis(150).toNanos();

  /** Between the last question to an area and the end in the log, while nothing is broken. */
  private static final long DECIDING_NANOS = Duration.ofMillis(150).toNanos();

  /** Within which a record is in the log or given up. */
  private static final long DELIVERED_NANOS = Duration.ofSeconds(2).toNanos();

  /** Within which a session that is due must have ended, while nothing is broken. */
  private static final long LATEST_NANOS = Duration.ofSeconds(4).toNanos();

  /** After which what was broken before has been got over. */
  private static final long SETTLING_NANOS = Duration.ofMillis(1_500).toNanos();

  private final Scheduler scheduler;
  private final Map<SessionId, SessionFacts> facts = new HashMap<>();
  private final Map<SessionId, Long> made = new HashMap<>();
  private final Map<SessionId, Long> used = new HashMap<>();

  /** By answers marked stale: whoever decides about a session's end may or may not hear of them. */
  private final Map<SessionId, Long> perhapsUsed = new HashMap<>();

  private final Set<SessionId> signedOut = new HashSet<>();
  private final Set<SessionId> over = new HashSet<>();
  private boolean clocksAreSet;
  private long calmSinceNanos = Long.MAX_VALUE;
  private long expired;

  Lifespans(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  void clockSet() {
    clocksAreSet = true;
  }

  void calm() {
    calmSinceNanos = scheduler.nowNanos();
  }

  boolean isCalm() {
    return calmSinceNanos != Long.MAX_VALUE;
  }

  /** Somebody has begun to sign the session out. */
  void signsOut(SessionId session) {
    signedOut.add(session);
  }

  /** A node has let somebody in. */
  void used(SessionId session, Access access) {
    if (access instanceof Access.Granted(Answer answer)) {
      boolean inside =
          switch (answer) {
            case Answer.Found(Shard shard, var _) -> lives(shard);
            case Answer.Applied _, Answer.Absent _ -> true;
            case Answer.Stale _ -> {
              perhapsUsed.put(session, scheduler.nowNanos());
              yield false;
            }
            case Answer.Refused _, Answer.Unknown _, Answer.Sessions _ -> false;
          };
      if (inside) {
        used.put(session, scheduler.nowNanos());
      }
    }
  }

  private static boolean lives(Shard shard) {
    return !shard.ended()
        && shard.facts().filter(one -> one.state() != SessionFacts.State.LIVE).isEmpty();
  }

  /** A record has got its place in the log, and the truth has judged it. */
  void appended(Truth truth, SlotId slot, SlotEntry.Signed entry) {
    if (!slot.area().equals(Area.SESSION) || !(entry instanceof SlotEntry.Written written)) {
      return;
    }
    SessionId session = written.session();
    Optional<SessionFacts> now = truth.shard(slot, session).flatMap(Shard::facts);
    if (now.isEmpty()) {
      return;
    }
    facts.put(session, now.get());
    made.putIfAbsent(session, scheduler.nowNanos());
    if (now.get().state() != SessionFacts.State.LIVE
        && over.add(session)
        && !signedOut.contains(session)
        && !gaveWay(session, truth.shard(slot, session).orElseThrow())) {
      ends(session, now.get());
    }
  }

  /** Whether it ended because its user wanted one more than may be. */
  private static boolean gaveWay(SessionId session, Shard shard) {
    RequestKey surplus = RequestKeys.of("surplus", session.toString(), List.of());
    return shard.requests().stream().anyMatch(request -> request.key().equals(surplus));
  }

  private void ends(SessionId session, SessionFacts facts) {
    if (facts.createdAt().toEpochMilli() == 1) {
      return; // Never lived.
    }
    expired++;
    long nowNanos = scheduler.nowNanos();
    if (facts.idleTimeout().isEmpty() && facts.absoluteTimeout().isEmpty()) {
      throw new Violation("I1", session + " ended though nobody signed it out");
    }
    boolean old =
        facts
            .absoluteTimeout()
            .filter(limit -> nowNanos - bornAt(session, facts) >= limit.toNanos() - CLOCKS_NANOS)
            .isPresent();
    if (old || clocksAreSet || nowNanos - calmSinceNanos < SETTLING_NANOS) {
      return;
    }
    long last = used.getOrDefault(session, madeAt(session));
    long since = nowNanos - last;
    if (since > DECIDING_NANOS
        && facts.idleTimeout().filter(limit -> since >= limit.toNanos() - CLOCKS_NANOS).isEmpty()) {
      throw new Violation(
          "I1", session + " ended as idle " + since / 1_000_000 + " ms after it was used");
    }
  }

  /**
   * When it was made by its maker's clock, as far as that can be true: its record may have waited
   * for a log that was away.
   */
  private long bornAt(SessionId session, SessionFacts facts) {
    long by = Duration.between(Instant.EPOCH, facts.createdAt()).toNanos();
    return Math.clamp(by, madeAt(session) - DELIVERED_NANOS, madeAt(session));
  }

  private long madeAt(SessionId session) {
    return made.getOrDefault(session, 0L);
  }

  /** The run is over: whatever was due long ago must have ended. */
  void atEnd() {
    if (clocksAreSet) {
      return;
    }
    long longAgo = scheduler.nowNanos() - LATEST_NANOS;
    facts.forEach((session, one) -> {
      long last =
          Math.max(
              used.getOrDefault(session, madeAt(session)), perhapsUsed.getOrDefault(session, 0L));
      boolean idle =
          one.idleTimeout().filter(limit -> last + limit.toNanos() < longAgo).isPresent();
      boolean old =
          one.absoluteTimeout()
              .filter(limit -> madeAt(session) + limit.toNanos() < longAgo)
              .isPresent();
      if (one.state() == SessionFacts.State.LIVE && (idle || old)) {
        throw new Violation(
            "liveness",
            session + " lives on long after its time: used at " + last / 1_000_000 + " ms, " + one);
      }
    });
  }

  /** How many sessions ended by themselves. */
  long expired() {
    return expired;
  }
}
