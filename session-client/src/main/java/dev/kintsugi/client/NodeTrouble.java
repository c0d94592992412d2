package dev.kintsugi.client;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;

/**
 * What one attempt saw of a node that did not answer it: evidence about the node, no verdict.
 * Immutable.
 *
 * @param incarnation the node's life that the attempt was meant for, by the map
 * @param sentNanos when the attempt was sent, by the client's ticker: of a call that had only
 *     milliseconds left, silence says little
 * @param atNanos when the trouble was seen, by the same ticker
 */
public record NodeTrouble(
    NodeId node, Incarnation incarnation, Kind kind, long sentNanos, long atNanos) {

  /** How an attempt failed. */
  public enum Kind {
    /** The address refused the connection: nobody listens there. Seen at once. */
    REFUSED,
    /** No connection came about within the connect timeout. */
    UNREACHED,
    /**
     * The connection broke before the answer was complete. Weak evidence where it happens once: a
     * node closes connections that nobody used for a while, and a request may cross that.
     */
    LOST,
    /** The connection stands, and nothing came within the attempt timeout. */
    SILENT
  }
}
