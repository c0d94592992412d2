package dev.kintsugi.kit;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Reads bodies within a bound, and protobuf ones both ways. Thread-safe. */
public final class Bodies {

  /** {@code application/x-protobuf}. */
  public static final MediaType PROTOBUF = new MediaType("application", "x-protobuf");

  private Bodies() {}

  /**
   * The body's bytes; empty array where there is none. More than {@code maxBytes} ends in a 413
   * {@link ProblemException}, by the announced length before a byte is read.
   */
  public static Mono<byte[]> read(ServerHttpRequest request, int maxBytes) {
    if (request.getHeaders().getContentLength() > maxBytes) {
      return Mono.error(Problems.tooLarge().asException());
    }
    return DataBufferUtils.join(request.getBody(), maxBytes)
        .map(Bodies::bytesOf)
        .defaultIfEmpty(new byte[0]);
  }

  private static byte[] bytesOf(DataBuffer buffer) {
    byte[] bytes = new byte[buffer.readableByteCount()];
    buffer.read(bytes);
    DataBufferUtils.release(buffer);
    return bytes;
  }

  /**
   * A protobuf message of at most {@code maxBytes}; 415 for another media type, 400 for bytes that
   * are no such message.
   */
  public static <M extends MessageLite> Mono<M> protobuf(
      ServerHttpRequest request, Parser<M> parser, int maxBytes) {
    MediaType type = request.getHeaders().getContentType();
    if (type == null || !PROTOBUF.isCompatibleWith(type)) {
      return Mono.error(
          Problem.refused(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be " + PROTOBUF + '.')
              .asException());
    }
    return read(request, maxBytes).map(bytes -> parsed(parser, bytes));
  }

  private static <M extends MessageLite> M parsed(Parser<M> parser, byte[] bytes) {
    try {
      return parser.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw Problems.malformed("The body is not a valid protobuf message.").asException();
    }
  }

  /** An answer 200 with a protobuf message. */
  public static Mono<ServerResponse> protobuf(MessageLite message) {
    return ServerResponse.ok().contentType(PROTOBUF).bodyValue(message.toByteArray());
  }
}
