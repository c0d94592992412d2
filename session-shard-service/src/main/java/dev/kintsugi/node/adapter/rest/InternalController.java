package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.runtime.ShardStore;
import dev.kintsugi.node.runtime.life.Deadline;
import dev.kintsugi.node.runtime.life.Gate;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** What nodes ask of each other; the secret has been checked before. */
@RestController
@RequestMapping("/internal/v1/sessions/{sid}")
final class InternalController {

  /** On an answer about a session whose grant nobody can verify now. */
  static final String UNVERIFIED = "Kintsugi-Unverified";

  static final String HEARD = "Kintsugi-Heard";

  private static final String PEER = "peer";

  private final ShardStore store;
  private final Areas areas;
  private final Replies replies;
  private final Gate gate;

  InternalController(ShardStore store, Areas areas, Replies replies, Gate gate) {
    this.store = store;
    this.areas = areas;
    this.replies = replies;
    this.gate = gate;
  }

  /** Is it alive? */
  @GetMapping
  Mono<Void> standing(ServerWebExchange exchange) {
    SessionId session = Asked.session(exchange);
    Request.Read read =
        new Request.Read(areas.slotOf(Area.SESSION, session), new ShardKey(session, Area.SESSION));
    Deadline deadline = Edge.deadline();
    return Edge.await(() ->
            store
                .submit(read, deadline.left())
                .thenCompose(answer -> standing(session, answer, deadline)))
        .flatMap(reply -> Edge.answer(exchange, reply));
  }

  private CompletableFuture<Reply> standing(SessionId session, Answer answer, Deadline deadline) {
    Reply asItIs = replies.session(session, answer, HttpStatus.OK);
    if (!(answer instanceof Answer.Found found)) {
      return CompletableFuture.completedFuture(asItIs);
    }
    Reply alive = asItIs.with(HEARD, Long.toString(gate.heard()));
    return gate.toSession(session, found.shard(), deadline)
        .thenApply(clearance ->
            switch (clearance) {
              case Gate.Clearance.Clear _ -> alive;
              case Gate.Clearance.Revoked(String reason) -> Replies.revokedAmongNodes(reason);
              case Gate.Clearance.Unverified _, Gate.Clearance.Silent _ ->
                  alive.with(UNVERIFIED, "true");
            });
  }

  /** First content of an area, while the session is being made. */
  @PutMapping("/areas/{area}")
  Mono<Void> create(ServerWebExchange exchange) {
    return write(
            exchange,
            owned ->
                new Change.Create(
                    owned.application(), owned.user(), owned.content(), Optional.empty()))
        .map(replies::written)
        .flatMap(reply -> Edge.answer(exchange, reply));
  }

  /** The end record of an area; a second one finds it done. */
  @DeleteMapping("/areas/{area}")
  Mono<Void> end(ServerWebExchange exchange) {
    return write(exchange, owned -> new Change.End(owned.application(), owned.user()))
        .map(answer ->
            answer instanceof Answer.Refused(Refusal why, Position _) && why == Refusal.ENDED
                ? Replies.done()
                : replies.done(answer))
        .flatMap(reply -> Edge.answer(exchange, reply));
  }

  private Mono<Answer> write(ServerWebExchange exchange, Function<Documents.Owned, Change> change) {
    ServerHttpRequest request = exchange.getRequest();
    SessionId session = Asked.session(exchange);
    Area one = Asked.area(exchange, areas);
    if (one.equals(Area.SESSION)) {
      throw Problems.malformed("The area session is written by its own owner only.").asException();
    }
    Asked.contentType(request, MediaType.APPLICATION_JSON);
    String key =
        Asked.idempotencyKey(request)
            .orElseThrow(() -> Problems.malformed("An Idempotency-Key is required.").asException());
    return Edge.body(exchange)
        .flatMap(body -> {
          RequestKey id = Asked.requestKey(request, PEER, key, body);
          Change wanted = change.apply(Documents.owned(body));
          return Edge.await(() ->
              store.submit(
                  new Request.Write(
                      areas.slotOf(one, session),
                      new ShardKey(session, one),
                      id,
                      wanted,
                      Optional.empty()),
                  Edge.deadline().left()));
        });
  }
}
