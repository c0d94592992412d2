package dev.kintsugi.node.adapter.pulse;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.kit.InternalSecret;
import dev.kintsugi.node.domain.watch.LineEnd;
import dev.kintsugi.node.runtime.PeerLines;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Lines over HTTP/1.1 answers that never end. Thread-safe. */
public final class HttpPeerLines implements PeerLines {

  private final HttpClient http;
  private final String secret;

  /**
   * Lines through this client.
   *
   * @param http with a short connect timeout
   */
  public HttpPeerLines(HttpClient http, String secret) {
    this.http = http;
    this.secret = secret;
  }

  @Override
  public Runnable open(URI peer, Listener listener) {
    String base = peer.toString();
    String trimmed = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    AtomicBoolean closed = new AtomicBoolean();
    CompletableFuture<HttpResponse<Void>> exchange;
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(trimmed + PulseRoute.PATH))
              .header(InternalSecret.HEADER, secret)
              .GET()
              .build();
      exchange = http.sendAsync(request, answer -> body(answer, listener, closed));
    } catch (IllegalArgumentException e) {
      // An address that cannot be called; the map may give another.
      exchange = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<HttpResponse<Void>> sent = exchange;
    var _ =
        sent.whenCompleteAsync((response, failure) -> {
          if (closed.compareAndSet(false, true)) {
            listener.onEnd(endOf(response, failure));
          }
        });
    return () -> {
      closed.set(true);
      sent.cancel(true);
    };
  }

  private static HttpResponse.BodySubscriber<Void> body(
      HttpResponse.ResponseInfo answer, Listener listener, AtomicBoolean closed) {
    return answer.statusCode() == 200
        ? BodySubscribers.fromSubscriber(new Frames(listener, closed), _ -> null)
        : BodySubscribers.replacing(null);
  }

  /** An answer that ended in order was given by a process that has ended, or is about to. */
  private static LineEnd endOf(@Nullable HttpResponse<Void> response, @Nullable Throwable failure) {
    if (response != null) {
      return response.statusCode() == 200 ? LineEnd.BROKEN : LineEnd.UNCLEAR;
    }
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof HttpConnectTimeoutException || at instanceof IllegalArgumentException) {
        return LineEnd.UNCLEAR;
      }
      if (at instanceof ConnectException) {
        return isRefusal(at) ? LineEnd.REFUSED : LineEnd.UNCLEAR;
      }
    }
    return LineEnd.BROKEN;
  }

  /**
   * A name that is not known and a host that cannot be reached come as this exception as well, and
   * say so; a refusal may come without a word.
   */
  private static boolean isRefusal(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      String message = at.getMessage() == null ? "" : at.getMessage().toLowerCase(Locale.ROOT);
      if (at instanceof UnresolvedAddressException
          || at instanceof NoRouteToHostException
          || message.contains("unreachable")
          || message.contains("no route")) {
        return false;
      }
    }
    return true;
  }

  /** Puts pulses together; keeps at most seven bytes. */
  private static final class Frames implements Flow.Subscriber<List<ByteBuffer>> {
    private final Listener listener;
    private final AtomicBoolean closed;
    private long frame;
    private int bytes;

    Frames(Listener listener, AtomicBoolean closed) {
      this.listener = listener;
      this.closed = closed;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      long newest = 0;
      for (ByteBuffer buffer : buffers) {
        while (buffer.hasRemaining()) {
          frame = (frame << Byte.SIZE) | (buffer.get() & 0xff);
          if (++bytes == Long.BYTES) {
            bytes = 0;
            newest = frame;
          }
        }
      }
      if (newest != 0 && !closed.get()) {
        listener.onPulse(new Incarnation(newest));
      }
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {}
  }
}
