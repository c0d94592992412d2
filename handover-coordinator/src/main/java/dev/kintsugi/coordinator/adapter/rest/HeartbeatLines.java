package dev.kintsugi.coordinator.adapter.rest;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import reactor.netty.http.server.HttpServerRequest;

/**
 * The connections by which nodes report. One that closes is the first that anybody sees of a
 * process that has died: its kernel closes it. Thread-safe.
 */
final class HeartbeatLines {

  /** Whose the connection is, by the last heartbeat that came over it. */
  record Caller(NodeId node, Incarnation incarnation) {}

  private static final AttributeKey<AtomicReference<Caller>> CALLER =
      AttributeKey.valueOf(HeartbeatLines.class, "caller");

  private final Consumer<Caller> onClosed;

  HeartbeatLines(Consumer<Caller> onClosed) {
    this.onClosed = onClosed;
  }

  /** A heartbeat has come with this request. */
  void heard(ServerHttpRequest request, NodeId node, Incarnation incarnation) {
    Object carrier = ServerHttpRequestDecorator.getNativeRequest(request);
    if (carrier instanceof HttpServerRequest on) {
      on.withConnection(connection -> note(connection.channel(), new Caller(node, incarnation)));
    }
  }

  private void note(Channel channel, Caller caller) {
    AtomicReference<Caller> known = channel.attr(CALLER).get();
    if (known != null) {
      known.set(caller);
      return;
    }
    AtomicReference<Caller> first = new AtomicReference<>(caller);
    if (channel.attr(CALLER).compareAndSet(null, first)) {
      var _ = channel.closeFuture().addListener(_ -> onClosed.accept(first.get()));
    } else {
      channel.attr(CALLER).get().set(caller);
    }
  }
}
