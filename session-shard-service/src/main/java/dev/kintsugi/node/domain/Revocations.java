package dev.kintsugi.node.domain;

import dev.kintsugi.core.PlacementKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

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
   */
  public record Heard(GrantRevoked word, Optional<PlacementKey> placement, long heardNanos) {}

  /** What a revocation means for a session. */
  public enum Concern {
    /** The session is younger: its grant has been handed in anew. */
    NONE,
    /** Clocks do not tell which came first: the token service has to be asked. */
    DOUBTFUL,
    CERTAIN
  }

  /*
   * An application may use one id for grants of several users, one after the other: of each user
   * the latest revocation is kept, by the time at which it was, which is not the order in which
   * they are heard. Whoever takes a slot over finds those of its users without going through all.
   */

  private final int most;
  private final long keepNanos;
  private final ToIntFunction<PlacementKey> slotOf;
  private final Deque<Heard> byAge = new ArrayDeque<>();
  private final Map<GrantRef, List<Heard>> byGrant = new HashMap<>();
  private final Map<Integer, Deque<Heard>> bySlot = new HashMap<>();
  private final Map<PlacementKey, Heard> byPlacement = new HashMap<>();
  private long forgotten;

  /**
   * Nothing was heard yet.
   *
   * @param most are remembered. Too low: after a busy time a new owner has to ask for what it could
   *     know. Too high: memory, about 300 bytes each
   * @param keep for how long. Too low: the same. Too high: the same
   * @param slotOf the number of the slot in which a user's sessions are
   */
  public Revocations(int most, Duration keep, ToIntFunction<PlacementKey> slotOf) {
    this.most = most;
    this.keepNanos = keep.toNanos();
    this.slotOf = slotOf;
  }

  /** Remembers one; what is too old, or too much, goes. */
  public Heard add(GrantRevoked word, Optional<PlacementKey> placement, long nowNanos) {
    Heard heard = new Heard(word, placement, nowNanos);
    byAge.add(heard);
    keepLatest(byGrant.computeIfAbsent(word.grant(), _ -> new ArrayList<>(1)), heard);
    placement.ifPresent(at -> {
      byPlacement.put(at, heard);
      bySlot.computeIfAbsent(slotOf.applyAsInt(at), _ -> new ArrayDeque<>()).add(heard);
    });
    while (byAge.size() > most) {
      forgotten++;
      forget(byAge.removeFirst());
    }
    expire(nowNanos);
    return heard;
  }

  private static void keepLatest(List<Heard> ofGrant, Heard heard) {
    GrantRevoked word = heard.word();
    boolean older =
        ofGrant.stream()
            .map(Heard::word)
            .anyMatch(known -> known.user().equals(word.user()) && known.at().isAfter(word.at()));
    if (!older) {
      ofGrant.removeIf(known -> known.word().user().equals(word.user()));
      ofGrant.add(heard);
    }
  }

  /** Forgets what is too old. */
  public void expire(long nowNanos) {
    while (!byAge.isEmpty() && nowNanos - byAge.getFirst().heardNanos() >= keepNanos) {
      forget(byAge.removeFirst());
    }
  }

  private void forget(Heard old) {
    byGrant.computeIfPresent(
        old.word().grant(),
        (_, ofGrant) -> {
          ofGrant.remove(old);
          return ofGrant.isEmpty() ? null : ofGrant;
        });
    old.placement()
        .ifPresent(at -> {
          byPlacement.remove(at, old);
          bySlot.computeIfPresent(
              slotOf.applyAsInt(at),
              (_, ofSlot) -> {
                ofSlot.remove(old);
                return ofSlot.isEmpty() ? null : ofSlot;
              });
        });
  }

  /** The latest that concerns a session. Linear in the users that had a grant of that id. */
  public Optional<Heard> of(GrantUse use) {
    if (byGrant.isEmpty()) {
      return Optional.empty();
    }
    return byGrant.getOrDefault(use.grant(), List.of()).stream()
        .filter(heard -> use.mayBeOf(heard.word().user()))
        .max(Comparator.comparing(heard -> heard.word().at()));
  }

  /** The last that was heard of any grant of a user. */
  public Optional<GrantRevoked> lastOf(PlacementKey placement) {
    return byPlacement.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(byPlacement.get(placement)).map(Heard::word);
  }

  /**
   * The feed is told anew, with places of its own: the last of each user is what it says from now.
   */
  public void forgetPlaces() {
    byPlacement.clear();
  }

  /** Those of the users of a slot, the newest first. Linear in these. */
  public List<Heard> ofSlot(int slot) {
    Deque<Heard> known = bySlot.get(slot);
    return known == null ? List.of() : List.copyOf(known.reversed());
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
