package dev.kintsugi.node.domain;

import dev.kintsugi.core.PlacementKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The grants of whose end this node has heard lately. Look-ups take constant time. Not thread-safe.
 *
 * <p>Bounded: the oldest are forgotten first. A session whose end was missed that way is found out
 * when its grant is asked for next.
 */
public final class Revocations {

  /**
   * One that was heard of.
   *
   * @param placement of the grant's user; empty: not known
   * @param heardNanos by the ticker of this node
   * @param serial grows with each that is heard of
   */
  public record Heard(
      GrantRevoked word, Optional<PlacementKey> placement, long heardNanos, long serial) {}

  /** What a revocation means for a session. */
  public enum Concern {
    /** The session is younger: its grant has been handed in anew. */
    NONE,
    /** Clocks do not tell which came first: the token service has to be asked. */
    DOUBTFUL,
    CERTAIN
  }

  private final int most;
  private final long keepNanos;
  private final Deque<Heard> byAge = new ArrayDeque<>();
  private final Map<GrantRef, Heard> byGrant = new HashMap<>();
  private final Map<PlacementKey, Heard> byPlacement = new HashMap<>();
  private long serial;
  private long forgotten;

  /**
   * Nothing was heard yet.
   *
   * @param most are remembered. Too low: after a busy time a new owner has to ask for what it could
   *     know. Too high: memory, about 300 bytes each
   * @param keep for how long. Too low: the same. Too high: the same
   */
  public Revocations(int most, Duration keep) {
    this.most = most;
    this.keepNanos = keep.toNanos();
  }

  /** Remembers one; what is too old, or too much, goes. */
  public Heard add(GrantRevoked word, Optional<PlacementKey> placement, long nowNanos) {
    Heard heard = new Heard(word, placement, nowNanos, ++serial);
    byAge.add(heard);
    byGrant.put(word.grant(), heard);
    placement.ifPresent(at -> byPlacement.put(at, heard));
    while (byAge.size() > most) {
      forgotten++;
      forget(byAge.removeFirst());
    }
    expire(nowNanos);
    return heard;
  }

  /** Forgets what is too old. */
  public void expire(long nowNanos) {
    while (!byAge.isEmpty() && nowNanos - byAge.getFirst().heardNanos() >= keepNanos) {
      forget(byAge.removeFirst());
    }
  }

  private void forget(Heard old) {
    byGrant.remove(old.word().grant(), old);
    old.placement().ifPresent(at -> byPlacement.remove(at, old));
  }

  /** The last that was heard of a grant. */
  public Optional<Heard> of(GrantRef grant) {
    return Optional.ofNullable(byGrant.get(grant));
  }

  /** The serial of the last that was heard of any grant of a user; 0: none. */
  public long serialOf(PlacementKey placement) {
    Heard last = byPlacement.isEmpty() ? null : byPlacement.get(placement);
    return last == null ? 0 : last.serial();
  }

  /** Those of users of whom something is true, the newest first. Linear in all. */
  public List<Heard> ofUsers(Predicate<PlacementKey> users) {
    List<Heard> found = new ArrayList<>();
    byAge
        .descendingIterator()
        .forEachRemaining(heard -> {
          if (heard.placement().filter(users).isPresent()) {
            found.add(heard);
          }
        });
    return found;
  }

  /**
   * Whether a session ends with the grant.
   *
   * @param skew by how much the clocks of owner and token service may differ
   */
  public static Concern concern(GrantRevoked word, Instant createdAt, Duration skew) {
    if (createdAt.isBefore(word.at().minus(skew))) {
      return Concern.CERTAIN;
    }
    return createdAt.isAfter(word.at().plus(skew)) ? Concern.NONE : Concern.DOUBTFUL;
  }

  public int size() {
    return byAge.size();
  }

  /** How many had to be forgotten before their time. */
  public long forgotten() {
    return forgotten;
  }
}
