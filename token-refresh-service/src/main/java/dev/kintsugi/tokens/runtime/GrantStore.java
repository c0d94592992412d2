package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where all instances keep grants.
 *
 * <p>Every grant has a revision, which grows with each change, and a fencing number, which grows
 * with each lease and each change by an application. Methods block, may be called from any number
 * of virtual threads, take effect once and at once, and throw {@link StoreUnavailableException}.
 */
public interface GrantStore {

  /** What lies under a key. */
  sealed interface Found {
    long revision();

    /** The grant, if there is one that can be used. */
    default Optional<Grant> grant() {
      return this instanceof Present present ? Optional.of(present.value()) : Optional.empty();
    }

    /**
     * Nothing, or a mark that it was deleted.
     *
     * @param revision 0: nothing, also no mark
     */
    record Absent(long revision) implements Found {}

    record Present(Grant value, long revision, Instant lastUsed) implements Found {}

    /** Something that was not written under this key by one of our encryption keys. */
    record Unreadable(long revision) implements Found {}
  }

  /**
   * The right to redeem one grant's refresh token, for a limited time.
   *
   * @param number the fencing number: stores under a smaller one than was handed out last are
   *     refused
   */
  record Lease(GrantKey key, String owner, long number) {}

  /** What came of asking for a lease. */
  sealed interface Leasing {
    record Held(Found.Present found, Lease lease) implements Leasing {}

    /** Somebody else has it. */
    record Busy(Found found) implements Leasing {}

    /** There is nothing to lease. */
    record Nothing(Found found) implements Leasing {}
  }

  /** What came of a store. */
  enum Stored {
    DONE,
    /** The grant was changed, or a newer number handed out, since; read again. */
    REFUSED
  }

  Found load(GrantKey key);

  /** The same for several at once, in their order. */
  List<Found> loadAll(List<GrantKey> keys);

  Leasing lease(GrantKey key, Duration time);

  /** Gives a lease back; does nothing if it is not held any more. */
  void release(Lease lease);

  /** A fencing number larger than all before; empty if there is no grant. */
  OptionalLong takeNumber(GrantKey key);

  /** Replaces revision {@code revision} of the grant, if no number larger than ours is out. */
  Stored store(Grant grant, long revision, long number, Duration keep);

  /** Replaces revision {@code revision}, or its absence, and outdates every lease. */
  Stored put(Grant grant, long revision, Instant usedAt, Duration keep);

  /**
   * Deletes the grant and keeps its content under the task, in one step; outdates every lease.
   *
   * @return whether there was one
   */
  boolean delete(DueTask.Revoke task, Duration keepMark, Duration keepContent);

  /** Notes that the grant was used; does nothing if there is none. */
  void touch(GrantKey key, Instant usedAt, Duration keep);

  /** Keeps a grant whose tokens are to be revoked. */
  void keepForRevocation(DueTask.Revoke task, Grant grant, Duration keep);

  Optional<Grant> forRevocation(DueTask.Revoke task);

  void dropRevocation(DueTask.Revoke task);
}
