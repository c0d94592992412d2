package dev.kintsugi.tokens.adapter.kafka;

import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.runtime.RevocationFeed.Ended;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Revocations that are still to be told, one for each grant however often it is handed in; the
 * oldest first. Bounded. Thread-safe, for one that takes and any number that add; constant time for
 * each revocation.
 *
 * <pre>
 *   add ──► waiting ──take──► under way ──told──► gone
 *              ▲                  │
 *              └────── failed ────┘
 * </pre>
 */
final class Untold {
  /*
   * Of two revocations of a grant the later one says all that the earlier one says: it concerns each
   * session that is older than it. So one place for each grant is enough, and whoever tells of the
   * same deletion again and again, because nobody could hear of it yet, takes no place of others.
   */

  /** One on its way. To be read by whoever took it. */
  static final class Entry {
    private Ended ended;
    private CompletableFuture<Ended> durable = new CompletableFuture<>();

    private Entry(Ended ended) {
      this.ended = ended;
    }

    Ended ended() {
      return ended;
    }
  }

  private final int most;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition added = lock.newCondition();
  private final Map<GrantKey, Entry> waiting = new LinkedHashMap<>();
  private final Map<GrantKey, Entry> underWay = new LinkedHashMap<>();

  /**
   * Nothing is to be told.
   *
   * @param most grants at a time; what has come anew of some that are under way is not counted. Too
   *     low: in a short outage revocations are left to be found out by the next question; too high:
   *     memory, about 500 bytes each
   */
  Untold(int most) {
    this.most = most;
  }

  /**
   * Takes one up. What comes completes once it is told, or fails when the next attempt does; empty:
   * too many are waiting.
   */
  Optional<CompletableFuture<Ended>> add(Ended ended) {
    lock.lock();
    try {
      Entry known = waiting.get(ended.key());
      if (known != null) {
        known.ended = both(known.ended, ended);
        return Optional.of(known.durable);
      }
      Entry going = underWay.get(ended.key());
      if (going != null && both(going.ended, ended).equals(going.ended)) {
        return Optional.of(going.durable);
      }
      if (going == null && waiting.size() + underWay.size() >= most) {
        return Optional.empty();
      }
      Entry entry = new Entry(ended);
      waiting.put(ended.key(), entry);
      added.signal();
      return Optional.of(entry.durable);
    } finally {
      lock.unlock();
    }
  }

  /** What says all that the two say. */
  private static Ended both(Ended one, Ended other) {
    if (other.at().toEpochMilli() > one.at().toEpochMilli()) {
      return later(other, one);
    }
    return later(one, other);
  }

  private static Ended later(Ended later, Ended earlier) {
    return later.user().isPresent() || earlier.user().isEmpty()
        ? later
        : new Ended(later.key(), earlier.user(), later.at(), later.reason());
  }

  /** The oldest that wait, now under way; waits for one, and comes back with none in vain. */
  List<Entry> take(int batch, Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lock();
    try {
      while (waiting.isEmpty() && left > 0) {
        left = added.awaitNanos(left);
      }
      List<Entry> taken = new ArrayList<>();
      for (Iterator<Entry> next = waiting.values().iterator();
          next.hasNext() && taken.size() < batch; ) {
        Entry entry = next.next();
        next.remove();
        taken.add(entry);
        underWay.put(entry.ended.key(), entry);
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Everybody can know of it. */
  void told(Entry entry) {
    lock.lock();
    try {
      underWay.remove(entry.ended.key(), entry);
    } finally {
      lock.unlock();
    }
    entry.durable.complete(entry.ended);
  }

  /** What is under way waits again, before all others; whoever waits for any learns of it. */
  void failed(Throwable why) {
    List<CompletableFuture<Ended>> disappointed = new ArrayList<>();
    lock.lock();
    try {
      Map<GrantKey, Entry> others = new LinkedHashMap<>(waiting);
      waiting.clear();
      underWay.forEach((key, entry) -> {
        Entry later = others.remove(key);
        if (later != null) {
          entry.ended = both(entry.ended, later.ended);
          disappointed.add(later.durable);
        }
        waiting.put(key, entry);
      });
      underWay.clear();
      waiting.putAll(others);
      disappointed.addAll(renewed(waiting.values()));
    } finally {
      lock.unlock();
    }
    disappointed.forEach(durable -> durable.completeExceptionally(why));
  }

  private static List<CompletableFuture<Ended>> renewed(Collection<Entry> entries) {
    List<CompletableFuture<Ended>> before = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      before.add(entry.durable);
      entry.durable = new CompletableFuture<>();
    }
    return before;
  }

  /** Those under way included. */
  int size() {
    lock.lock();
    try {
      return waiting.size() + underWay.size();
    } finally {
      lock.unlock();
    }
  }
}
