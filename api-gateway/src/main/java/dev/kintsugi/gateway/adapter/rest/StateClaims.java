package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.gateway.domain.RequestTarget;
import dev.kintsugi.gateway.domain.Upstream;
import dev.kintsugi.kit.Json;
import java.time.Duration;
import java.time.Instant;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an upstream is told of a session, as the claims of a JWT (RFC 7519): good for one request,
 * at one upstream, for a short time.
 *
 * <pre>
 * iss, aud, iat, exp, jti   as ever; aud is the upstream's name
 * sub, app                  the session's user (left out where it has none) and application
 * sid                       the session's id, which grants nothing by itself
 * stale                     true where nobody could prove that the session lives still
 * req                       {"method","target"} of the request that it comes with
 * areas                     {area: {"version", "attributes", "stale": true where nobody could prove it}}
 * </pre>
 *
 * @param issuer for {@code iss}
 * @param life from {@code iat} to {@code exp}, in whole seconds. Too low: slow upstreams and clocks
 *     apart refuse it; too high: whoever steals one can show it for longer
 */
record StateClaims(String issuer, Duration life) {

  /** The claims in UTF-8. */
  byte[] of(
      SessionState state,
      Upstream upstream,
      String method,
      RequestTarget target,
      Instant now,
      String id) {
    ObjectNode claims = Json.STORED.createObjectNode();
    claims.put("iss", issuer);
    claims.put("aud", upstream.name());
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", now.getEpochSecond() + life.toSeconds());
    claims.put("jti", id);
    state.user().ifPresent(user -> claims.put("sub", user));
    String application = state.facts().path("application").asString("");
    if (!application.isEmpty()) {
      claims.put("app", application);
    }
    claims.put("sid", state.session().toString());
    if (state.stale()) {
      claims.put("stale", true);
    }
    ObjectNode request = claims.putObject("req");
    request.put("method", method);
    request.put("target", target.toString());
    ObjectNode areas = claims.putObject("areas");
    state
        .areas()
        .forEach((area, found) -> {
          ObjectNode json = areas.putObject(area.value());
          json.put("version", found.version().value());
          json.set("attributes", found.attributes());
          if (found.stale()) {
            json.put("stale", true);
          }
        });
    return Json.STORED.writeValueAsBytes(claims);
  }
}
