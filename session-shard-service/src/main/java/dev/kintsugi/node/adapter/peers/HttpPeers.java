package dev.kintsugi.node.adapter.peers;

import dev.kintsugi.client.ShardCalls;
import dev.kintsugi.client.ShardRequest;
import dev.kintsugi.client.ShardResponse;
import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.InternalSecret;
import dev.kintsugi.kit.Json;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.runtime.life.Deadline;
import dev.kintsugi.node.runtime.life.Peers;
import dev.kintsugi.node.runtime.life.Touching;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** {@link Peers} over the nodes' internal HTTP interface. */
public final class HttpPeers implements Peers {

  private static final Logger LOG = LoggerFactory.getLogger(HttpPeers.class);
  private static final String REVOKED = "Kintsugi-Revoked";
  private static final String UNVERIFIED = "Kintsugi-Unverified";
  private static final String HEARD = "Kintsugi-Heard";
  private static final String JSON = "application/json";

  /** One silent peer must leave time for its successor. */
  private static final Duration LONGEST_ATTEMPT = Duration.ofMillis(1500);

  /** Whatever a peer says, activity is reported that often. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

  private final ShardCalls calls;
  private final Areas areas;
  private final String secret;

  public HttpPeers(ShardCalls calls, Areas areas, String secret) {
    this.calls = calls;
    this.areas = areas;
    this.secret = secret;
  }

  @Override
  public CompletableFuture<Written> create(
      SessionId session,
      Area area,
      ApplicationId application,
      Optional<UserId> user,
      Content content,
      String key,
      Deadline deadline) {
    ObjectNode body = owner(application, user);
    ObjectNode attributes = body.putObject("attributes");
    content.attributes().forEach((name, json) -> attributes.putRawValue(name, new RawValue(json)));
    return write(session, area, "PUT", body, key, deadline);
  }

  @Override
  public CompletableFuture<Written> end(
      SessionId session,
      Area area,
      ApplicationId application,
      Optional<UserId> user,
      String key,
      Deadline deadline) {
    return write(session, area, "DELETE", owner(application, user), key, deadline);
  }

  private static ObjectNode owner(ApplicationId application, Optional<UserId> user) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("application", application.value());
    user.ifPresent(known -> body.put("userId", known.value()));
    return body;
  }

  private CompletableFuture<Written> write(
      SessionId session, Area area, String method, ObjectNode body, String key, Deadline deadline) {
    String path = "/internal/v1/sessions/" + session + "/areas/" + area;
    ShardRequest request =
        within(deadline, ShardRequest.to(areas.slotOf(area, session), method, path))
            .body(JSON, Json.MAPPER.writeValueAsString(body).getBytes(StandardCharsets.UTF_8))
            .idempotencyKey(key)
            .build();
    return calls.call(request).thenApply(HttpPeers::written);
  }

  private static Written written(ShardResponse response) {
    return switch (response.status()) {
      case 200, 201, 204 -> Written.DONE;
      case 409 -> Written.KEY_REUSED;
      case 413 -> Written.TOO_LARGE;
      case 404, 412 -> Written.CONFLICT;
      case 503, 504 -> Written.UNKNOWN;
      default -> {
        LOG.warn("a peer answered {} to an internal write", response.status());
        yield Written.UNKNOWN;
      }
    };
  }

  @Override
  public CompletableFuture<Optional<Heard>> heard(SessionId session, Area area, Deadline deadline) {
    String path = "/internal/v1/sessions/" + session + "/areas/" + area + "/activity";
    ShardRequest request =
        within(deadline, ShardRequest.to(areas.slotOf(area, session), "GET", path)).build();
    return calls
        .call(request)
        .thenApply(
            response -> response.status() == 200 ? heard(response.body()) : Optional.empty());
  }

  private static Optional<Heard> heard(byte[] body) {
    try {
      JsonNode heard = Json.MAPPER.readTree(body);
      JsonNode served = heard.path("servedForMillis");
      if (!served.isIntegralNumber()) {
        return Optional.empty();
      }
      JsonNode ago = heard.path("agoMillis");
      return Optional.of(
          new Heard(
              ago.isIntegralNumber()
                  ? Optional.of(Duration.ofMillis(ago.asLong()))
                  : Optional.empty(),
              Duration.ofMillis(served.asLong())));
    } catch (JacksonException e) {
      LOG.warn("a peer's answer about activity cannot be read: {}", e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public CompletableFuture<Map<SessionId, Touching.Noted>> report(
      Map<SessionId, Duration> ago, Deadline deadline) {
    if (ago.isEmpty()) {
      return CompletableFuture.completedFuture(Map.of());
    }
    ObjectNode body = Json.MAPPER.createObjectNode();
    ObjectNode sessions = body.putObject("sessions");
    ago.forEach((session, since) -> sessions.put(session.toString(), since.toMillis()));
    SlotId slot = areas.slotOf(Area.SESSION, ago.keySet().iterator().next());
    ShardRequest request =
        within(deadline, ShardRequest.to(slot, "PUT", "/internal/v1/activity"))
            .body(JSON, Json.MAPPER.writeValueAsString(body).getBytes(StandardCharsets.UTF_8))
            .idempotencyKey("activity")
            .build();
    return calls
        .call(request)
        .thenApply(response -> response.status() == 200 ? noted(response.body()) : Map.of());
  }

  private static Map<SessionId, Touching.Noted> noted(byte[] body) {
    Map<SessionId, Touching.Noted> noted = new HashMap<>();
    try {
      for (Map.Entry<String, JsonNode> one :
          Json.MAPPER.readTree(body).path("sessions").properties()) {
        long next = Math.max(0, one.getValue().path("nextMillis").asLong(0));
        noted.put(
            SessionId.parse(one.getKey()),
            new Touching.Noted(
                one.getValue().path("written").asBoolean(false),
                Duration.ofMillis(Math.min(next, LONGEST_WAIT.toMillis()))));
      }
      return noted;
    } catch (JacksonException | IllegalArgumentException e) {
      LOG.warn("a peer's answer to a report cannot be read: {}", e.getMessage());
      return Map.of();
    }
  }

  @Override
  public CompletableFuture<Standing> standing(SessionId session, Deadline deadline) {
    ShardRequest request =
        within(
                deadline,
                ShardRequest.to(
                    areas.slotOf(Area.SESSION, session), "GET", "/internal/v1/sessions/" + session))
            .build();
    return calls.call(request).thenApply(HttpPeers::standing);
  }

  private static Standing standing(ShardResponse response) {
    return switch (response.status()) {
      case 200 -> alive(response);
      case 404 -> new Standing.Gone();
      case 410 -> new Standing.Revoked(response.headers().firstValue(REVOKED).orElse("revoked"));
      default -> new Standing.Silent();
    };
  }

  private static Standing alive(ShardResponse response) {
    try {
      JsonNode facts = Json.MAPPER.readTree(response.body());
      JsonNode user = facts.path("userId");
      return new Standing.Alive(
          new ApplicationId(facts.path("application").asString("")),
          user.isString() ? Optional.of(new UserId(user.asString())) : Optional.empty(),
          response.headers().firstValue(UNVERIFIED).isEmpty(),
          heard(response));
    } catch (JacksonException | IllegalArgumentException e) {
      LOG.warn("a peer's answer about a session cannot be read: {}", e.getMessage());
      return new Standing.Silent();
    }
  }

  /** An owner that says nothing of it is of an earlier version, whose word stood for everything. */
  private static long heard(ShardResponse response) {
    try {
      return response.headers().firstValue(HEARD).map(Long::parseLong).orElse(Long.MAX_VALUE);
    } catch (NumberFormatException senseless) {
      return 0;
    }
  }

  private ShardRequest.Builder within(Deadline deadline, ShardRequest.Builder request) {
    Duration left = deadline.left();
    Duration attempt = left.compareTo(LONGEST_ATTEMPT) < 0 ? left : LONGEST_ATTEMPT;
    return request
        .header(InternalSecret.HEADER, secret)
        .deadline(left)
        .attemptTimeout(attempt)
        .parkLimit(left);
  }
}
