package dev.kintsugi.local.demo;

import dev.kintsugi.local.SuiteException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the demo asks of the parts' administration: who owns which slot, which owners changed, what
 * the token service did, how long tokens live. Blocking and thread-safe.
 */
final class Administration implements AutoCloseable {

  /** What the token service has done since it was started. */
  record TokenStats(long refreshes, long stalls) {}

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration TOKEN_AGE = Duration.ofSeconds(2);
  private static final int MOST_HANDOVERS = 1_000;

  private final DemoSuite suite;
  private final JsonMapper json = JsonMapper.builder().build();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();

  private String token = "";
  private long tokenNanos;

  Administration(DemoSuite suite) {
    this.suite = suite;
  }

  /** The number of slots that each node owns by the newest map, by the node's name. */
  Map<String, Integer> slotsOwned() {
    Map<String, Integer> owned = new TreeMap<>();
    for (JsonNode node : ofCoordinator("/admin/v1/nodes").path("nodes")) {
      int slots = node.path("owned").asInt(0);
      if (slots > 0) {
        owned.put(node.path("id").asString(""), slots);
      }
    }
    return owned;
  }

  /** The changes from one owner to another since a time, oldest first. */
  List<OwnerChange> ownerChanges(Instant since) {
    List<OwnerChange> changes = new ArrayList<>();
    for (JsonNode change :
        ofCoordinator("/admin/v1/handovers?limit=" + MOST_HANDOVERS).path("handovers")) {
      String from = change.path("from").asString("");
      Instant published = instant(change.path("published").asString(""));
      if (!from.isEmpty() && !published.isBefore(since)) {
        changes.add(
            new OwnerChange(
                change.path("slot").asString(""),
                from,
                change.path("to").asString(""),
                change.path("kind").asString(""),
                published));
      }
    }
    return List.copyOf(changes.reversed());
  }

  TokenStats tokenStats() {
    JsonNode stats = get(suite.tokenService().resolve("/admin/v1/stats"));
    return new TokenStats(stats.path("refreshes").asLong(0), stats.path("stalls").asLong(0));
  }

  Duration tokenLifetime() {
    JsonNode settings = get(suite.identityProvider().resolve("/admin/settings"));
    return Duration.parse(settings.path("accessTokenTtl").asString("PT2M"));
  }

  /** Tokens issued from now on live so long. */
  void tokenLifetime(Duration lifetime) {
    ask(
        suite.identityProvider().resolve("/admin/settings"),
        request ->
            request
                .header("Content-Type", "application/json")
                .PUT(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"accessTokenTtl\":\"" + lifetime + "\"}")));
  }

  /** Asks one coordinator after the other: either may be the leader, or be gone. */
  private JsonNode ofCoordinator(String path) {
    SuiteException last = new SuiteException("there is no coordinator");
    for (URI coordinator : suite.coordinators()) {
      try {
        return get(coordinator.resolve(path));
      } catch (SuiteException next) {
        last = next;
      }
    }
    throw last;
  }

  private JsonNode get(URI address) {
    return ask(address, HttpRequest.Builder::GET);
  }

  private JsonNode ask(URI address, Function<HttpRequest.Builder, HttpRequest.Builder> what) {
    HttpRequest request =
        what.apply(
                HttpRequest.newBuilder(address)
                    .timeout(TIMEOUT)
                    .header("Accept", "application/json")
                    .header("Authorization", "Bearer " + token()))
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() / 100 != 2) {
        throw new SuiteException(
            address + " answered status " + answer.statusCode() + ": " + answer.body());
      }
      return json.readTree(answer.body().isBlank() ? "{}" : answer.body());
    } catch (IOException | JacksonException e) {
      throw new SuiteException(address + " gave no answer: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SuiteException("interrupted while asking " + address, e);
    }
  }

  private synchronized String token() {
    if (token.isEmpty() || System.nanoTime() - tokenNanos > TOKEN_AGE.toNanos()) {
      token = suite.adminToken();
      tokenNanos = System.nanoTime();
    }
    return token;
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException none) {
      return Instant.EPOCH;
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
