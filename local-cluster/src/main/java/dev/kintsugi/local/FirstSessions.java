package dev.kintsugi.local;

import dev.kintsugi.local.process.Waiting;
import dev.kintsugi.signin.SignIn;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A few sessions that live and end through the gateway: the last proof that a suite serves, and
 * what its JVMs load their classes for, so that no user waits for that.
 */
final class FirstSessions implements AutoCloseable {

  private static final int COUNT = 8;
  private static final Duration LIMIT = Duration.ofSeconds(6);
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final URI gateway;
  private final String token;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT).build();

  FirstSessions(Suite suite) {
    this.gateway = suite.urls().gateway();
    try (SignIn signIn = suite.applicationSignIn()) {
      this.token = signIn.application(Set.of(Secrets.ANY_USER_SCOPE)).accessToken();
    }
  }

  /** Returns whether all of them went well, each within its patience. */
  boolean live() {
    return live(COUNT);
  }

  /** The same with so many. */
  boolean live(int count) {
    for (int number = 0; number < count; number++) {
      if (!lives("first-session-" + number)) {
        return false;
      }
    }
    return true;
  }

  private boolean lives(String user) {
    // With one key for all attempts, a creation whose answer came too late is found again.
    String key = UUID.randomUUID().toString();
    return Waiting.until(PATIENCE, PAUSE, () -> attempt(user, key));
  }

  private boolean attempt(String user, String key) {
    String body = "{\"userId\":\"" + user + "\",\"areas\":{\"settings\":{\"first\":true}}}";
    Optional<String> created =
        send(
            request("/v1/sessions")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(body)));
    if (created.isEmpty()) {
      return false;
    }
    String session = "/v1/sessions/" + sessionId(created.get());
    return send(request(session + "/areas/mailbox-list")
                .PUT(BodyPublishers.ofString("{\"unread\":1}")))
            .isPresent()
        && send(request(session + "/areas?names=mailbox-list,settings").GET()).isPresent()
        && send(request(session).DELETE()).isPresent();
  }

  private static String sessionId(String body) {
    try {
      return JsonMapper.shared().readTree(body).path("sessionId").asString("");
    } catch (JacksonException notJson) {
      return "";
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(gateway.resolve(path))
        .timeout(LIMIT)
        .header("Authorization", "Bearer " + token)
        .header("Content-Type", "application/json");
  }

  /** Returns the body of a good answer. */
  private Optional<String> send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() < 300 ? Optional.of(answer.body()) : Optional.empty();
    } catch (IOException notYet) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
