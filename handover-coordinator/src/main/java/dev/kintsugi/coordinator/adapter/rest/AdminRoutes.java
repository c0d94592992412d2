package dev.kintsugi.coordinator.adapter.rest;

import dev.kintsugi.coordinator.domain.Answer;
import dev.kintsugi.coordinator.domain.Coordinator;
import dev.kintsugi.coordinator.domain.Now;
import dev.kintsugi.coordinator.domain.Rebalance;
import dev.kintsugi.coordinator.runtime.CoordinatorLoop;
import dev.kintsugi.coordinator.runtime.LoopBusyException;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMapLog.Leader;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.kit.Problems;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * The operator's view and commands. Every coordinator answers questions from what it has read;
 * commands are the leader's, the others send the caller there.
 */
public final class AdminRoutes {

  private static final int USUAL_HANDOVERS = 100;
  private static final int MOST_HANDOVERS = 10_000;

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  /** Three seconds: a log that takes longer than that loses its leader. */
  private static final int MOST_LOOKS = 150;

  private final CoordinatorLoop loop;

  public AdminRoutes(CoordinatorLoop loop) {
    this.loop = loop;
  }

  public RouterFunction<ServerResponse> routes() {
    return RouterFunctions.route()
        .GET("/admin/v1/nodes", _ -> answer(AdminRoutes::nodes))
        .GET(
            "/admin/v1/shard-map",
            _ ->
                answer(
                    (c, _) -> AdminJson.table(c.map(), c.leader(), c.liveCopies(), c.hotSlots())))
        .GET("/admin/v1/handovers", this::handovers)
        .POST(
            "/admin/v1/nodes/{id}/drain",
            request ->
                command(
                    request,
                    Coordinator::drain,
                    // Who dies meanwhile has nothing left to give.
                    state -> state == MapNode.State.DRAINING || state == MapNode.State.DEAD))
        .POST(
            "/admin/v1/nodes/{id}/activate",
            request ->
                command(request, Coordinator::activate, state -> state != MapNode.State.DRAINING))
        .POST("/admin/v1/rebalance", this::rebalance)
        .build();
  }

  private static AdminJson.Nodes nodes(Coordinator coordinator, Now now) {
    return new AdminJson.Nodes(
        coordinator.id().value(),
        AdminJson.leader(coordinator.leader()),
        coordinator.map().version().toString(),
        coordinator.nodes().stream().map(view -> AdminJson.node(view, now.wall())).toList());
  }

  private Mono<ServerResponse> handovers(ServerRequest request) {
    int limit = limit(request.queryParam("limit"));
    return answer((coordinator, _) ->
        new AdminJson.Changes(
            coordinator.handovers(limit).stream().map(AdminJson::change).toList()));
  }

  private static int limit(Optional<String> text) {
    try {
      int limit = text.map(Integer::parseInt).orElse(USUAL_HANDOVERS);
      if (limit >= 1 && limit <= MOST_HANDOVERS) {
        return limit;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw Problems.malformed("limit must be a number from 1 to " + MOST_HANDOVERS + '.')
        .asException();
  }

  private Mono<ServerResponse> command(
      ServerRequest request, Command command, Predicate<MapNode.State> done) {
    NodeId node = nodeOf(request);
    return ask((coordinator, now) -> command.run(coordinator, node, now))
        .flatMap(answer ->
            answer instanceof Answer.Done
                ? inForce(node, done)
                    .flatMap(inForce -> inForce ? answered(request, answer) : notYetInForce())
                : answered(request, answer));
  }

  /**
   * Whether the map in force says within a while that it is done: until then only this coordinator
   * knows, and the next leader would not go on with it.
   */
  private Mono<Boolean> inForce(NodeId node, Predicate<MapNode.State> done) {
    return ask((coordinator, _) -> coordinator.stateOf(node).filter(done).isPresent())
        .filter(is -> is)
        .repeatWhenEmpty(MOST_LOOKS, looks -> looks.delayElements(BETWEEN_LOOKS))
        .onErrorReturn(IllegalStateException.class, false);
  }

  private static Mono<ServerResponse> notYetInForce() {
    return Problems.respond(
        Problem.unavailable(
            "The shard map's log has not taken it yet, and might not; ask for it again, and see"
                + " GET /admin/v1/nodes.",
            Duration.ofSeconds(1)));
  }

  /** Something that an operator does to a node. */
  private interface Command {
    Answer run(Coordinator coordinator, NodeId node, Now now);
  }

  private static NodeId nodeOf(ServerRequest request) {
    try {
      return new NodeId(request.pathVariable("id"));
    } catch (IllegalArgumentException e) {
      throw Problem.refused(HttpStatus.NOT_FOUND, "No node can have this id.").asException();
    }
  }

  private Mono<ServerResponse> rebalance(ServerRequest request) {
    boolean dryRun =
        switch (request.queryParam("dryRun").orElse("")) {
          case "true" -> true;
          case "false" -> false;
          default ->
              throw Problems.malformed(
                      "Say dryRun=true to see the moves, dryRun=false to make them.")
                  .asException();
        };
    Optional<MapVersion> onlyIf = request.queryParam("version").map(AdminRoutes::version);
    return ask((coordinator, now) -> coordinator.rebalance(dryRun, onlyIf, now))
        .flatMap(answer -> answered(request, answer));
  }

  private static MapVersion version(String text) {
    try {
      return MapVersion.parse(text);
    } catch (IllegalArgumentException e) {
      throw Problems.malformed(
              "version must be a map version as the dry run told it, such as 3.1@1234; leave it out"
                  + " to start from whatever map is in force.")
          .asException();
    }
  }

  private static Mono<ServerResponse> answered(ServerRequest request, Answer answer) {
    return switch (answer) {
      case Answer.Done done ->
          ServerResponse.accepted()
              .bodyValue(new AdminJson.Taken(done.node().value(), done.draining()));
      case Answer.Planned(Rebalance rebalance) ->
          ServerResponse.ok().bodyValue(AdminJson.moves(rebalance));
      case Answer.Outdated(MapVersion asked, MapVersion inForce) ->
          Problems.respond(
              Problem.refused(
                  HttpStatus.PRECONDITION_FAILED,
                  "The map is "
                      + inForce
                      + " by now, not "
                      + asked
                      + "; look at the moves again with dryRun=true and name the version it tells."));
      case Answer.NotLeading(Optional<Leader> leader) -> elsewhere(request, leader);
      case Answer.NoSuchNode(NodeId node) ->
          Problems.respond(
              Problem.refused(
                  HttpStatus.NOT_FOUND,
                  "No node " + node + " has reported; GET /admin/v1/nodes lists those that have."));
      case Answer.Refused(String why) ->
          Problems.respond(Problem.refused(HttpStatus.CONFLICT, why + '.'));
    };
  }

  private static Mono<ServerResponse> elsewhere(ServerRequest request, Optional<Leader> leader) {
    Optional<URI> url = leader.map(Leader::url).filter(text -> !text.isEmpty()).map(URI::create);
    return url.filter(there -> !there.getAuthority().equals(request.uri().getAuthority()))
        .map(there -> there.resolve(pathAndQuery(request)))
        .map(there -> ServerResponse.temporaryRedirect(there).build())
        .orElseGet(() ->
            Problems.respond(
                Problem.unavailable(
                    "No coordinator is sure to lead right now; try again.",
                    Duration.ofSeconds(1))));
  }

  private static String pathAndQuery(ServerRequest request) {
    String query = request.uri().getRawQuery();
    return request.uri().getRawPath() + (query == null ? "" : "?" + query);
  }

  private <T> Mono<ServerResponse> answer(BiFunction<Coordinator, Now, T> question) {
    return ask(question).flatMap(body -> ServerResponse.ok().bodyValue(body));
  }

  private <T> Mono<T> ask(BiFunction<Coordinator, Now, T> question) {
    return Mono.fromFuture(() -> loop.ask(question))
        .onErrorMap(
            LoopBusyException.class,
            _ ->
                Problem.unavailable(
                        "The coordinator is too busy to answer; try again.", Duration.ofSeconds(1))
                    .asException());
  }
}
