package dev.kintsugi.gateway.runtime;

import dev.kintsugi.gateway.domain.Upstream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Calls to upstream applications. Thread-safe.
 *
 * <p>The future always completes with an answer, within the upstream's deadline, unless the caller
 * cancels it, which abandons the exchange. A call that changes nothing may be sent twice, any other
 * is sent once at most.
 */
@FunctionalInterface
public interface Upstreams {

  /**
   * One call.
   *
   * @param uri on the upstream's origin
   * @param headers all but those of the connection
   * @param body empty for none; not to be changed
   */
  record Call(
      Upstream upstream,
      String method,
      URI uri,
      Map<String, List<String>> headers,
      @SuppressWarnings("ArrayRecordComponent") byte[] body) {

    /** Whether the method promises to change nothing. */
    public boolean safe() {
      return method.equals("GET") || method.equals("HEAD");
    }
  }

  /** What a call ended in. */
  sealed interface Answer {
    /**
     * The upstream answered.
     *
     * @param body not to be changed
     */
    record Answered(
        int status,
        Map<String, List<String>> headers,
        @SuppressWarnings("ArrayRecordComponent") byte[] body)
        implements Answer {}

    /** It did not, or not soundly. */
    record Failed(Failure why) implements Answer {}
  }

  /** Why there is no answer. */
  enum Failure {
    /** As many calls are under way as may be; nothing was sent. */
    BUSY,
    /** Too many of the last calls failed; nothing was sent. */
    BROKEN,
    /** No connection; nothing was sent. */
    UNREACHABLE,
    /** No answer in time; it may have been carried out. */
    SILENT,
    /** The connection broke, or what came is no HTTP; it may have been carried out. */
    LOST,
    /** The answer is larger than allowed; it has been carried out. */
    TOO_LARGE;

    /** Whether the upstream has certainly seen nothing of the call. */
    public boolean nothingSent() {
      return this == BUSY || this == BROKEN || this == UNREACHABLE;
    }
  }

  CompletableFuture<Answer> call(Call call);
}
