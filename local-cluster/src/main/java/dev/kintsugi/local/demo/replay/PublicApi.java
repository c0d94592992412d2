package dev.kintsugi.local.demo.replay;

import dev.kintsugi.local.demo.plan.Call;
import dev.kintsugi.local.demo.plan.Changes;
import dev.kintsugi.local.demo.plan.DemoArea;
import dev.kintsugi.trace.TraceUser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * The gateway's API as the mail application calls it; each method is one request, never repeated.
 * Thread-safe. A future fails only if there was no answer at all.
 */
public final class PublicApi implements AutoCloseable {

  /** When the activity happened in the trace's time, as of RFC 3339. */
  public static final String ACTIVITY_TIME = "Activity-Time";

  private static final String IDLE_TIMEOUT = "PT30M";
  private static final int THREADS = 2;

  private final URI gateway;
  private final Duration timeout;
  private final ExecutorService threads;
  private final HttpClient http;

  /**
   * @param timeout until a request without an answer is given up
   */
  public PublicApi(URI gateway, Duration timeout) {
    this.gateway = gateway;
    this.timeout = timeout;
    this.threads =
        Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().daemon().name("demo-http-", 0).factory());
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(threads)
            .build();
  }

  /** A call about a session. */
  public CompletableFuture<Reply> call(
      MailSession session, Call call, String token, Instant tracedAt) {
    String base = "/v1/sessions/" + session.id() + "/areas";
    HttpRequest.Builder request =
        switch (call) {
          case Call.Patch patch ->
              request(base + "/" + patch.area().areaName(), token)
                  .header("Content-Type", "application/merge-patch+json")
                  .method("PATCH", BodyPublishers.ofString(mergePatch(patch.changes())));
          case Call.Read read -> request(base + "/" + read.area().areaName(), token).GET();
          case Call.Rebuild rebuild ->
              request(base + "?names=" + names(rebuild.areas()), token).GET();
        };
    return send(request.header(ACTIVITY_TIME, tracedAt.toString()).build());
  }

  /**
   * Creates a session with first content, for a grant that the token service has or will have;
   * asked again for the same grant, it yields the same session.
   */
  public CompletableFuture<Reply> create(
      TraceUser user,
      String grantId,
      Map<DemoArea, Map<String, String>> areas,
      String token,
      Instant tracedAt) {
    ObjectNode body = Answers.JSON.createObjectNode();
    body.put("userId", user.name()).put("idleTimeout", IDLE_TIMEOUT).put("grantId", grantId);
    ObjectNode contents = body.putObject("areas");
    areas.forEach((area, attributes) -> {
      ObjectNode content = contents.putObject(area.areaName());
      attributes.forEach(content::put);
    });
    return send(
        request("/v1/sessions", token)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", grantId)
            .header(ACTIVITY_TIME, tracedAt.toString())
            .POST(BodyPublishers.ofString(body.toString()))
            .build());
  }

  /** Ends a session. */
  public CompletableFuture<Reply> end(MailSession session, String token) {
    return send(request("/v1/sessions/" + session.id(), token).DELETE().build());
  }

  /**
   * Leaves a session's grant with the token service, which keeps its tokens fresh.
   *
   * @param accessLeft what is left of the access token's life; zero: it is not handed in
   * @param idle without use for so long, the grant is no longer refreshed ahead
   */
  public CompletableFuture<Reply> putGrant(
      MailSession session,
      Identity.Granted granted,
      Duration accessLeft,
      Duration idle,
      String token) {
    ObjectNode body = Answers.JSON.createObjectNode();
    body.put("userId", session.user().name());
    granted.refreshToken().ifPresent(refresh -> body.put("refreshToken", refresh));
    if (accessLeft.toSeconds() > 0) {
      body.put("accessToken", granted.accessToken()).put("expiresIn", accessLeft.toSeconds());
    }
    body.put("scope", granted.scope()).put("idleTimeout", idle.toString());
    return send(
        request("/v1/grants/" + session.grantId(), token)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body.toString()))
            .build());
  }

  /** A usable access token of a grant. */
  public CompletableFuture<Reply> accessToken(String grantId, String token) {
    return send(request("/v1/grants/" + grantId + "/access-token", token).GET().build());
  }

  /** Deletes a session's grant. */
  public CompletableFuture<Reply> deleteGrant(MailSession session, String token) {
    return send(request("/v1/grants/" + session.grantId(), token).DELETE().build());
  }

  private HttpRequest.Builder request(String path, String token) {
    return HttpRequest.newBuilder(gateway.resolve(path))
        .timeout(timeout)
        .header("Accept", "application/json")
        .header("Authorization", "Bearer " + token);
  }

  private CompletableFuture<Reply> send(HttpRequest request) {
    return http.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
        .orTimeout(timeout.toMillis() + 1_000, TimeUnit.MILLISECONDS)
        .thenApply(PublicApi::reply);
  }

  private static Reply reply(HttpResponse<String> response) {
    return new Reply(
        response.statusCode(),
        response.headers().firstValue("ETag"),
        response.headers().firstValue("Shard-Stale").filter("true"::equals).isPresent(),
        response.headers().firstValue("Token-Stall").filter("true"::equals).isPresent(),
        response.body());
  }

  private static String mergePatch(Changes changes) {
    ObjectNode patch = Answers.JSON.createObjectNode();
    changes
        .byAttribute()
        .forEach((attribute, value) ->
            value.ifPresentOrElse(v -> patch.put(attribute, v), () -> patch.putNull(attribute)));
    return patch.toString();
  }

  private static String names(List<DemoArea> areas) {
    return areas.stream().map(DemoArea::areaName).collect(Collectors.joining(","));
  }

  @Override
  public void close() {
    http.shutdownNow();
    threads.shutdownNow();
  }
}
