package dev.kintsugi.gateway.adapter.nodes;

import dev.kintsugi.client.AttemptFailedException;
import dev.kintsugi.client.AttemptFailedException.Kind;
import dev.kintsugi.client.NodeAnswer;
import dev.kintsugi.client.ShardRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.reactivestreams.Publisher;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.NettyOutbound;
import reactor.netty.http.client.HttpClientRequest;
import reactor.netty.http.client.HttpClientResponse;

/** One attempt as reactor-netty's client sees it. Its signals come one after the other. */
final class Attempt {

  private final ShardRequest request;
  private final int maxAnswerBytes;

  /** Whether there was a connection; from then on the request may have reached the node. */
  private boolean connected;

  Attempt(ShardRequest request, int maxAnswerBytes) {
    this.request = request;
    this.maxAnswerBytes = maxAnswerBytes;
  }

  /** Writes the request to the connection that it got: its own headers and no others. */
  Publisher<Void> write(HttpClientRequest head, NettyOutbound connection) {
    connected = true;
    head.requestHeaders().remove(HttpHeaderNames.ACCEPT).remove(HttpHeaderNames.USER_AGENT);
    request.headers().forEach(head::header);
    // Head and body leave in one piece, with their Content-Length where the method has one.
    return request.body().length == 0
        ? Mono.empty()
        : connection.sendObject(Unpooled.wrappedBuffer(request.body()));
  }

  /** Reads the answer; what was received is given back by whoever handed it in. */
  Mono<NodeAnswer> read(HttpClientResponse head, ByteBufFlux body) {
    return body.collect(ByteArrayOutputStream::new, this::keep)
        .map(kept -> new NodeAnswer(head.status().code(), headersOf(head), kept.toByteArray()));
  }

  private void keep(ByteArrayOutputStream kept, ByteBuf part) {
    if (part.readableBytes() > maxAnswerBytes - kept.size()) {
      throw Exceptions.propagate(AttemptFailedException.oversized(maxAnswerBytes));
    }
    try {
      part.readBytes(kept, part.readableBytes());
    } catch (IOException e) {
      throw new AssertionError("memory does not fail to be written", e);
    }
  }

  private static HttpHeaders headersOf(HttpClientResponse head) {
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    head.responseHeaders()
        .forEach(header ->
            headers
                .computeIfAbsent(header.getKey(), name -> new ArrayList<>(1))
                .add(header.getValue()));
    return HttpHeaders.of(headers, (name, value) -> true);
  }

  /** What it means that the client gave up with this. */
  AttemptFailedException failed(Throwable failure) {
    return failure instanceof AttemptFailedException known
        ? known
        : new AttemptFailedException(kindOf(failure), failure);
  }

  private Kind kindOf(Throwable failure) {
    if (connected) {
      return Kind.LOST;
    }
    return switch (failure) {
      // A ConnectException, too.
      case ConnectTimeoutException late -> Kind.UNREACHED;
      case ConnectException refused -> Kind.REFUSED;
      // Unknown names, machines without a way to them, TLS that does not come about.
      case IOException none -> Kind.UNREACHED;
      // There are too many connections, or the client is being closed.
      default -> Kind.UNSENT;
    };
  }
}
