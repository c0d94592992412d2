package dev.kintsugi.node.domain.watch;

import java.net.URI;

/** What a watch wants done, in order. */
public sealed interface WatchAction {

  /** Open a line to a peer, and tell of what comes over it under this number. */
  record Open(long line, URI peer) implements WatchAction {}

  /** Close a line; nothing that it tells afterwards counts. */
  record Close(long line) implements WatchAction {}

  /** Somebody should hear the words now, not only with the next heartbeat. */
  record Tell() implements WatchAction {}
}
