package dev.kintsugi.local.admin;

import dev.kintsugi.local.SuiteException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The parts' administration: who owns which slot, which owners changed, what the token service did,
 * how long tokens live. Blocking and thread-safe. What cannot be asked is a {@link SuiteException}.
 */
public final class Administration implements AutoCloseable {

  /** What the token service has done since it was started. */
  public record TokenStats(long refreshes, long stalls) {}

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration TOKEN_AGE = Duration.ofSeconds(2);
  private static final int TEMPORARY_REDIRECT = 307;
  private static final int UNAVAILABLE = 503;
  private static final String HANDOVERS = "/admin/v1/handovers?limit=10000";

  private final List<URI> coordinators;
  private final URI tokenService;
  private final URI identityProvider;
  private final Supplier<String> adminToken;
  private final JsonMapper json = JsonMapper.builder().build();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();

  private String token = "";
  private long tokenNanos;

  /**
   * @param adminToken a fresh token for {@code /admin/**}
   */
  public Administration(
      List<URI> coordinators, URI tokenService, URI identityProvider, Supplier<String> adminToken) {
    this.coordinators = List.copyOf(coordinators);
    this.tokenService = tokenService;
    this.identityProvider = identityProvider;
    this.adminToken = adminToken;
  }

  /** The number of slots that each node owns by the newest map, by the node's name. */
  public Map<String, Integer> slotsOwned() {
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
  public List<OwnerChange> ownerChanges(Instant since) {
    return changesOf(ofCoordinator(HANDOVERS), since);
  }

  /**
   * The same as all coordinators together remember it that can be asked: one that was started again
   * has forgotten what was before. Each change once.
   */
  public List<OwnerChange> allOwnerChanges(Instant since) {
    OwnerChanges changes = new OwnerChanges();
    for (URI coordinator : coordinators) {
      try {
        changes.add(changesOf(get(coordinator.resolve(HANDOVERS)), since));
      } catch (SuiteException gone) {
        // The other one remembers as much, unless both were started anew since.
      }
    }
    return changes.inOrder();
  }

  private static List<OwnerChange> changesOf(JsonNode handovers, Instant since) {
    List<OwnerChange> changes = new ArrayList<>();
    for (JsonNode change : handovers.path("handovers")) {
      String from = change.path("from").asString("");
      Instant published = instant(change.path("published").asString(""));
      if (!from.isEmpty() && !published.isBefore(since)) {
        changes.add(
            new OwnerChange(
                change.path("slot").asString(""),
                from,
                change.path("to").asString(""),
                change.path("kind").asString(""),
                change.path("reason").asString(""),
                change.path("grant").asLong(0),
                published));
      }
    }
    return List.copyOf(changes.reversed());
  }

  /** The table of slots, as the first coordinator that answers has it. */
  public SlotTable slotTable() {
    JsonNode map = ofCoordinator("/admin/v1/shard-map");
    List<SlotTable.Line> lines = new ArrayList<>();
    map.path("areas")
        .properties()
        .forEach(area ->
            area.getValue()
                .forEach(slot ->
                    lines.add(
                        new SlotTable.Line(
                            area.getKey() + '/' + slot.path("slot").asInt(0),
                            slot.path("owner").asString(""),
                            slot.path("standbys").size(),
                            !slot.path("releasing").asString("").isEmpty(),
                            slot.path("liveCopies").asInt(0)))));
    Map<String, String> states = new TreeMap<>();
    for (JsonNode node : map.path("nodes")) {
      states.put(node.path("id").asString(""), node.path("state").asString(""));
    }
    return new SlotTable(
        map.path("version").asString(""),
        map.path("leader").path("id").asString(""),
        states,
        lines);
  }

  /** How many slots each node says that it serves. */
  public Map<String, Integer> slotsServed() {
    Map<String, Integer> served = new TreeMap<>();
    for (JsonNode node : ofCoordinator("/admin/v1/nodes").path("nodes")) {
      served.put(node.path("id").asString(""), node.path("serving").asInt(0));
    }
    return served;
  }

  /**
   * Gives a command to the coordinator that leads, such as {@code nodes/node-1/drain}.
   *
   * @throws SuiteException if none takes it; says why
   */
  public void command(String what) {
    SuiteException last = new SuiteException("there is no coordinator");
    for (URI coordinator : coordinators) {
      try {
        JsonNode _ =
            ask(
                coordinator.resolve("/admin/v1/" + what),
                request -> request.POST(HttpRequest.BodyPublishers.noBody()));
        return;
      } catch (SuiteException next) {
        last = next;
      }
    }
    throw last;
  }

  /**
   * Asks the coordinator that leads what evening out would move, or has it done.
   *
   * @param version of the map that it must still be
   * @throws SuiteException if none leads, or the map has changed; says so
   */
  public Rebalancing rebalance(boolean dryRun, Optional<String> version) {
    String path =
        "/admin/v1/rebalance?dryRun="
            + dryRun
            + version
                .map(v -> "&version=" + URLEncoder.encode(v, StandardCharsets.UTF_8))
                .orElse("");
    SuiteException last = new SuiteException("there is no coordinator");
    for (URI coordinator : coordinators) {
      HttpResponse<String> answer;
      try {
        answer =
            send(
                coordinator.resolve(path),
                request -> request.POST(HttpRequest.BodyPublishers.noBody()));
      } catch (SuiteException gone) {
        last = gone;
        continue;
      }
      switch (answer.statusCode()) {
        case 200 -> {
          return Rebalancing.of(json.readTree(answer.body()));
        }
        case TEMPORARY_REDIRECT, UNAVAILABLE ->
            last = new SuiteException("no coordinator leads right now; try again");
        default -> throw new SuiteException(detail(answer));
      }
    }
    throw last;
  }

  /** What a problem document says to do. */
  private String detail(HttpResponse<String> problem) {
    try {
      String detail = json.readTree(problem.body()).path("detail").asString("");
      if (!detail.isEmpty()) {
        return detail;
      }
    } catch (JacksonException noDocument) {
      // Said below.
    }
    return "the coordinator answered status " + problem.statusCode() + ": " + problem.body();
  }

  public TokenStats tokenStats() {
    JsonNode stats = get(tokenService.resolve("/admin/v1/stats"));
    return new TokenStats(stats.path("refreshes").asLong(0), stats.path("stalls").asLong(0));
  }

  public Duration tokenLifetime() {
    JsonNode settings = get(identityProvider.resolve("/admin/settings"));
    return Duration.parse(settings.path("accessTokenTtl").asString("PT2M"));
  }

  /** Tokens issued from now on live so long. */
  public void tokenLifetime(Duration lifetime) {
    ask(
        identityProvider.resolve("/admin/settings"),
        request ->
            request
                .header("Content-Type", "application/json")
                .PUT(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"accessTokenTtl\":\"" + lifetime + "\"}")));
  }

  /** How many seconds of activity pass in one second from now on; 1 but in replays. */
  public void activitySpeed(double speed) {
    ask(
        tokenService.resolve("/admin/v1/activity-speed"),
        request ->
            request
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString("{\"speed\":" + speed + "}")));
  }

  /** Asks one coordinator after the other: either may be the leader, or be gone. */
  private JsonNode ofCoordinator(String path) {
    SuiteException last = new SuiteException("there is no coordinator");
    for (URI coordinator : coordinators) {
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
    HttpResponse<String> answer = send(address, what);
    if (answer.statusCode() / 100 != 2) {
      throw new SuiteException(
          address + " answered status " + answer.statusCode() + ": " + answer.body());
    }
    try {
      return json.readTree(answer.body().isBlank() ? "{}" : answer.body());
    } catch (JacksonException e) {
      throw new SuiteException(address + " gave no answer: " + e, e);
    }
  }

  private HttpResponse<String> send(
      URI address, Function<HttpRequest.Builder, HttpRequest.Builder> what) {
    HttpRequest request =
        what.apply(
                HttpRequest.newBuilder(address)
                    .timeout(TIMEOUT)
                    .header("Accept", "application/json")
                    .header("Authorization", "Bearer " + token()))
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new SuiteException(address + " gave no answer: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SuiteException("interrupted while asking " + address, e);
    }
  }

  private synchronized String token() {
    if (token.isEmpty() || System.nanoTime() - tokenNanos > TOKEN_AGE.toNanos()) {
      token = adminToken.get();
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
