package dev.kintsugi.client;

import dev.kintsugi.client.AttemptFailedException.Kind;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Attempts by the JDK's own client, which needs no other library. Thread-safe; whoever made the
 * client closes it.
 */
public final class JdkTransport implements Transport {

  private final HttpClient http;

  /**
   * A transport.
   *
   * @param http with a short connect timeout (300 ms is usual) and without redirects; HTTP/1.1
   * @throws IllegalArgumentException if {@code http} follows redirects
   */
  public JdkTransport(HttpClient http) {
    if (http.followRedirects() != HttpClient.Redirect.NEVER) {
      throw new IllegalArgumentException(
          "the HTTP client must not follow redirects: a node's redirect is a newer map's business");
    }
    this.http = http;
  }

  @Override
  public CompletableFuture<NodeAnswer> send(URI node, ShardRequest request, int maxAnswerBytes) {
    CompletableFuture<HttpResponse<byte[]>> exchange;
    try {
      exchange = http.sendAsync(toHttp(node, request), BoundedBody.handler(maxAnswerBytes));
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(new AttemptFailedException(Kind.UNSENT, e));
    }
    CompletableFuture<NodeAnswer> answer = new CompletableFuture<>();
    var unused = exchange.whenComplete((response, failure) -> settle(answer, response, failure));
    var unusedToo =
        answer.whenComplete((response, failure) -> {
          if (answer.isCancelled()) {
            exchange.cancel(true);
          }
        });
    return answer;
  }

  private static HttpRequest toHttp(URI node, ShardRequest request) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(request.at(node))
            .method(
                request.method(),
                request.body().length == 0 && request.safe()
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofByteArray(request.body()));
    request.headers().forEach(builder::setHeader);
    return builder.build();
  }

  private static void settle(
      CompletableFuture<NodeAnswer> answer,
      @Nullable HttpResponse<byte[]> response,
      @Nullable Throwable failure) {
    if (response != null) {
      answer.complete(new NodeAnswer(response.statusCode(), response.headers(), response.body()));
    } else if (failure != null) {
      answer.completeExceptionally(failed(failure));
    }
  }

  private static AttemptFailedException failed(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      switch (at) {
        case AttemptFailedException known -> {
          return known;
        }
        // Before ConnectException, which is its cause.
        case HttpConnectTimeoutException late -> {
          return new AttemptFailedException(Kind.UNREACHED, late);
        }
        case ConnectException none -> {
          return new AttemptFailedException(kindOf(none), none);
        }
        default -> {}
      }
    }
    return new AttemptFailedException(Kind.LOST, failure);
  }

  /** The client wraps whatever keeps it from connecting. */
  private static Kind kindOf(ConnectException none) {
    boolean noWay =
        none.getCause() instanceof UnresolvedAddressException
            || none.getCause() instanceof NoRouteToHostException;
    return noWay ? Kind.UNREACHED : Kind.REFUSED;
  }
}
