package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.kit.Bodies;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.kit.Problems;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;

/** Reads JSON bodies within the bound and refuses what is not a JSON object. */
final class JsonBody {

  /** Largest body of a request, in bytes. */
  static final int MAX_BYTES = 1 << 20;

  static final MediaType MERGE_PATCH = new MediaType("application", "merge-patch+json");

  private JsonBody() {}

  /** The bytes of a body that is one JSON object. */
  static Mono<byte[]> object(ServerHttpRequest request) {
    requireMediaType(request);
    return Bodies.read(request, MAX_BYTES)
        .doOnNext(bytes -> {
          if (!Json.isObject(bytes)) {
            throw Problems.malformed("The body must be one JSON object.").asException();
          }
        });
  }

  private static void requireMediaType(ServerHttpRequest request) {
    boolean patch = HttpMethod.PATCH.equals(request.getMethod());
    List<MediaType> accepted =
        patch
            ? List.of(MERGE_PATCH, MediaType.APPLICATION_JSON)
            : List.of(MediaType.APPLICATION_JSON);
    MediaType type = contentType(request);
    if (type == null || accepted.stream().noneMatch(known -> known.equalsTypeAndSubtype(type))) {
      String list = MediaType.toString(accepted);
      throw Problem.refused(
              HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The body's Content-Type must be " + list + '.')
          .withHeader(patch ? HttpHeaders.ACCEPT_PATCH : HttpHeaders.ACCEPT, list)
          .asException();
    }
  }

  private static @Nullable MediaType contentType(ServerHttpRequest request) {
    try {
      return request.getHeaders().getContentType();
    } catch (InvalidMediaTypeException _) {
      return null;
    }
  }
}
