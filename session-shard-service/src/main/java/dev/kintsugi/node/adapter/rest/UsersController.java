package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.Caller;
import dev.kintsugi.log.activity.Activity;
import dev.kintsugi.node.domain.Admission;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.runtime.life.AreaAccess;
import dev.kintsugi.node.runtime.life.Deadline;
import dev.kintsugi.node.runtime.life.RequestKeys;
import dev.kintsugi.node.runtime.life.SessionEnding;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** All sessions of a user, which lie in one slot. */
@RestController
@RequestMapping("/v1/users/{userId}/sessions")
final class UsersController {

  private static final int ENDED_AT_ONCE = 8;

  private final AreaAccess access;
  private final SessionEnding ending;
  private final Guards guards;
  private final Replies replies;
  private final DirectUse use;

  UsersController(
      AreaAccess access, SessionEnding ending, Guards guards, Replies replies, DirectUse use) {
    this.access = access;
    this.ending = ending;
    this.guards = guards;
    this.replies = replies;
    this.use = use;
  }

  @GetMapping
  Mono<Void> list(ServerWebExchange exchange) {
    return Edge.caller(exchange)
        .flatMap(caller -> {
          UserId user = Asked.user(exchange);
          Mono<Answer> listed = list(caller, user, Edge.deadline());
          return listed
              .map(replies::sessions)
              .doOnNext(use.of(exchange, caller, Optional.of(user), Activity.SESSION_READ));
        })
        .flatMap(reply -> Edge.answer(exchange, reply));
  }

  private Mono<Answer> list(Caller caller, UserId user, Deadline deadline) {
    guards.checkMayActFor(caller, user);
    PlacementKey placement = guards.placement(caller, user);
    return Edge.await(() -> access.sessions(placement, caller.application(), user, deadline));
  }

  private Mono<Answer> listToEnd(Caller caller, UserId user, Deadline deadline) {
    guards.checkMayActFor(caller, user);
    PlacementKey placement = guards.placement(caller, user);
    return Edge.await(() -> access.sessionsToEnd(placement, caller.application(), user, deadline));
  }

  /** Ends them all, also those that are half-ended; see {@link #endAll} for the answer. */
  @DeleteMapping
  Mono<Void> end(ServerWebExchange exchange) {
    ServerHttpRequest request = exchange.getRequest();
    Deadline deadline = Edge.deadline();
    return Edge.caller(exchange)
        .flatMap(caller -> {
          UserId user = Asked.user(exchange);
          Mono<Answer> listed = listToEnd(caller, user, deadline);
          return listed
              .flatMap(answer ->
                  answer instanceof Answer.Sessions sessions
                      ? endAll(sessions, request, caller, deadline)
                      : Mono.just(replies.sessions(answer)))
              .doOnNext(use.of(exchange, caller, Optional.of(user), Activity.SESSION_END));
        })
        .flatMap(reply -> Edge.answer(exchange, reply));
  }

  /** An end of unknown fate decides before one that was refused, and that before what is unsure. */
  private Mono<Reply> endAll(
      Answer.Sessions sessions, ServerHttpRequest request, Caller caller, Deadline deadline) {
    Reply otherwise =
        sessions.unreadable().isEmpty()
            ? Replies.done()
            : replies.someUnreadable(sessions.position());
    return Flux.fromIterable(sessions.ids())
        .flatMap(
            id ->
                Edge.await(() -> ending.end(id, Admission.ALL, key(request, caller, id), deadline)),
            ENDED_AT_ONCE)
        .map(ended -> replies.of(ended, replies::done))
        .filter(reply -> reply.status().isError() && reply.status() != HttpStatus.NOT_FOUND)
        .collectList()
        .map(failed ->
            failed.stream()
                .filter(reply -> reply.status() == HttpStatus.GATEWAY_TIMEOUT)
                .findFirst()
                .orElseGet(() -> failed.isEmpty() ? otherwise : failed.getFirst()));
  }

  private static RequestKey key(ServerHttpRequest request, Caller caller, SessionId id) {
    return Asked.requestKey(request, Asked.nameOf(caller), RequestKeys.utf8(id.toString()));
  }
}
