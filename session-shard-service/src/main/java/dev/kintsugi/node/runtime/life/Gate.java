package dev.kintsugi.node.runtime.life;

import dev.kintsugi.core.SessionId;
import dev.kintsugi.node.domain.Shard;
import java.util.concurrent.CompletableFuture;

/**
 * Whether a session may be used, as far as its grant is concerned. Thread-safe; must not block; the
 * futures never fail and complete soon after the deadline at the latest.
 */
public interface Gate {

  /** Lets everybody pass. */
  Gate OPEN =
      new Gate() {
        @Override
        public CompletableFuture<Clearance> toArea(SessionId session, Use use, Deadline deadline) {
          return CompletableFuture.completedFuture(Clearance.CLEAR);
        }

        @Override
        public CompletableFuture<Clearance> toSession(
            SessionId session, Shard shard, Deadline deadline) {
          return CompletableFuture.completedFuture(Clearance.CLEAR);
        }

        @Override
        public long heard() {
          return 0;
        }
      };

  /** What somebody wants to do. */
  enum Use {
    READ,
    WRITE
  }

  /** What came of the question. */
  sealed interface Clearance {
    Clearance CLEAR = new Clear();

    record Clear() implements Clearance {}

    /**
     * The grant was revoked; the session ends.
     *
     * @param reason a word such as {@code deleted}
     */
    record Revoked(String reason) implements Clearance {}

    /** The grant has not been verified and cannot be now: reads go on, writes do not. */
    record Unverified() implements Clearance {}

    /** Whoever knows could not be asked in time. */
    record Silent() implements Clearance {}
  }

  /** Asked by the owner of an area with content, before it looks at the shard. */
  CompletableFuture<Clearance> toArea(SessionId session, Use use, Deadline deadline);

  /**
   * Asked by the session's owner, before it tells anybody of the session.
   *
   * @param shard of the area {@code session}
   */
  CompletableFuture<Clearance> toSession(SessionId session, Shard shard, Deadline deadline);

  /**
   * Up to which place in the feed of revocations this node has heard. What was judged after this
   * was asked for takes all of them into account.
   */
  long heard();
}
