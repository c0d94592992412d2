package dev.kintsugi.gateway.adapter.upstream;

import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Collects a body up to a bound, and closes the connection of a larger one. */
final class CappedBody implements BodySubscriber<byte[]> {

  /** The body exceeds the bound. */
  static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1;

    TooLarge(int maxBytes) {
      super("the answer exceeds " + maxBytes + " bytes");
    }
  }

  private final BodySubscriber<byte[]> collecting = BodySubscribers.ofByteArray();
  private final int maxBytes;
  private Flow.@Nullable Subscription subscription;
  private long received;

  private CappedBody(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  static BodyHandler<byte[]> handler(int maxBytes) {
    return _ -> new CappedBody(maxBytes);
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return collecting.getBody();
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    collecting.onSubscribe(given);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    if (received > maxBytes) {
      return;
    }
    for (ByteBuffer buffer : buffers) {
      received += buffer.remaining();
    }
    if (received <= maxBytes) {
      collecting.onNext(buffers);
      return;
    }
    if (subscription != null) {
      subscription.cancel();
    }
    collecting.onError(new TooLarge(maxBytes));
  }

  @Override
  public void onError(Throwable error) {
    collecting.onError(error);
  }

  @Override
  public void onComplete() {
    if (received <= maxBytes) {
      collecting.onComplete();
    }
  }
}
