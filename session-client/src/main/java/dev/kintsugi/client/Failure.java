package dev.kintsugi.client;

import dev.kintsugi.client.domain.Reply;
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

  static Failure of(@Nullable Throwable failure) {
    return switch (failure) {
      case AttemptFailedException failed -> of(failed.kind());
      case CancellationException ours -> new Failure(Reply.LOST, Optional.empty());
      case null, default -> of(AttemptFailedException.Kind.LOST);
    };
  }

  private static Failure of(AttemptFailedException.Kind kind) {
    return switch (kind) {
      case UNSENT -> new Failure(Reply.UNSENT, Optional.empty());
      case REFUSED -> new Failure(Reply.UNREACHED, Optional.of(NodeTrouble.Kind.REFUSED));
      case UNREACHED -> new Failure(Reply.UNREACHED, Optional.of(NodeTrouble.Kind.UNREACHED));
      case LOST -> new Failure(Reply.LOST, Optional.of(NodeTrouble.Kind.LOST));
      case OVERSIZED -> new Failure(Reply.OVERSIZED, Optional.empty());
    };
  }
}
