package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.runtime.ShardStore;
import dev.kintsugi.node.runtime.life.Activity;
import dev.kintsugi.node.runtime.life.Peers;
import dev.kintsugi.node.runtime.life.Touching;
import java.time.Duration;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/** What nodes tell each other of the activity in sessions; the secret has been checked before. */
@RestController
@RequestMapping("/internal/v1")
final class ActivityController {

  private final ShardStore store;
  private final Areas areas;
  private final Activity activity;
  private final Touching touching;
  private final Replies replies;

  ActivityController(
      ShardStore store, Areas areas, Activity activity, Touching touching, Replies replies) {
    this.store = store;
    this.areas = areas;
    this.activity = activity;
    this.touching = touching;
    this.replies = replies;
  }

  /** What has this area's owner heard of a session? Only the owner may say so. */
  @GetMapping("/sessions/{sid}/areas/{area}/activity")
  Mono<Void> heard(ServerWebExchange exchange) {
    SessionId session = Asked.session(exchange);
    Area one = Asked.area(exchange, areas);
    Request.Read read = new Request.Read(areas.slotOf(one, session), new ShardKey(session, one));
    return Edge.await(() -> store.submit(read, Edge.deadline().left()))
        .map(answer ->
            switch (answer) {
              case Answer.Found _, Answer.Absent _ -> heard(activity.heard(session, one));
              case Answer.Refused(Refusal why, Position _) when why == Refusal.QUARANTINED ->
                  heard(activity.heard(session, one));
              case Answer.Stale _,
                  Answer.Refused _,
                  Answer.Unknown _,
                  Answer.Applied _,
                  Answer.Sessions _ ->
                  replies.done(answer);
            })
        .flatMap(reply -> Edge.answer(exchange, reply));
  }

  private static Reply heard(Peers.Heard heard) {
    ObjectNode body =
        Json.MAPPER.createObjectNode().put("servedForMillis", heard.served().toMillis());
    heard.ago().ifPresent(ago -> body.put("agoMillis", ago.toMillis()));
    return Replies.json(body);
  }

  /** A report of activity in sessions of one slot. */
  @PutMapping("/activity")
  Mono<Void> report(ServerWebExchange exchange) {
    Asked.contentType(exchange.getRequest(), MediaType.APPLICATION_JSON);
    return Edge.body(exchange)
        .map(Documents::activity)
        .flatMap(ago -> {
          SlotId slot = areas.slotOf(Area.SESSION, ago.keySet().iterator().next());
          for (SessionId session : ago.keySet()) {
            if (!areas.slotOf(Area.SESSION, session).equals(slot)) {
              throw Problems.malformed("The sessions of one report must share a slot.")
                  .asException();
            }
          }
          return report(slot, ago);
        })
        .flatMap(reply -> Edge.answer(exchange, reply));
  }

  private Mono<Reply> report(SlotId slot, Map<SessionId, Duration> ago) {
    return Edge.await(() -> touching.report(ago, Edge.deadline()))
        .map(noted -> {
          if (noted.isEmpty()) {
            Position nowhere = new Position(slot, Epoch.NONE, 0);
            return replies.refusal(new Answer.Refused(Refusal.NOT_OWNER, nowhere));
          }
          ObjectNode body = Json.MAPPER.createObjectNode();
          ObjectNode sessions = body.putObject("sessions");
          noted.forEach((session, one) ->
              sessions
                  .putObject(session.toString())
                  .put("written", one.written())
                  .put("nextMillis", one.next().toMillis()));
          return Replies.json(body);
        });
  }
}
