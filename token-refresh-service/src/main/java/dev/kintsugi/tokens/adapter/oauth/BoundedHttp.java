package dev.kintsugi.tokens.adapter.oauth;

import dev.kintsugi.tokens.domain.FailureReason;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * HTTP where time and size have a bound: the whole exchange, body included, ends within the time
 * given, and no redirect is followed. Thread-safe.
 */
final class BoundedHttp {

  private static final int MAX_ANSWER_BYTES = 64 * 1024;

  /** What came back. */
  sealed interface Answer {
    record Got(HttpResponse<byte[]> response) implements Answer {}

    record Nothing(FailureReason reason) implements Answer {}
  }

  private final HttpClient client;

  /**
   * Asks through a client.
   *
   * @param client must not follow redirects
   */
  BoundedHttp(HttpClient client) {
    this.client = client;
  }

  Answer send(HttpRequest request, Duration timeout) {
    CompletableFuture<HttpResponse<byte[]>> exchange;
    try {
      exchange =
          client.sendAsync(
              request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
    } catch (IllegalArgumentException noAddress) {
      return new Answer.Nothing(FailureReason.MALFORMED);
    }
    try {
      return new Answer.Got(exchange.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException late) {
      exchange.cancel(true);
      return new Answer.Nothing(FailureReason.TIMEOUT);
    } catch (InterruptedException stop) {
      exchange.cancel(true);
      Thread.currentThread().interrupt();
      return new Answer.Nothing(FailureReason.UNREACHABLE);
    } catch (ExecutionException failure) {
      return new Answer.Nothing(reason(failure.getCause()));
    }
  }

  private static FailureReason reason(@Nullable Throwable cause) {
    if (cause instanceof HttpTimeoutException) {
      return FailureReason.TIMEOUT;
    }
    if (cause instanceof IOException failure
        && String.valueOf(failure.getMessage()).contains("capacity")) {
      return FailureReason.TOO_LARGE;
    }
    return cause instanceof IllegalArgumentException
        ? FailureReason.MALFORMED
        : FailureReason.UNREACHABLE;
  }
}
