package dev.kintsugi.gateway.domain;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What there is to tell the coordinators of nodes that did not answer: each trouble at once when it
 * is seen for the first time, and again now and then while it lasts. Thousands of requests may meet
 * the same dead node in the same moment. Not thread-safe.
 */
public final class NodeWords {

  /** Enough for every node of a large map; beyond, the oldest is forgotten. */
  private static final int MOST = 4_096;

  /** What is seen of a node. */
  public enum Seen {
    /** A connection to it broke off before the answer was complete. */
    BROKEN,
    /** Nothing listens there. */
    REFUSED,
    /** No answer, and no connection, in time. */
    SILENT
  }

  /** A word about one life of a node. */
  public record Word(NodeId node, Incarnation incarnation, Seen seen) {}

  private final long againNanos;
  private final Map<Word, Long> saidNanos = new LinkedHashMap<>();

  /**
   * Nothing said yet.
   *
   * @param again how soon the same is said again. Too short: a coordinator is told the same by
   *     every gateway all the time; longer than it believes a word (dead-after): it forgets it
   *     between
   */
  public NodeWords(Duration again) {
    this.againNanos = again.toNanos();
  }

  /** Takes in what was seen; returns what to tell now, at most one word. */
  public List<Word> seen(Word word, long nowNanos) {
    Long said = saidNanos.get(word);
    if (said != null && nowNanos - said < againNanos) {
      return List.of();
    }
    saidNanos.remove(word);
    saidNanos.put(word, nowNanos);
    if (saidNanos.size() > MOST) {
      saidNanos.remove(saidNanos.keySet().iterator().next());
    }
    return List.of(word);
  }

  /** The node has answered: whatever is seen of it from here on is new. */
  public void answered(NodeId node, Incarnation incarnation) {
    for (Seen seen : Seen.values()) {
      saidNanos.remove(new Word(node, incarnation, seen));
    }
  }

  /**
   * Whether anything was said that an answer would take back: else {@link #answered} is in vain.
   */
  public boolean isQuiet() {
    return saidNanos.isEmpty();
  }
}
