package dev.kintsugi.client;

import dev.kintsugi.client.domain.Reply;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt's exception means.
 *
 * @param reply for the rules of the call
 * @param kind what it says about the node; empty where it says nothing
 */
record Failure(Reply reply, Optional<NodeTrouble.Kind> kind) {

  /** The map gives the node an address that cannot be called; a newer map may give another. */
  static final class NoAddress extends IOException {
    private static final long serialVersionUID = 1;

    NoAddress(IllegalArgumentException why) {
      super(why.getMessage(), why);
    }
  }

  static Failure of(@Nullable Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      switch (at) {
        // Before ConnectException, which is its cause.
        case HttpConnectTimeoutException late -> {
          return new Failure(Reply.UNREACHED, Optional.of(NodeTrouble.Kind.UNREACHED));
        }
        case ConnectException refused -> {
          return new Failure(Reply.UNREACHED, Optional.of(NodeTrouble.Kind.REFUSED));
        }
        case UnresolvedAddressException unknown -> {
          return new Failure(Reply.UNREACHED, Optional.of(NodeTrouble.Kind.UNREACHED));
        }
        case NoAddress wrong -> {
          return new Failure(Reply.UNREACHED, Optional.empty());
        }
        case BoundedBody.TooLarge large -> {
          return new Failure(Reply.OVERSIZED, Optional.empty());
        }
        case CancellationException ours -> {
          return new Failure(Reply.LOST, Optional.empty());
        }
        default -> {}
      }
    }
    return new Failure(Reply.LOST, Optional.of(NodeTrouble.Kind.LOST));
  }
}
