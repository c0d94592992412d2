package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.kit.Caller;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.log.activity.Activity;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.Leniency;
import dev.kintsugi.node.runtime.life.AreaAccess;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** One shard: read, replaced, merged, emptied, watched. */
@RestController
@RequestMapping("/v1/sessions/{sid}/areas/{area}")
final class AreasController {

  private static final MediaType MERGE_PATCH = new MediaType("application", "merge-patch+json");
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  private final AreaAccess access;
  private final Areas areas;
  private final Guards guards;
  private final Replies replies;
  private final DirectUse use;

  AreasController(AreaAccess access, Areas areas, Guards guards, Replies replies, DirectUse use) {
    this.access = access;
    this.areas = areas;
    this.guards = guards;
    this.replies = replies;
    this.use = use;
  }

  @GetMapping
  Mono<Void> read(ServerWebExchange exchange) {
    return Edge.caller(exchange)
        .flatMap(caller -> {
          SessionId session = Asked.session(exchange);
          Area one = Asked.area(exchange, areas);
          Leniency leniency = Asked.leniency(exchange.getRequest());
          Consumer<Reply> told = use.of(exchange, caller, Activity.read(one));
          return Edge.await(() ->
                  access.read(session, one, guards.of(caller, session), leniency, Edge.deadline()))
              .map(granted -> replies.of(granted, replies::shard))
              .doOnNext(told);
        })
        .flatMap(reply -> Edge.answer(exchange, reply));
  }

  @GetMapping("/changes")
  Mono<Void> watch(
      @RequestParam String after,
      @RequestParam(defaultValue = "PT10S") String wait,
      ServerWebExchange exchange) {
    return Edge.caller(exchange)
        .flatMap(caller -> {
          SessionId session = Asked.session(exchange);
          Area one = Asked.area(exchange, areas);
          ShardVersion seen = version(after);
          Duration patience = patience(wait);
          AtomicBoolean gone = new AtomicBoolean();
          return Edge.await(() ->
                  access.watch(
                      session,
                      one,
                      guards.of(caller, session),
                      seen,
                      patience,
                      gone::get,
                      Edge.deadline()))
              .doOnCancel(() -> gone.set(true))
              .map(granted -> replies.of(granted, answer -> replies.change(answer, seen)));
        })
        .flatMap(reply -> Edge.answer(exchange, reply));
  }

  private static ShardVersion version(String text) {
    try {
      return new ShardVersion(Long.parseLong(text));
    } catch (IllegalArgumentException e) {
      throw Problems.malformed("after must be a version: 0 or greater.").asException();
    }
  }

  private static Duration patience(String text) {
    try {
      Duration wait = Duration.parse(text);
      if (!wait.isNegative() && wait.compareTo(LONGEST_WAIT) <= 0) {
        return wait;
      }
    } catch (DateTimeParseException e) {
      // Said below.
    }
    throw Problems.malformed("wait must be an ISO 8601 duration of PT0S to PT30S.").asException();
  }

  @PutMapping
  Mono<Void> put(ServerWebExchange exchange) {
    Asked.contentType(exchange.getRequest(), MediaType.APPLICATION_JSON);
    return write(exchange, body -> new Change.Put(Attributes.put(body)));
  }

  @PatchMapping
  Mono<Void> patch(ServerWebExchange exchange) {
    Asked.contentType(exchange.getRequest(), MERGE_PATCH, MediaType.APPLICATION_JSON);
    return write(exchange, body -> new Change.Merge(Attributes.patch(body)));
  }

  @DeleteMapping
  Mono<Void> empty(ServerWebExchange exchange) {
    return write(exchange, _ -> new Change.Put(Content.EMPTY));
  }

  private Mono<Void> write(ServerWebExchange exchange, Function<byte[], Change> change) {
    ServerHttpRequest request = exchange.getRequest();
    boolean emptying = request.getMethod().name().equals("DELETE");
    return Edge.caller(exchange)
        .zipWith(Edge.body(exchange))
        .flatMap(asked -> {
          Caller caller = asked.getT1();
          byte[] body = asked.getT2();
          SessionId session = Asked.session(exchange);
          Area one = Asked.contentArea(exchange, areas);
          Optional<ShardVersion> ifMatch = Asked.ifMatch(request);
          Change wanted = change.apply(body);
          Consumer<Reply> told = use.of(exchange, caller, Activity.write(one));
          return Edge.await(() ->
                  access.write(
                      session,
                      one,
                      guards.of(caller, session),
                      Asked.requestKey(request, Asked.nameOf(caller), body),
                      wanted,
                      ifMatch,
                      Edge.deadline()))
              .map(granted -> replies.of(granted, emptying ? replies::done : replies::written))
              .doOnNext(told);
        })
        .flatMap(reply -> Edge.answer(exchange, reply));
  }
}
