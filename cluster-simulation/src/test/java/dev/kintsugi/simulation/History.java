package dev.kintsugi.simulation;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.ShardKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What all clients together have been told, and whether it can be true: what was known when a
 * request began must not be contradicted by its answer (linearizability per shard, by versions).
 */
final class History {

  /** What was known when a request began. */
  record Known(ShardVersion version, ShardVersion inLog, boolean toldEnded, boolean livedInLog) {}

  private final Cluster cluster;
  private final Map<ShardKey, ShardVersion> known = new HashMap<>();
  private final Map<SessionId, UserId> sessions = new LinkedHashMap<>();
  private final Set<SessionId> toldEnded = new HashSet<>();
  private long acknowledged;
  private long answered;
  private boolean nothingBreaks;

  History(Cluster cluster) {
    this.cluster = cluster;
  }

  long acknowledged() {
    return acknowledged;
  }

  /** Requests that were answered for good. */
  long answered() {
    return answered;
  }

  /** Slots are moved and nothing else happens: every request gets its answer. */
  void nothingBreaks() {
    nothingBreaks = true;
  }

  /** A request was left without an answer for a time, or its attempts have run out: I13. */
  void failed(String what) {
    if (nothingBreaks) {
      throw new Violation("I13", what + " though nothing was broken");
    }
  }

  /** Sessions that somebody was told of, in that order, with whose they are. */
  Map<SessionId, UserId> sessions() {
    return sessions;
  }

  boolean toldEnded(SessionId session) {
    return toldEnded.contains(session);
  }

  private SlotId slot(ShardKey key) {
    return cluster.areas.slotOf(key.area(), key.session());
  }

  Known begin(ShardKey key) {
    return new Known(
        known.getOrDefault(key, ShardVersion.NONE),
        cluster.truth.version(slot(key), key.session()),
        toldEnded.contains(key.session()),
        lives(key.session()));
  }

  /** Whether the log says just now that the session lives. */
  boolean lives(SessionId session) {
    return facts(session).filter(facts -> facts.state() == SessionFacts.State.LIVE).isPresent();
  }

  private Optional<SessionFacts> facts(SessionId session) {
    return cluster
        .truth
        .shard(cluster.areas.slotOf(Area.SESSION, session), session)
        .flatMap(Shard::facts);
  }

  private void saw(ShardKey key, ShardVersion version) {
    known.merge(key, version, (a, b) -> a.exceeds(b) ? a : b);
  }

  /** A read has been answered. */
  void read(ShardKey key, UserId user, Known before, Answer answer) {
    answered++;
    switch (answer) {
      case Answer.Found found -> found(key, user, before, found.shard());
      case Answer.Absent _ -> {
        if (before.version().exceeds(ShardVersion.NONE)) {
          throw new Violation("I3", shown(key) + " is absent after version " + before.version());
        }
      }
      // Marked: what it may be was looked at when it left its node; nothing follows from it.
      case Answer.Stale stale -> isOf(user, key, stale.shard());
      case Answer.Refused(Refusal why, var _) -> refusedForLife(key, before, why);
      case Answer.Applied _, Answer.Unknown _, Answer.Sessions _ -> {}
    }
  }

  private void found(ShardKey key, UserId user, Known before, Shard shard) {
    if (before.version().exceeds(shard.version())) {
      throw new Violation(
          "I3",
          shown(key) + " is " + shard.version() + " after " + before.version() + " was known");
    }
    Optional<Shard> inLog = cluster.truth.shardAt(slot(key), key.session(), shard.version());
    if (inLog.filter(shard::equals).isEmpty()) {
      throw new Violation(
          "I3", shown(key) + " never was what version " + shard.version() + " says");
    }
    isOf(user, key, shard);
    boolean alive =
        !shard.ended()
            && shard.facts().filter(facts -> facts.state() != SessionFacts.State.LIVE).isEmpty();
    if (alive && before.toldEnded()) {
      throw new Violation("I10", shown(key) + " was shown after its session had ended");
    }
    saw(key, shard.version());
  }

  private static void isOf(UserId user, ShardKey key, Shard shard) {
    if (!shard.user().equals(Optional.of(user))) {
      throw new Violation("I14", shown(key) + " was shown to " + user);
    }
  }

  private void refusedForLife(ShardKey key, Known before, Refusal why) {
    boolean saysDead = why == Refusal.NO_SHARD || why == Refusal.ENDED;
    if (saysDead && before.livedInLog() && lives(key.session())) {
      throw new Violation("I3", shown(key) + " was refused as " + why + " while its session lived");
    }
  }

  /** A write has been acknowledged. */
  void applied(ShardKey key, RequestKey id, Known before, Answer.Applied answer) {
    answered++;
    acknowledged++;
    cluster.truth.acknowledged(id, slot(key), answer.version());
    if (!answer.version().exceeds(before.version())) {
      throw new Violation(
          "I3", shown(key) + " was written as " + answer.version() + " after " + before.version());
    }
    if (before.toldEnded()) {
      throw new Violation("I10", shown(key) + " was written after its session had ended");
    }
    saw(key, answer.version());
  }

  /**
   * A write has been refused.
   *
   * @param forGood no attempt of it was left in the dark
   * @param repeats it had had its effect before this attempt began
   */
  void refused(
      ShardKey key,
      RequestKey id,
      Known before,
      Optional<ShardVersion> ifMatch,
      Refusal why,
      boolean forGood,
      boolean repeats) {
    answered++;
    // Whether its session lives is asked elsewhere before an owner has read the effect back: then
    // an
    // attempt may say that there is none, for itself alone, and the request as a whole is unknown.
    if (repeats && why != Refusal.NO_SHARD) {
      forgotten(key, why);
    }
    if (forGood) {
      cluster.truth.refused(id, slot(key));
    }
    refusedForLife(key, before, why);
    ShardVersion now = cluster.truth.version(slot(key), key.session());
    if (forGood
        && why == Refusal.VERSION_MISMATCH
        && ifMatch.equals(Optional.of(now))
        && before.inLog().equals(now)) {
      throw new Violation(
          "I3", shown(key) + " was at version " + now + " all along and refused If-Match " + now);
    }
  }

  /** A write that was acknowledged before has been asked for once more, under the same key. */
  void repeated(ShardKey key, RequestKey id, Answer answer) {
    answered++;
    switch (answer) {
      case Answer.Applied applied -> cluster.truth.acknowledged(id, slot(key), applied.version());
      case Answer.Refused(Refusal why, var _) -> forgotten(key, why);
      case Answer.Found _,
          Answer.Stale _,
          Answer.Absent _,
          Answer.Sessions _,
          Answer.Unknown _ -> {}
    }
  }

  /** A write is refused that had its effect before: right only if nothing is left of the shard. */
  private void forgotten(ShardKey key, Refusal why) {
    if (cluster.truth.shard(slot(key), key.session()).isPresent()) {
      throw new Violation(
          "I11", "a write to " + shown(key) + " was applied and is refused as " + why + " now");
    }
  }

  /** A session has been made. */
  void made(SessionId session, UserId user, ShardVersion version) {
    answered++;
    ShardKey key = new ShardKey(session, Area.SESSION);
    ShardVersion inLog = cluster.truth.version(slot(key), session);
    if (version.exceeds(inLog)) {
      throw new Violation("I1", shown(key) + " was made and is not in the log");
    }
    UserId before = sessions.putIfAbsent(session, user);
    if (before == null) {
      acknowledged++;
    } else if (!before.equals(user)) {
      throw new Violation("I14", shown(key) + " was given to two users");
    }
    saw(key, version);
  }

  /** Somebody has been told that a session has ended everywhere. */
  void ended(SessionId session) {
    answered++;
    for (var policy : cluster.areas.all()) {
      SlotId slot = policy.slotOf(session.placement());
      if (cluster.truth.shard(slot, session).filter(Shard::ended).isEmpty()) {
        throw new Violation(
            "I10", session + " was said to have ended but lives on in " + policy.area());
      }
    }
    if (toldEnded.add(session)) {
      acknowledged++;
    }
  }

  /** An end has been refused: there is no such session. */
  void notEnded(ShardKey key, Known before, Refusal why) {
    answered++;
    refusedForLife(key, before, why);
  }

  /** A user's sessions have been listed. */
  void listed(
      UserId user,
      Set<SessionId> livingBefore,
      Set<SessionId> endedBefore,
      Answer.Sessions answer) {
    answered++;
    for (SessionId session : answer.ids()) {
      if (!Optional.of(user).equals(answer.sessions().get(session).user())) {
        throw new Violation("I14", session + " was listed for " + user);
      }
      if (endedBefore.contains(session)) {
        throw new Violation("I10", session + " was listed after it had ended");
      }
    }
    for (SessionId session : livingBefore) {
      if (lives(session) && !answer.sessions().containsKey(session)) {
        throw new Violation("I3", session + " lives and was not listed");
      }
    }
  }

  private static String shown(ShardKey key) {
    return key.area() + " of " + key.session();
  }
}
