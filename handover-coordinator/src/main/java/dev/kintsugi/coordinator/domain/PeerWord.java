package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import java.time.Duration;

/**
 * What somebody who is in touch with a node says of it: evidence, never a verdict.
 *
 * @param incarnation the life of the node that it is about
 * @param silent for how long the node has not been heard; of interest with {@link Kind#HEARD}
 */
public record PeerWord(NodeId about, Incarnation incarnation, Kind kind, Duration silent) {

  /** What is said. */
  public enum Kind {
    /** It has been heard, {@code silent} ago. */
    HEARD,
    /** It has been silent for surprisingly long, though the connection stands. */
    SILENT,
    /** A connection to it broke off. */
    BROKEN,
    /** A new connection to it was refused: nothing listens there. */
    REFUSED
  }

  public PeerWord {
    if (silent.isNegative()) {
      throw new IllegalArgumentException("a silence must not be negative, got " + silent);
    }
  }

  boolean accuses() {
    return kind != Kind.HEARD;
  }
}
