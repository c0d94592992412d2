package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.client.ShardRequest;
import dev.kintsugi.client.ShardResponse;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.kit.Activities;
import dev.kintsugi.kit.Problems;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpHeaders;

/** Which headers pass between callers and nodes; every other one stops at the gateway. */
final class Headers {

  static final String PLACEMENT = "Kintsugi-Placement";
  static final String SLOT = "Shard-Slot";
  static final String EPOCH = "Shard-Epoch";
  static final String OFFSET = ShardRequest.SHARD_OFFSET;
  static final String MAP_VERSION = "Shard-Map-Version";
  static final String STALE = "Shard-Stale";

  private static final List<String> TO_NODE =
      List.of(
          HttpHeaders.AUTHORIZATION,
          HttpHeaders.IF_MATCH,
          HttpHeaders.IF_NONE_MATCH,
          "traceparent",
          "tracestate");
  private static final List<String> TO_CALLER =
      List.of(
          HttpHeaders.CONTENT_TYPE,
          HttpHeaders.ETAG,
          HttpHeaders.RETRY_AFTER,
          HttpHeaders.WWW_AUTHENTICATE,
          HttpHeaders.ALLOW,
          HttpHeaders.ACCEPT,
          HttpHeaders.ACCEPT_PATCH,
          SLOT,
          EPOCH,
          OFFSET,
          MAP_VERSION,
          STALE);

  private Headers() {}

  /** A request to an owner, by which the gateway has reported, or will report, what was done. */
  static ShardRequest.Builder request(SlotId slot, String method, String path) {
    return ShardRequest.to(slot, method, path).header(Activities.TOLD, Activities.TOLD_VALUE);
  }

  /** Copies what a node may see of a request. A header given twice is malformed. */
  static void toNode(HttpHeaders from, ShardRequest.Builder to) {
    for (String name : TO_NODE) {
      single(from, name).ifPresent(value -> set(to, name, value));
    }
  }

  /** Copies what the caller of a read has seen: a standby may answer then. */
  static void seen(HttpHeaders from, ShardRequest.Builder to) {
    single(from, OFFSET).ifPresent(value -> set(to, OFFSET, value));
  }

  /** Whether an answer is marked: nobody could prove that nothing newer exists. */
  static boolean isStale(ShardResponse response) {
    return response.headers().firstValue(STALE).filter("true"::equals).isPresent();
  }

  /** Copies the caller's idempotency key, if there is one; 400 if it is not a good one. */
  static void idempotencyKey(HttpHeaders from, ShardRequest.Builder to) {
    idempotencyKey(from).ifPresent(to::idempotencyKey);
  }

  static Optional<String> idempotencyKey(HttpHeaders from) {
    Optional<String> key = single(from, ShardRequest.IDEMPOTENCY_KEY);
    if (key.isPresent() && !ShardRequest.isIdempotencyKey(key.get())) {
      throw Problems.malformed("Idempotency-Key must be 1 to 128 printable ASCII characters.")
          .asException();
    }
    return key;
  }

  static Optional<String> single(HttpHeaders headers, String name) {
    List<String> values = headers.getOrEmpty(name);
    if (values.size() > 1) {
      throw Problems.malformed("The header " + name + " must stand once.").asException();
    }
    return values.stream().findFirst();
  }

  private static void set(ShardRequest.Builder to, String name, String value) {
    try {
      to.header(name, value);
    } catch (IllegalArgumentException e) {
      throw Problems.malformed("The header " + name + " contains control characters.")
          .asException();
    }
  }

  /** Copies what a caller may see of an answer. */
  static void toCaller(ShardResponse from, HttpHeaders to) {
    for (String name : TO_CALLER) {
      from.headers().firstValue(name).ifPresent(value -> to.set(name, value));
    }
    from.headers()
        .firstValue(HttpHeaders.LOCATION)
        .ifPresent(location -> to.set(HttpHeaders.LOCATION, withoutOrigin(location)));
  }

  /** A node's own address is none of the caller's business. */
  private static String withoutOrigin(String location) {
    return location.startsWith("/") ? location : URI.create(location).getRawPath();
  }
}
