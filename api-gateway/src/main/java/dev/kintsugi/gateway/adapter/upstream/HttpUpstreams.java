package dev.kintsugi.gateway.adapter.upstream;

import dev.kintsugi.gateway.runtime.UpstreamListener;
import dev.kintsugi.gateway.runtime.Upstreams;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** Calls upstreams by the JDK's client. Thread-safe; keeps a {@link Guard} per upstream name. */
public final class HttpUpstreams implements Upstreams {

  private final HttpClient http;
  private final UpstreamListener listener;
  private final Map<String, Guard> guards = new ConcurrentHashMap<>();

  /**
   * Upstreams.
   *
   * @param http with a short connect timeout and without redirects: those are the client's
   * @throws IllegalArgumentException if it follows redirects
   */
  public HttpUpstreams(HttpClient http, UpstreamListener listener) {
    if (http.followRedirects() != HttpClient.Redirect.NEVER) {
      throw new IllegalArgumentException("an upstream's redirect goes to the client");
    }
    this.http = http;
    this.listener = listener;
  }

  @Override
  public CompletableFuture<Answer> call(Call call) {
    Guard guard = guards.computeIfAbsent(call.upstream().name(), _ -> new Guard(call.upstream()));
    Optional<Failure> refused = guard.enter();
    if (refused.isPresent()) {
      Answer answer = new Answer.Failed(refused.get());
      listener.ended(call.upstream(), answer, Duration.ZERO);
      return CompletableFuture.completedFuture(answer);
    }
    return new Exchange(call, guard).start();
  }

  private final class Exchange {
    private final Call call;
    private final Guard guard;
    private final CompletableFuture<Answer> result = new CompletableFuture<>();
    private final long startNanos = System.nanoTime();
    private volatile @Nullable CompletableFuture<?> attempt;

    Exchange(Call call, Guard guard) {
      this.call = call;
      this.guard = guard;
    }

    CompletableFuture<Answer> start() {
      long deadline = call.upstream().deadline().toNanos();
      var _ = result.whenComplete((answer, _) -> ended(answer));
      var _ =
          result.completeOnTimeout(
              new Answer.Failed(Failure.SILENT), deadline, TimeUnit.NANOSECONDS);
      attempt(true);
      return result;
    }

    private void attempt(boolean mayRepeat) {
      CompletableFuture<HttpResponse<byte[]>> sent;
      try {
        sent = http.sendAsync(request(), CappedBody.handler(call.upstream().maxAnswerBytes()));
      } catch (RuntimeException e) {
        // A method or header that the client does not send; nothing was sent.
        var _ = result.completeExceptionally(e);
        return;
      }
      attempt = sent;
      if (result.isDone()) {
        var _ = sent.cancel(true);
      }
      var _ =
          sent.whenComplete((response, error) -> {
            if (response != null) {
              var _ =
                  result.complete(
                      new Answer.Answered(
                          response.statusCode(), response.headers().map(), response.body()));
            } else if (error != null && !result.isDone()) {
              failed(failureOf(error), mayRepeat);
            }
          });
    }

    private HttpRequest request() {
      HttpRequest.Builder builder =
          HttpRequest.newBuilder(call.uri())
              .timeout(call.upstream().headerTimeout())
              .method(
                  call.method(),
                  call.body().length == 0
                      ? BodyPublishers.noBody()
                      : BodyPublishers.ofByteArray(call.body()));
      call.headers()
          .forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
      return builder.build();
    }

    private void failed(Failure why, boolean mayRepeat) {
      boolean another = why == Failure.LOST || why == Failure.UNREACHABLE;
      if (mayRepeat && another && call.safe()) {
        listener.repeated(call.upstream());
        attempt(false);
      } else {
        var _ = result.complete(new Answer.Failed(why));
      }
    }

    private void ended(@Nullable Answer answer) {
      long took = System.nanoTime() - startNanos;
      guard.leave(answer, took);
      CompletableFuture<?> last = attempt;
      if (last != null) {
        var _ = last.cancel(true);
      }
      if (answer != null) {
        listener.ended(call.upstream(), answer, Duration.ofNanos(took));
      }
    }
  }

  private static Failure failureOf(Throwable error) {
    for (Throwable at = error; at != null; at = at.getCause()) {
      switch (at) {
        case HttpConnectTimeoutException _,
            ConnectException _,
            UnknownHostException _,
            SSLHandshakeException _ -> {
          return Failure.UNREACHABLE;
        }
        case HttpTimeoutException _ -> {
          return Failure.SILENT;
        }
        case CappedBody.TooLarge _ -> {
          return Failure.TOO_LARGE;
        }
        default -> {}
      }
    }
    return Failure.LOST;
  }
}
