package dev.kintsugi.tokens.domain;

import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Grants that are to be renewed now, for want of a place or of budget not all at once: whose tokens
 * are needed soonest come first. A grant is in it once. Not thread-safe; a call costs O(log n).
 */
public final class Ready {

  /**
   * A grant to be renewed.
   *
   * @param expected what the decision rests on
   */
  public record Waiting(Grant grant, RefreshPolicy.Expectation expected) {}

  private final PriorityQueue<Waiting> waiting =
      new PriorityQueue<>(
          Comparator.comparingDouble((Waiting one) -> -one.expected().soon())
              .thenComparing(
                  one -> one.grant().access().map(AccessToken::expiresAt),
                  Comparator.comparing(at -> at.orElse(java.time.Instant.MIN))));
  private final Set<GrantKey> keys = new HashSet<>();

  /** Puts a grant in; does nothing where it is in already. */
  public void add(Waiting one) {
    if (keys.add(one.grant().key())) {
      waiting.add(one);
    }
  }

  /** Takes out the one that is needed first. */
  public Optional<Waiting> take() {
    Waiting next = waiting.poll();
    if (next != null) {
      keys.remove(next.grant().key());
    }
    return Optional.ofNullable(next);
  }

  public int size() {
    return waiting.size();
  }
}
