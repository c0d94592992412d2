package dev.kintsugi.node.adapter.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kintsugi.core.AtOnce;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.node.runtime.NodeStatus;
import dev.kintsugi.proto.NodeHeartbeat;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Heartbeats on one thread, their answers on another. */
@Timeout(30)
class HeartbeatsAtOnceTest {

  private static final int BEATS = 1_000;

  /** A coordinator that answers when it is told to: nothing, so that it does not lead. */
  private static final class Coordinator extends HttpClient {
    final Queue<Long> sequences = new ConcurrentLinkedQueue<>();
    final AtomicInteger told = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final Queue<CompletableFuture<?>> unanswered = new ConcurrentLinkedQueue<>();

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
        HttpRequest request, HttpResponse.BodyHandler<T> handler) {
      sequences.add(sequence(request));
      told.incrementAndGet();
      most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
      CompletableFuture<HttpResponse<T>> answer = new CompletableFuture<>();
      unanswered.add(answer);
      return answer;
    }

    void fail() {
      CompletableFuture<?> next = unanswered.poll();
      if (next != null) {
        underWay.decrementAndGet();
        next.completeExceptionally(new IOException("reset"));
      }
    }

    private static long sequence(HttpRequest request) {
      CompletableFuture<ByteBuffer> body = new CompletableFuture<>();
      request
          .bodyPublisher()
          .orElseThrow()
          .subscribe(
              new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                  subscription.request(1);
                }

                @Override
                public void onNext(ByteBuffer item) {
                  body.complete(item);
                }

                @Override
                public void onError(Throwable cause) {
                  body.completeExceptionally(cause);
                }

                @Override
                public void onComplete() {}
              });
      try {
        return NodeHeartbeat.parseFrom(body.join()).getSequence();
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
        HttpRequest request,
        HttpResponse.BodyHandler<T> handler,
        HttpResponse.PushPromiseHandler<T> pushes) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
      return Optional.empty();
    }

    @Override
    public Optional<Duration> connectTimeout() {
      return Optional.empty();
    }

    @Override
    public Redirect followRedirects() {
      return Redirect.NEVER;
    }

    @Override
    public Optional<ProxySelector> proxy() {
      return Optional.empty();
    }

    @Override
    public SSLContext sslContext() {
      throw new UnsupportedOperationException();
    }

    @Override
    public SSLParameters sslParameters() {
      return new SSLParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
      return Optional.empty();
    }

    @Override
    public Version version() {
      return Version.HTTP_1_1;
    }

    @Override
    public Optional<Executor> executor() {
      return Optional.empty();
    }
  }

  @Test
  void three_at_most_are_under_way_and_none_shares_its_number_however_they_are_answered() {
    Coordinator coordinator = new Coordinator();
    NodeStatus status =
        new NodeStatus(
            new Incarnation(9),
            MapVersion.NONE,
            true,
            Optional.of(Duration.ofMillis(40)),
            Optional.of(Duration.ofMillis(10)),
            0,
            0,
            0,
            0,
            false,
            750,
            1_000,
            List.of(),
            List.of());
    Heartbeats heartbeats =
        new Heartbeats(
            new Heartbeats.Self("node-1", URI.create("http://127.0.0.1:1"), ""),
            () -> status,
            coordinator,
            "0123456789abcdef",
            List.of(URI.create("http://127.0.0.1:2")),
            List::of);
    AtomicInteger beating = new AtomicInteger(2);
    AtOnce.Task beats =
        () -> {
          while (coordinator.told.get() < BEATS) {
            heartbeats.beat();
          }
          beating.decrementAndGet();
        };
    AtOnce.run(
        beats,
        beats,
        () -> {
          while (beating.get() > 0) {
            coordinator.fail();
          }
        });
    assertThat(coordinator.most.get()).isLessThanOrEqualTo(3);
    assertThat(coordinator.sequences).doesNotHaveDuplicates();
    for (int i = 0; i < 3; i++) {
      coordinator.fail();
    }
    int before = coordinator.sequences.size();
    for (int i = 0; i < 5; i++) {
      heartbeats.beat();
    }
    assertThat(coordinator.sequences).as("all lines are free again").hasSize(before + 3);
  }
}
