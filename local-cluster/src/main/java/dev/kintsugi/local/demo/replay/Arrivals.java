package dev.kintsugi.local.demo.replay;

import dev.kintsugi.local.demo.ledger.Ledger;
import dev.kintsugi.local.demo.ledger.ShardRef;
import dev.kintsugi.local.demo.plan.DemoArea;
import dev.kintsugi.trace.TraceUser;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** Before the replay every user signs in and gets a session with first content. Thread-safe. */
public final class Arrivals {

  private static final int AT_A_TIME = 16;

  private final PublicApi api;
  private final Identity identity;
  private final Ledger ledger;

  public Arrivals(PublicApi api, Identity identity, Ledger ledger) {
    this.api = api;
    this.identity = identity;
    this.ledger = ledger;
  }

  /**
   * Signs everybody in.
   *
   * @param progress told how many have arrived
   * @throws ApiException if anybody could not be signed in
   */
  public List<Arrival> signIn(List<TraceUser> users, IntConsumer progress)
      throws InterruptedException {
    Queue<Arrival> arrived = new ConcurrentLinkedQueue<>();
    AtomicInteger count = new AtomicInteger();
    Semaphore places = new Semaphore(AT_A_TIME);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> arrivals = new ArrayList<>();
      for (TraceUser user : users) {
        places.acquire();
        arrivals.add(
            threads.submit(() -> {
              try {
                arrived.add(arrive(user));
                progress.accept(count.incrementAndGet());
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
    return List.copyOf(arrived);
  }

  private Arrival arrive(TraceUser user) {
    Identity.Granted granted = identity.signIn(user);
    String grantId = "demo-" + UUID.randomUUID();
    Map<DemoArea, Map<String, String>> first = firstContent(user);
    Reply created = api.create(user, grantId, first, granted.accessToken()).join();
    String id = Answers.tree(created.body()).path("sessionId").asString("");
    if (created.status() != 201 || id.isEmpty()) {
      throw new ApiException("creating a session for " + user, created);
    }
    first.forEach((area, content) -> ledger.created(new ShardRef(user, area), content));
    return new Arrival(new MailSession(user, id, grantId), granted);
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
      throw new ApiException("signing in failed: " + cause, cause);
    }
  }
}
