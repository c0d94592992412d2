package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;

/** A change of what the coordinator believes about a node, and why. */
public record Verdict(NodeId node, Life life, Reason reason) {

  /** Why the belief changed. */
  public enum Reason {
    /** Never heard of before. */
    JOINED,
    /** The same id with a new incarnation. */
    RESTARTED,
    /** Heard again. */
    HEARD,
    /** No heartbeat for suspect-after. */
    SILENT,
    /** Nothing listens at the node's address. */
    REFUSED,
    /** Silent, and two others say that nothing listens there. */
    ACCUSED,
    /** No heartbeat, no answer and no peer that hears it, for dead-after and longer than usual. */
    SILENT_TOO_LONG,
    /** It answers probes, but has sent no heartbeat for mute-after. */
    MUTE,
    /**
     * It is heard, but has not reached its logs for cut-off-after, and most others reach theirs.
     */
    CUT_OFF
  }
}
