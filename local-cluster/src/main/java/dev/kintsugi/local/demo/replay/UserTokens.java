package dev.kintsugi.local.demo.replay;

import dev.kintsugi.trace.TraceUser;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The access tokens that the mail application holds for its users. One that has ended, or is about
 * to, is asked for at the token service, once for all who wait. Thread-safe.
 */
public final class UserTokens {

  /** A token with less left is asked for anew. */
  static final Duration ABOUT_TO_END = Duration.ofMillis(700);

  private record Held(String token, Instant expiresAt) {}

  private final PublicApi api;
  private final ApplicationToken application;
  private final InstantSource clock;
  private final Map<TraceUser, Held> held = new HashMap<>();
  private final Map<TraceUser, CompletableFuture<String>> pending = new HashMap<>();
  private final AtomicLong fetches = new AtomicLong();
  private final AtomicLong stalls = new AtomicLong();

  public UserTokens(PublicApi api, ApplicationToken application, InstantSource clock) {
    this.api = api;
    this.application = application;
    this.clock = clock;
  }

  /**
   * A token of a user, by the user's grant; fails with {@link ApiException} if the token service
   * has none.
   */
  public CompletableFuture<String> get(TraceUser user, String grantId) {
    CompletableFuture<String> result;
    synchronized (this) {
      Held have = held.get(user);
      if (have != null && clock.instant().plus(ABOUT_TO_END).isBefore(have.expiresAt())) {
        return CompletableFuture.completedFuture(have.token());
      }
      CompletableFuture<String> others = pending.get(user);
      if (others != null) {
        return others;
      }
      result = new CompletableFuture<>();
      pending.put(user, result);
    }
    fetch(user, grantId, result);
    return result;
  }

  /** How often the token service was asked. */
  public long fetches() {
    return fetches.get();
  }

  /** How often it said that somebody had to wait for the identity provider. */
  public long stalls() {
    return stalls.get();
  }

  private void fetch(TraceUser user, String grantId, CompletableFuture<String> result) {
    fetches.incrementAndGet();
    CompletableFuture<Held> _ =
        application
            .get()
            .thenCompose(token -> api.accessToken(grantId, token))
            .thenApply(this::read)
            .whenComplete((fetched, failure) -> done(user, result, fetched, failure));
  }

  private Held read(Reply reply) {
    if (reply.tokenStall()) {
      stalls.incrementAndGet();
    }
    JsonNode body = Answers.tree(reply.body());
    String token = body.path("accessToken").asString("");
    if (reply.status() != 200 || token.isEmpty()) {
      throw new ApiException("asking for an access token", reply);
    }
    return new Held(token, expiresAt(body.path("expiresAt"), reply));
  }

  private static Instant expiresAt(JsonNode node, Reply reply) {
    try {
      return Instant.parse(node.asString(""));
    } catch (DateTimeException wrong) {
      throw new ApiException("asking when an access token ends", reply);
    }
  }

  private void done(
      TraceUser user,
      CompletableFuture<String> result,
      @Nullable Held fetched,
      @Nullable Throwable failure) {
    synchronized (this) {
      pending.remove(user);
      if (fetched != null) {
        held.put(user, fetched);
      }
    }
    if (fetched != null) {
      result.complete(fetched.token());
    } else {
      result.completeExceptionally(
          failure == null ? new IllegalStateException("no token and no failure") : failure);
    }
  }
}
