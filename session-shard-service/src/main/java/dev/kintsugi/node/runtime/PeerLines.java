package dev.kintsugi.node.runtime;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.node.domain.watch.LineEnd;
import java.net.URI;

/** Lines to other nodes, over which they send pulses. Thread-safe; never blocks. */
@FunctionalInterface
public interface PeerLines {

  /** What comes over one line; called on any thread, in order. */
  interface Listener {
    void onPulse(Incarnation of);

    /** Nothing comes any more; called once, and not for a line that was closed from here. */
    void onEnd(LineEnd how);
  }

  /**
   * Opens a line to the node at this base URL.
   *
   * @return closes it
   */
  Runnable open(URI peer, Listener listener);
}
