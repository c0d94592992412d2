package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.Caller;
import dev.kintsugi.kit.ClusterProperties;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.log.activity.Activity;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Leniency;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.runtime.life.AreaAccess;
import dev.kintsugi.node.runtime.life.Creation;
import dev.kintsugi.node.runtime.life.SessionCreation;
import dev.kintsugi.node.runtime.life.SessionEnding;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Sessions: made, looked at, ended. */
@RestController
@RequestMapping("/v1/sessions")
final class SessionsController {

  private static final String PLACEMENT = "Kintsugi-Placement";
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{16}");

  private final SessionCreation creation;
  private final SessionEnding ending;
  private final AreaAccess access;
  private final Areas areas;
  private final Guards guards;
  private final Replies replies;
  private final DirectUse use;
  private final ClusterProperties.SessionSettings usual;

  SessionsController(
      SessionCreation creation,
      SessionEnding ending,
      AreaAccess access,
      Areas areas,
      Guards guards,
      Replies replies,
      DirectUse use,
      ClusterProperties cluster) {
    this.creation = creation;
    this.ending = ending;
    this.access = access;
    this.areas = areas;
    this.guards = guards;
    this.replies = replies;
    this.use = use;
    this.usual = cluster.sessions();
  }

  @PostMapping
  Mono<Void> create(ServerWebExchange exchange) {
    ServerHttpRequest request = exchange.getRequest();
    Asked.contentType(request, MediaType.APPLICATION_JSON);
    return Edge.caller(exchange)
        .zipWith(Edge.body(exchange))
        .flatMap(asked -> {
          Caller caller = asked.getT1();
          Creation wanted = wanted(caller, request, asked.getT2());
          Consumer<Reply> told = use.of(exchange, caller, wanted.user(), Activity.SESSION_CREATE);
          return Edge.await(() -> creation.create(wanted, Edge.deadline()))
              .map(this::created)
              .doOnNext(told);
        })
        .flatMap(reply -> Edge.answer(exchange, reply));
  }

  private Creation wanted(Caller caller, ServerHttpRequest request, byte[] body) {
    Documents.NewSession document = Documents.newSession(body, areas);
    Optional<UserId> user = userOf(caller, document);
    user.ifPresent(known -> guards.checkMayActFor(caller, known));
    PlacementKey placement =
        user.isPresent()
            ? guards.placement(caller, user.get())
            : placement(request.getHeaders().getFirst(PLACEMENT));
    Optional<String> key = Asked.idempotencyKey(request);
    String name = Asked.nameOf(caller);
    Duration idle = document.idleTimeout().orElse(usual.idleTimeout());
    return new Creation(
        caller.application(),
        user,
        placement,
        document.contents(),
        Optional.of(idle),
        Optional.of(document.absoluteTimeout().orElse(longer(usual.absoluteTimeout(), idle))),
        document.grantId(),
        name,
        key,
        Asked.requestKey(request, name, key.orElseGet(() -> UUID.randomUUID().toString()), body));
  }

  private static Optional<UserId> userOf(Caller caller, Documents.NewSession document) {
    return switch (caller) {
      case Caller.EndUser(var _, var self) -> Optional.of(document.user().orElse(self));
      case Caller.Application _ -> document.user();
    };
  }

  private static PlacementKey placement(@Nullable String header) {
    if (header == null || !HEX.matcher(header).matches()) {
      throw Problems.malformed(
              "Name a userId, or where the session is to be placed: "
                  + PLACEMENT
                  + " with 16 lower-case hexadecimal digits.")
          .asException();
    }
    return new PlacementKey(HexFormat.fromHexDigitsToLong(header));
  }

  private Reply created(SessionCreation.Made made) {
    if (made.answer() instanceof Answer.Refused(Refusal why, Position at) && why == Refusal.ENDED) {
      return replies.endedSince(at);
    }
    Reply reply = replies.session(made.id(), made.answer(), HttpStatus.CREATED);
    return made.answer() instanceof Answer.Applied
        ? reply.with(HttpHeaders.LOCATION, "/v1/sessions/" + made.id())
        : reply;
  }

  @GetMapping("/{sid}")
  Mono<Void> facts(ServerWebExchange exchange) {
    return Edge.caller(exchange)
        .flatMap(caller -> {
          SessionId session = Asked.session(exchange);
          Consumer<Reply> told = use.of(exchange, caller, Activity.SESSION_READ);
          return Edge.await(() ->
                  access.look(
                      session,
                      Area.SESSION,
                      guards.of(caller, session),
                      new Leniency.FromOwner(),
                      Edge.deadline()))
              .map(granted ->
                  replies.of(granted, answer -> replies.session(session, answer, HttpStatus.OK)))
              .doOnNext(told);
        })
        .flatMap(reply -> Edge.answer(exchange, reply));
  }

  @DeleteMapping("/{sid}")
  Mono<Void> end(ServerWebExchange exchange) {
    ServerHttpRequest request = exchange.getRequest();
    return Edge.caller(exchange)
        .flatMap(caller -> {
          SessionId session = Asked.session(exchange);
          Consumer<Reply> told = use.of(exchange, caller, Activity.SESSION_END);
          return Edge.await(() ->
                  ending.end(
                      session,
                      guards.of(caller, session),
                      Asked.requestKey(request, Asked.nameOf(caller), new byte[0]),
                      Edge.deadline()))
              .map(granted -> replies.of(granted, replies::done))
              .doOnNext(told);
        })
        .flatMap(reply -> Edge.answer(exchange, reply));
  }

  /** Whoever asks for a long idle timeout alone does not want the session to end before it. */
  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
