package dev.kintsugi.local;

import dev.kintsugi.signin.OAuthClient;
import dev.kintsugi.signin.SignIn;
import dev.kintsugi.signin.SignInException;
import dev.kintsugi.signin.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The cluster as its coordinators see it; asks whichever answers. Not thread-safe.
 *
 * <p>What cannot be asked now is empty, never an exception.
 */
public final class ClusterView implements AutoCloseable {

  /**
   * The slots of one node.
   *
   * @param owned by the shard map
   * @param standingBy by the shard map
   * @param serving those of the owned ones that the node says it serves
   */
  public record NodeSlots(int owned, int standingBy, int serving) {}

  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final Duration MARGIN = Duration.ofSeconds(10);

  private final Urls urls;
  private final SignIn signIn;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT).build();
  private @Nullable Tokens token;

  ClusterView(Urls urls, Secrets secrets) {
    this.urls = urls;
    var operator = OAuthClient.confidential(Secrets.OPERATOR, secrets.operatorSecret());
    this.signIn = new SignIn(urls.identityProvider(), operator, 1, LIMIT);
  }

  /** The slots of each node that the coordinators know, by process name. */
  public Optional<SortedMap<String, NodeSlots>> nodeSlots() {
    return get("/admin/v1/nodes")
        .map(answer -> {
          var nodes = new TreeMap<String, NodeSlots>();
          for (JsonNode node : answer.path("nodes")) {
            nodes.put(
                node.path("id").asString(""),
                new NodeSlots(
                    node.path("owned").asInt(0),
                    node.path("standingBy").asInt(0),
                    node.path("serving").asInt(0)));
          }
          return nodes;
        });
  }

  /** Whether every slot has an owner and every owner serves its slots. */
  public boolean isServed() {
    int slots = 0;
    Optional<JsonNode> map = get("/admin/v1/shard-map");
    if (map.isEmpty()) {
      return false;
    }
    for (JsonNode area : map.get().path("areas")) {
      for (JsonNode slot : area) {
        if (slot.path("owner").asString("").isEmpty()) {
          return false;
        }
        slots++;
      }
    }
    int serving =
        nodeSlots().stream()
            .flatMap(nodes -> nodes.values().stream())
            .mapToInt(NodeSlots::serving)
            .sum();
    return slots > 0 && serving == slots;
  }

  /**
   * Gives a command to the coordinator that leads.
   *
   * @param what such as {@code nodes/node-1/drain}
   * @return whether one took it
   */
  boolean command(String what) {
    return ask("/admin/v1/" + what, request -> request.POST(BodyPublishers.noBody())).isPresent();
  }

  private Optional<JsonNode> get(String path) {
    return ask(path, HttpRequest.Builder::GET);
  }

  private Optional<JsonNode> ask(String path, UnaryOperator<HttpRequest.Builder> how) {
    for (URI coordinator : urls.coordinators()) {
      try {
        HttpRequest request =
            how.apply(HttpRequest.newBuilder(coordinator.resolve(path)))
                .header("Authorization", "Bearer " + token())
                .timeout(LIMIT)
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() / 100 == 2) {
          String body = response.body();
          return Optional.of(JsonMapper.shared().readTree(body.isBlank() ? "{}" : body));
        }
      } catch (IOException | SignInException | JacksonException notThisOne) {
        // The next one may answer.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private String token() {
    Tokens current = token;
    if (current == null || Instant.now().isAfter(current.expiresAt().minus(MARGIN))) {
      current = signIn.application(Set.of(Secrets.ADMIN_SCOPE));
      token = current;
    }
    return current.accessToken();
  }

  @Override
  public void close() {
    signIn.close();
    http.shutdownNow();
  }
}
