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
import java.util.Optional;
import java.util.function.Function;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** What nodes ask of each other; the secret has been checked before. */
@RestController
@RequestMapping("/internal/v1/sessions/{sid}")
final class InternalController {

  private static final String PEER = "peer";

  private final ShardStore store;
  private final Areas areas;
  private final Replies replies;

  InternalController(ShardStore store, Areas areas, Replies replies) {
    this.store = store;
    this.areas = areas;
    this.replies = replies;
  }

  /** Is it alive? */
  @GetMapping
  Mono<ResponseEntity<byte[]>> standing(@PathVariable String sid) {
    SessionId session = Asked.session(sid);
    Request.Read read =
        new Request.Read(areas.slotOf(Area.SESSION, session), new ShardKey(session, Area.SESSION));
    return Edge.await(() -> store.submit(read, Edge.deadline().left()))
        .map(answer -> replies.session(session, answer, HttpStatus.OK));
  }

  /** First content of an area, while the session is being made. */
  @PutMapping("/areas/{area}")
  Mono<ResponseEntity<byte[]>> create(
      @PathVariable String sid, @PathVariable String area, ServerWebExchange exchange) {
    return write(
            sid,
            area,
            exchange,
            owned ->
                new Change.Create(
                    owned.application(), owned.user(), owned.content(), Optional.empty()))
        .map(replies::written);
  }

  /** The end record of an area; a second one finds it done. */
  @DeleteMapping("/areas/{area}")
  Mono<ResponseEntity<byte[]>> end(
      @PathVariable String sid, @PathVariable String area, ServerWebExchange exchange) {
    return write(sid, area, exchange, owned -> new Change.End(owned.application(), owned.user()))
        .map(answer ->
            answer instanceof Answer.Refused(Refusal why, Position _) && why == Refusal.ENDED
                ? ResponseEntity.noContent().build()
                : replies.done(answer));
  }

  private Mono<Answer> write(
      String sid,
      String area,
      ServerWebExchange exchange,
      Function<Documents.Owned, Change> change) {
    ServerHttpRequest request = exchange.getRequest();
    SessionId session = Asked.session(sid);
    Area one = Asked.area(area, areas);
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
