package dev.kintsugi.node.runtime.life;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.Content;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The owners of other slots (this node may be one of them). Thread-safe; never blocks; the futures
 * never fail and complete soon after the deadline at the latest.
 */
public interface Peers {

  /** What came of a write at a peer. */
  enum Written {
    /** It has had its one effect. */
    DONE,
    /** The idempotency key was used for another content. */
    KEY_REUSED,
    /** The content exceeds the area's limit. */
    TOO_LARGE,
    /** The session has ended in that area, or another request made the shard. */
    CONFLICT,
    /** No owner could be brought to do it in time; it may have happened, or may yet. */
    UNKNOWN
  }

  /** Whether a session lives. */
  sealed interface Standing {
    /**
     * It does, and this is whose it is.
     *
     * @param verified false: nobody can say now whether its grant still stands
     * @param heard up to which place in the feed of revocations its owner had heard
     */
    record Alive(ApplicationId application, Optional<UserId> user, boolean verified, long heard)
        implements Standing {

      /** One whose grant stands, or that has none, by the word of who has heard everything. */
      public Alive(ApplicationId application, Optional<UserId> user) {
        this(application, user, true, Long.MAX_VALUE);
      }
    }

    /**
     * Its grant was revoked; it ends, or has ended.
     *
     * @param reason a word such as {@code deleted}
     */
    record Revoked(String reason) implements Standing {}

    /** It ended, is ending, or never was. */
    record Gone() implements Standing {}

    /** Its owner could not be asked in time. */
    record Silent() implements Standing {}
  }

  /**
   * Writes the first content of an area.
   *
   * @param key the idempotency key
   */
  CompletableFuture<Written> create(
      SessionId session,
      Area area,
      ApplicationId application,
      Optional<UserId> user,
      Content content,
      String key,
      Deadline deadline);

  /** Writes the end record of an area. {@link Written#DONE} also where it had ended before. */
  CompletableFuture<Written> end(
      SessionId session,
      Area area,
      ApplicationId application,
      Optional<UserId> user,
      String key,
      Deadline deadline);

  /**
   * What an area's owner knows of the activity in a session.
   *
   * @param ago how long ago the last one was that has not been written down; empty: none
   * @param served for how long it has owned the slot: what it would have known before that is lost
   */
  record Heard(Optional<Duration> ago, Duration served) {}

  /** Asks an area's owner for the activity in a session; empty if it could not be asked in time. */
  CompletableFuture<Optional<Heard>> heard(SessionId session, Area area, Deadline deadline);

  /**
   * Reports activity to the owner of sessions that share a slot.
   *
   * @param ago how long ago the last activity of each was
   * @return of each session that the owner has an answer for; the others are to be reported again
   */
  CompletableFuture<Map<SessionId, Touching.Noted>> report(
      Map<SessionId, Duration> ago, Deadline deadline);

  /** Asks the session's owner. */
  CompletableFuture<Standing> standing(SessionId session, Deadline deadline);
}
