package dev.kintsugi.simulation;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.SlotEntry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The living sessions of each user by the order of the log: never more than may be, and as many as
 * may be where a new one is refused for it. Not thread-safe.
 */
final class UserCounts {

  private final Scheduler scheduler;
  private final int most;
  private final Map<SessionId, UserId> users = new HashMap<>();
  private final Map<UserId, Set<SessionId>> living = new HashMap<>();
  private final Map<UserId, Long> lastFullNanos = new HashMap<>();

  UserCounts(Scheduler scheduler, int most) {
    this.scheduler = scheduler;
    this.most = most;
  }

  private Set<SessionId> of(UserId user) {
    return living.computeIfAbsent(user, _ -> new HashSet<>());
  }

  /** A record has got its place in the log, and the truth has judged it. */
  void appended(Truth truth, SlotId slot, SlotEntry.Signed entry) {
    if (!slot.area().equals(Area.SESSION) || !(entry instanceof SlotEntry.Written written)) {
      return;
    }
    SessionId session = written.session();
    var now = truth.shard(slot, session);
    boolean lives =
        now.flatMap(Shard::facts)
            .filter(facts -> facts.state() == SessionFacts.State.LIVE)
            .isPresent();
    now.flatMap(Shard::user).ifPresent(user -> users.put(session, user));
    UserId user = users.get(session);
    if (user == null) {
      return;
    }
    if (isFull(user)) {
      lastFullNanos.put(user, scheduler.nowNanos());
    }
    if (!lives) {
      of(user).remove(session);
    } else if (of(user).add(session) && of(user).size() > most) {
      throw new Violation("limit", user + " has " + of(user).size() + " sessions at once");
    }
  }

  private boolean isFull(UserId user) {
    return of(user).size() >= most;
  }

  /** A user was told that there are too many, of what was asked for at a time or after it. */
  void refused(UserId user, long sinceNanos) {
    if (!isFull(user) && lastFullNanos.getOrDefault(user, -1L) < sinceNanos) {
      throw new Violation("limit", user + " was refused a session that it might have had");
    }
  }
}
