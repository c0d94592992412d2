package dev.kintsugi.node.adapter.warmup;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.kit.InternalSecret;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node that has just started asks itself, so that its request path is loaded and compiled before
 * others depend on it: whoever is given a share of a full load while it still interprets falls
 * behind by seconds.
 *
 * <p>None of the requests can have an effect: they read sessions that nobody has, show no right, or
 * carry a body that is cut off. Costs the processor time of a thousand requests.
 */
public final class OwnRequests {

  private static final Logger LOG = LoggerFactory.getLogger(OwnRequests.class);

  /** Enough for the first compiler's usual threshold, 200 calls. */
  private static final int ROUNDS = 250;

  private static final int SESSION_ID_BYTES = 24;
  private static final int ATTRIBUTES = 8;

  private final HttpClient http;
  private final String secret;
  private final Area area;
  private final SecureRandom random;

  /**
   * Requests as others send them.
   *
   * @param secret of {@link InternalSecret}
   */
  public OwnRequests(HttpClient http, String secret, Areas areas, SecureRandom random) {
    this.http = http;
    this.secret = secret;
    this.area =
        areas.all().stream()
            .map(AreaPolicy::area)
            .filter(one -> !one.equals(Area.SESSION))
            .findFirst()
            .orElse(Area.SESSION);
    this.random = random;
  }

  /**
   * Sends them, and returns when all are over or the time is; on a machine that has no time for it
   * the first answers, for which everything is loaded, take longest, so that none that fails ends
   * it.
   *
   * @param self where this node listens
   * @return how many were answered, whatever the answer was
   */
  public int send(URI self, Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    int answered = 0;
    int failed = 0;
    List<CompletableFuture<HttpResponse<Void>>> sent = List.of();
    try {
      for (int round = 0; round < ROUNDS && deadline - System.nanoTime() > 0; round++) {
        sent =
            requests(self).stream()
                .map(request -> http.sendAsync(request, BodyHandlers.discarding()))
                .toList();
        for (CompletableFuture<HttpResponse<Void>> one : sent) {
          if (isAnswered(one, deadline)) {
            answered++;
          } else {
            failed++;
          }
        }
      }
      if (failed > 0) {
        LOG.info("{} requests of the node's own while it warmed up were not answered", failed);
      }
    } catch (TimeoutException e) {
      LOG.info("warming up took longer than {}: goes on after {} answers", atMost, answered);
      sent.forEach(late -> late.cancel(true));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return answered;
  }

  private static boolean isAnswered(CompletableFuture<HttpResponse<Void>> sent, long deadline)
      throws TimeoutException, InterruptedException {
    try {
      sent.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException e) {
      LOG.debug("a request of its own failed", e.getCause());
      return false;
    }
  }

  private List<HttpRequest> requests(URI self) {
    byte[] id = new byte[SESSION_ID_BYTES];
    random.nextBytes(id);
    String session = "sessions/" + Base64.getUrlEncoder().withoutPadding().encodeToString(id);
    String shard = session + "/areas/" + area;
    return List.of(
        internal(self, session).build(),
        internal(self, shard)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", "warm-up")
            .PUT(cutOff())
            .build(),
        publicly(self, shard).build(),
        publicly(self, shard)
            .header("Content-Type", "application/merge-patch+json")
            .method("PATCH", cutOff())
            .build());
  }

  private HttpRequest.Builder internal(URI self, String path) {
    return to(self, "/internal/v1/" + path).header(InternalSecret.HEADER, secret);
  }

  private static HttpRequest.Builder publicly(URI self, String path) {
    return to(self, "/v1/" + path).header("Authorization", "Bearer warm-up");
  }

  private static HttpRequest.Builder to(URI self, String path) {
    return HttpRequest.newBuilder(self.resolve(path));
  }

  private static HttpRequest.BodyPublisher cutOff() {
    StringBuilder body = new StringBuilder("{\"application\":\"warm-up\",\"attributes\":{");
    for (int i = 0; i < ATTRIBUTES; i++) {
      body.append("\"a").append(i).append("\":\"").append("x".repeat(80)).append("\",");
    }
    return BodyPublishers.ofString(body.toString(), StandardCharsets.UTF_8);
  }
}
