package dev.kintsugi.tokens.domain;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Grants that are to be renewed now, for want of a place or of budget not all at once: whose tokens
 * are needed soonest come first. A grant is in it once, as it was decided last; of more than fit
 * those go that are needed last. Not thread-safe; a call costs O(log n).
 */
public final class Ready {

  /**
   * A grant to be renewed.
   *
   * @param expected what the decision rests on
   * @param until when the decision ends; then somebody else may take it
   */
  public record Waiting(Grant grant, RefreshPolicy.Expectation expected, Instant until) {}

  private final int capacity;
  private final Map<GrantKey, Waiting> byKey = new HashMap<>();
  private final TreeSet<Waiting> byNeed =
      new TreeSet<>(
          Comparator.comparingDouble((Waiting one) -> -one.expected().soon())
              .thenComparing(
                  one -> one.grant().access().map(AccessToken::expiresAt).orElse(Instant.MIN))
              .thenComparing(one -> one.grant().key().toString()));
  private final TreeSet<Waiting> byEnd =
      new TreeSet<>(
          Comparator.comparing(Waiting::until).thenComparing(one -> one.grant().key().toString()));

  public Ready(int capacity) {
    this.capacity = capacity;
  }

  /** Puts a grant in, in place of what was decided about it before. */
  public void add(Waiting one) {
    drop(one.grant().key());
    byKey.put(one.grant().key(), one);
    byNeed.add(one);
    byEnd.add(one);
    if (byKey.size() > capacity) {
      drop(byNeed.last().grant().key());
    }
  }

  /** Takes a grant out, if it is in. */
  public void drop(GrantKey key) {
    Waiting old = byKey.remove(key);
    if (old != null) {
      byNeed.remove(old);
      byEnd.remove(old);
    }
  }

  /** Takes out what was to be renewed until a time before this one. */
  public void dropBefore(Instant now) {
    while (!byEnd.isEmpty() && byEnd.first().until().isBefore(now)) {
      drop(byEnd.first().grant().key());
    }
  }

  /** Takes out the one that is needed first. */
  public Optional<Waiting> take() {
    if (byNeed.isEmpty()) {
      return Optional.empty();
    }
    Waiting next = byNeed.first();
    drop(next.grant().key());
    return Optional.of(next);
  }

  public int size() {
    return byKey.size();
  }

  /** How many more fit before some have to go. */
  public int room() {
    return capacity - byKey.size();
  }

  public int capacity() {
    return capacity;
  }
}
