package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.runtime.ShardStore;
import dev.kintsugi.node.runtime.life.Access;
import dev.kintsugi.node.runtime.life.Lives;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import tools.jackson.databind.node.ObjectNode;

/** Turns what came of a request into an HTTP answer. Thread-safe. */
final class Replies {

  /** On an answer that nobody could prove to be the newest. */
  static final String STALE = "Shard-Stale";

  /** Among nodes: why the session's grant is of no use any more. */
  static final String REVOKED = "Kintsugi-Revoked";

  private static final Duration SOON = Duration.ofSeconds(1);
  private static final Duration A_WHILE = Duration.ofSeconds(10);
  private static final Duration LATER = Duration.ofSeconds(60);

  private final ShardStore store;
  private final OwnerHints hints;

  Replies(ShardStore store, OwnerHints hints) {
    this.store = store;
    this.hints = hints;
  }

  /** The answer to somebody who may be somebody else. */
  Reply of(Access access, Function<Answer, Reply> granted) {
    return switch (access) {
      case Access.Granted(Answer answer) -> granted.apply(answer);
      case Access.Revoked(String reason) -> problem(revoked(reason), new LinkedHashMap<>());
      case Access.Unverified _ -> problem(unverified(), new LinkedHashMap<>());
      case Access.Forbidden _ -> problem(Asked.notTheirs(), new LinkedHashMap<>());
    };
  }

  private static Problem revoked(String reason) {
    return Problem.refused(
            HttpStatus.UNAUTHORIZED,
            "The session's grant is of no use any more ("
                + reason
                + "), and the session has ended with it: the user must sign in again.")
        .withHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
  }

  private static Problem unverified() {
    return Problem.unavailable(
        "Whether the session's grant still stands cannot be found out now: it can be read but not"
            + " written; nothing happened.",
        SOON);
  }

  /** Tells another node that a session's grant was revoked. */
  static Reply revokedAmongNodes(String reason) {
    return problem(
        Problem.refused(HttpStatus.GONE, reason).withHeader(REVOKED, reason),
        new LinkedHashMap<>());
  }

  /** A shard with its attributes. */
  Reply shard(Answer answer) {
    return switch (answer) {
      case Answer.Found(Shard shard, Position position) when Lives.lives(shard) ->
          shard(shard.version(), shard.content(), tagged(position, shard.version()));
      case Answer.Found(Shard _, Position position) -> gone(position);
      case Answer.Stale(Shard shard, Position position) ->
          shard(shard.version(), shard.content(), marked(position, shard.version()));
      case Answer.Absent(Position position) ->
          shard(ShardVersion.NONE, Content.EMPTY, tagged(position, ShardVersion.NONE));
      case Answer.Refused refused -> refusal(refused);
      case Answer.Unknown(Position position) -> unknown(position);
      case Answer.Applied _, Answer.Sessions _ -> throw unexpected(answer);
    };
  }

  private static Reply shard(ShardVersion version, Content content, Map<String, String> headers) {
    return json(HttpStatus.OK, headers, ShardJson.shard(version, content));
  }

  /** As {@link #shard}, but 204 while the version is still the one seen. */
  Reply change(Answer answer, ShardVersion seen) {
    return switch (answer) {
      case Answer.Found(Shard shard, Position position)
          when Lives.lives(shard) && shard.version().equals(seen) ->
          empty(tagged(position, seen));
      case Answer.Absent(Position position) when seen.equals(ShardVersion.NONE) ->
          empty(tagged(position, seen));
      case Answer.Found _,
          Answer.Stale _,
          Answer.Absent _,
          Answer.Refused _,
          Answer.Unknown _,
          Answer.Applied _,
          Answer.Sessions _ ->
          shard(answer);
    };
  }

  /** The version that a write made. */
  Reply written(Answer answer) {
    return switch (answer) {
      case Answer.Applied applied ->
          json(
              HttpStatus.OK,
              tagged(applied.position(), applied.version()),
              ShardJson.version(applied.version()));
      case Answer.Refused refused -> refusal(refused);
      case Answer.Unknown(Position position) -> unknown(position);
      case Answer.Found _, Answer.Stale _, Answer.Absent _, Answer.Sessions _ ->
          throw unexpected(answer);
    };
  }

  /** 204 for what has been emptied or ended. */
  Reply done(Answer answer) {
    return switch (answer) {
      case Answer.Applied applied -> empty(tagged(applied.position(), applied.version()));
      case Answer.Found(Shard _, Position position) -> empty(headers(position));
      case Answer.Refused refused -> refusal(refused);
      case Answer.Unknown(Position position) -> unknown(position);
      case Answer.Stale _, Answer.Absent _, Answer.Sessions _ -> throw unexpected(answer);
    };
  }

  /** A session's facts. */
  Reply session(SessionId id, Answer answer, HttpStatus status) {
    return switch (answer) {
      case Answer.Found(Shard shard, Position position) when Lives.lives(shard) ->
          json(status, tagged(position, shard.version()), facts(id, shard));
      case Answer.Found(Shard _, Position position) -> gone(position);
      case Answer.Stale(Shard shard, Position position) ->
          json(status, marked(position, shard.version()), facts(id, shard));
      case Answer.Applied applied ->
          json(status, tagged(applied.position(), applied.version()), facts(id, applied.shard()));
      case Answer.Absent(Position position) -> gone(position);
      case Answer.Refused refused -> refusal(refused);
      case Answer.Unknown(Position position) -> unknown(position);
      case Answer.Sessions _ -> throw unexpected(answer);
    };
  }

  /** A document that one node gives another. */
  static Reply json(ObjectNode body) {
    return json(HttpStatus.OK, new LinkedHashMap<>(), body);
  }

  /** 204 about several slots, or none. */
  static Reply done() {
    return empty(new LinkedHashMap<>());
  }

  /** The facts of several sessions. */
  Reply sessions(Answer answer) {
    return switch (answer) {
      case Answer.Sessions sessions -> {
        ObjectNode body = Json.MAPPER.createObjectNode();
        var list = body.putArray("sessions");
        sessions.sessions().forEach((id, shard) -> list.add(facts(id, shard)));
        yield json(HttpStatus.OK, headers(sessions.position()), body);
      }
      case Answer.Refused refused -> refusal(refused);
      case Answer.Unknown(Position position) -> unknown(position);
      case Answer.Found _, Answer.Stale _, Answer.Absent _, Answer.Applied _ ->
          throw unexpected(answer);
    };
  }

  private static ObjectNode facts(SessionId id, Shard shard) {
    ObjectNode body =
        Json.MAPPER
            .createObjectNode()
            .put("sessionId", id.toString())
            .put("application", shard.application().value());
    shard.user().map(UserId::value).ifPresent(user -> body.put("userId", user));
    shard.facts().ifPresent(facts -> add(body, facts));
    return body;
  }

  private static void add(ObjectNode body, SessionFacts facts) {
    body.put("state", facts.state().name().toLowerCase(Locale.ROOT));
    body.put("createdAt", facts.createdAt().toString());
    facts.idleTimeout().ifPresent(limit -> body.put("idleTimeout", limit.toString()));
    facts.absoluteTimeout().ifPresent(limit -> body.put("absoluteTimeout", limit.toString()));
    facts.lastActiveAt().ifPresent(at -> body.put("lastActiveAt", at.toString()));
    facts.grantId().ifPresent(grant -> body.put("grantId", grant));
  }

  Reply refusal(Answer.Refused refused) {
    Position position = refused.position();
    Map<String, String> headers = headers(position);
    if (refused.why() == Refusal.NOT_OWNER) {
      headers.putAll(hints.of(position.slot(), store.mapVersion()));
    }
    return problem(problemOf(refused.why(), position), headers);
  }

  private static Problem problemOf(Refusal why, Position position) {
    return switch (why) {
      case NO_SHARD, ENDED -> Asked.noSession();
      case FORBIDDEN -> Asked.notTheirs();
      case ALREADY_THERE, CONFLICT ->
          Problem.refused(HttpStatus.CONFLICT, "Another request was faster; read and try again.");
      case VERSION_MISMATCH ->
          Problem.refused(
              HttpStatus.PRECONDITION_FAILED,
              "The shard has another version than If-Match says; read it and try again.");
      case KEY_REUSED ->
          Problem.refused(
              HttpStatus.CONFLICT,
              "The Idempotency-Key was used for another request; use a new one.");
      case TOO_LARGE ->
          Problem.refused(
              HttpStatus.CONTENT_TOO_LARGE, "The content would exceed the area's limit.");
      case TOO_MANY_REQUESTS ->
          Problem.refused(HttpStatus.TOO_MANY_REQUESTS, "Too many writes to one shard; slow down.")
              .withHeader(HttpHeaders.RETRY_AFTER, "60");
      case TOO_MANY_SESSIONS ->
          Problem.refused(
              HttpStatus.CONFLICT,
              "The user has as many sessions as are allowed at once. End one of them (DELETE"
                  + " /v1/sessions/{sessionId}) or all (DELETE /v1/users/{userId}/sessions), then"
                  + " try again.");
      case NOT_OWNER ->
          Problem.refused(
              HttpStatus.MISDIRECTED_REQUEST,
              "This node does not own the slot " + position.slot() + "; follow the shard map.");
      case NEARLY_FULL ->
          Problem.unavailable(
              "The node has no memory left for new sessions; nothing happened.", A_WHILE);
      case QUARANTINED ->
          Problem.unavailable(
              "The session is quarantined: its newest content cannot be read by this version of the"
                  + " server. It can be ended; otherwise an operator must help.",
              LATER);
      case UNAVAILABLE ->
          Problem.unavailable("The shard cannot be served right now; nothing happened.", SOON);
    };
  }

  /** The answer to an end of all sessions of which one may be left. */
  Reply someUnreadable(Position position) {
    return problem(
        Problem.unknown(
            "All sessions of the user that can be read have ended. One whose content this version"
                + " of the server cannot read may be the user's too; an operator must help."),
        headers(position));
  }

  Reply gone(Position position) {
    return problem(Asked.noSession(), headers(position));
  }

  /** The answer to a creation whose key has made a session that has ended. */
  Reply endedSince(Position position) {
    return problem(
        Problem.refused(
            HttpStatus.CONFLICT,
            "The session that this Idempotency-Key made has ended; use a new key."),
        headers(position));
  }

  private Reply unknown(Position position) {
    return problem(
        Problem.unknown(
            "The write may or may not have happened; repeat it under the same Idempotency-Key."),
        headers(position));
  }

  private static Reply problem(Problem problem, Map<String, String> headers) {
    headers.put(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    headers.putAll(problem.headers());
    return new Reply(
        problem.status(), headers, Optional.of(Json.MAPPER.writeValueAsBytes(problem.body())));
  }

  private static Reply json(HttpStatus status, Map<String, String> headers, ObjectNode body) {
    return json(status, headers, Json.MAPPER.writeValueAsBytes(body));
  }

  private static Reply json(HttpStatus status, Map<String, String> headers, byte[] body) {
    headers.put(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE);
    return new Reply(status, headers, Optional.of(body));
  }

  private static Reply empty(Map<String, String> headers) {
    return new Reply(HttpStatus.NO_CONTENT, headers, Optional.empty());
  }

  private Map<String, String> tagged(Position position, ShardVersion version) {
    Map<String, String> headers = headers(position);
    headers.put(HttpHeaders.ETAG, "\"" + version + "\"");
    return headers;
  }

  private Map<String, String> marked(Position position, ShardVersion version) {
    Map<String, String> headers = tagged(position, version);
    headers.put(STALE, "true");
    return headers;
  }

  private Map<String, String> headers(Position position) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Shard-Slot", position.slot().toString());
    headers.put("Shard-Map-Version", store.mapVersion().toString());
    if (!position.epoch().equals(Epoch.NONE)) {
      headers.put("Shard-Epoch", position.epoch().toString());
      headers.put("Shard-Offset", Long.toString(position.nextOffset()));
    }
    return headers;
  }

  private static IllegalStateException unexpected(Answer answer) {
    return new IllegalStateException("no request is answered so: " + answer.getClass());
  }
}
