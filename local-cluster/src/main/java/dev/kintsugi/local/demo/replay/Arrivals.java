package dev.kintsugi.local.demo.replay;

import dev.kintsugi.local.demo.ledger.Ledger;
import dev.kintsugi.local.demo.ledger.ShardRef;
import dev.kintsugi.local.demo.plan.DemoArea;
import dev.kintsugi.trace.TraceUser;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.IntConsumer;

/**
 * Before the replay every user signs in, leaves the grant with the token service, and gets a
 * session with first content. Thread-safe.
 */
public final class Arrivals {

  private static final int AT_A_TIME = 16;

  private final PublicApi api;
  private final Identity identity;
  private final ApplicationToken application;
  private final UserTokens tokens;
  private final Ledger ledger;
  private final InstantSource clock;
  private final Duration grantIdle;

  /**
   * @param grantIdle after which a grant that nobody uses is no longer refreshed ahead
   */
  public Arrivals(
      PublicApi api,
      Identity identity,
      ApplicationToken application,
      UserTokens tokens,
      Ledger ledger,
      InstantSource clock,
      Duration grantIdle) {
    this.api = api;
    this.identity = identity;
    this.application = application;
    this.tokens = tokens;
    this.ledger = ledger;
    this.clock = clock;
    this.grantIdle = grantIdle;
  }

  /**
   * Signs everybody in.
   *
   * @param progress told how many have arrived
   * @throws RuntimeException what went wrong for the first user for whom something did
   */
  public Map<TraceUser, MailSession> signIn(List<TraceUser> users, IntConsumer progress)
      throws InterruptedException {
    Map<TraceUser, MailSession> sessions = new ConcurrentHashMap<>();
    Semaphore places = new Semaphore(AT_A_TIME);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> arrivals = new ArrayList<>();
      for (TraceUser user : users) {
        places.acquire();
        arrivals.add(
            threads.submit(() -> {
              try {
                sessions.put(user, arrive(user));
                progress.accept(sessions.size());
              } finally {
                places.release();
              }
            }));
        failFast(arrivals);
      }
      for (Future<?> arrival : arrivals) {
        rethrow(arrival);
      }
    }
    return Map.copyOf(sessions);
  }

  private MailSession arrive(TraceUser user) {
    Identity.Granted granted = identity.signIn(user);
    String grantId = "demo-" + UUID.randomUUID();
    Instant now = clock.instant();
    Reply stored =
        application
            .get()
            .thenCompose(token -> api.putGrant(user, grantId, granted, grantIdle, now, token))
            .join();
    if (stored.status() / 100 != 2) {
      throw new ApiException("storing the grant of " + user, stored);
    }
    Map<DemoArea, Map<String, String>> first = firstContent(user);
    Reply created = api.create(user, grantId, first, granted.accessToken()).join();
    String id = Answers.tree(created.body()).path("sessionId").asString("");
    if (created.status() != 201 || id.isEmpty()) {
      throw new ApiException("creating a session for " + user, created);
    }
    MailSession session = new MailSession(user, id, grantId);
    tokens.put(user, granted.accessToken(), granted.expiresAt());
    first.forEach((area, content) -> ledger.created(new ShardRef(user, area), content));
    return session;
  }

  private static Map<DemoArea, Map<String, String>> firstContent(TraceUser user) {
    Map<DemoArea, Map<String, String>> first = new EnumMap<>(DemoArea.class);
    first.put(DemoArea.MAILBOX_LIST, Map.of("folders", "inbox, sent, drafts"));
    first.put(DemoArea.MESSAGE_CONTENT, Map.of("signature", "Regards, " + user));
    first.put(DemoArea.SETTINGS, Map.of("view", "light, 20 lines"));
    return first;
  }

  private static void failFast(List<Future<?>> arrivals) throws InterruptedException {
    for (Future<?> arrival : arrivals) {
      if (arrival.state() == Future.State.FAILED) {
        rethrow(arrival);
      }
    }
  }

  private static void rethrow(Future<?> arrival) throws InterruptedException {
    try {
      arrival.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw new IllegalStateException("signing in failed: " + cause, cause);
    }
  }
}
