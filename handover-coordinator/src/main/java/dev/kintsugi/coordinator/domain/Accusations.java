package dev.kintsugi.coordinator.domain;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who accuses one node of being dead, and of what. Not thread-safe.
 *
 * <p>A word holds for a while only: whoever goes on to accuse says so again with each heartbeat.
 */
final class Accusations {

  /** Enough for every watcher and gateway of a node; beyond, the oldest is forgotten. */
  private static final int MOST = 64;

  private record Word(PeerWord.Kind kind, long atNanos) {}

  private final Map<String, Word> words = new LinkedHashMap<>();

  /**
   * Takes a word in.
   *
   * @return whether it is a new one: of somebody who did not accuse, or of something else
   */
  boolean add(String accuser, PeerWord.Kind kind, Now now) {
    Word before = words.remove(accuser);
    words.put(accuser, new Word(kind, now.nanos()));
    if (words.size() > MOST) {
      words.remove(words.keySet().iterator().next());
    }
    return before == null || before.kind() != kind;
  }

  void remove(String accuser) {
    words.remove(accuser);
  }

  void clear() {
    words.clear();
  }

  /** Whether anybody accuses. */
  boolean any(long validNanos, Now now) {
    return words.values().stream().anyMatch(word -> now.since(word.atNanos()) < validNanos);
  }

  /**
   * How many say that nothing listens there: a connection that breaks off may have been idle, and
   * who hears nothing may be deaf.
   */
  long ofRefusal(long validNanos, Now now) {
    return words.values().stream()
        .filter(word -> now.since(word.atNanos()) < validNanos)
        .filter(word -> word.kind() == PeerWord.Kind.REFUSED)
        .count();
  }
}
