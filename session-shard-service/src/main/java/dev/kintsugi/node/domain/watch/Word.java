package dev.kintsugi.node.domain.watch;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;

/**
 * What this node says of one that it watches: evidence for the coordinator, no verdict.
 *
 * @param silentMillis for how long it has not been heard
 */
public record Word(NodeId about, Incarnation incarnation, Said said, long silentMillis) {

  /** What is said. */
  public enum Said {
    /** Its line stands and it was heard lately. */
    HEARD,
    /** Its line stands, and it has been silent for surprisingly long. */
    SILENT,
    /** Its line broke off. */
    BROKEN,
    /** Nothing listens where it was. */
    REFUSED
  }
}
