package dev.kintsugi.local.demo.replay;

import dev.kintsugi.local.demo.ledger.Ledger;
import dev.kintsugi.local.demo.ledger.ShardRef;
import dev.kintsugi.local.demo.plan.Call;
import dev.kintsugi.local.demo.plan.Changes;
import dev.kintsugi.local.demo.plan.DemoArea;
import dev.kintsugi.trace.TraceUser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
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

/**
 * Before the replay every user signs in, gets a session with first content, and opens the mailbox.
 * This is no part of what is measured: what was not answered in time is repeated. Thread-safe.
 */
public final class Arrivals {

  private static final int AT_A_TIME = 16;
  private static final int ATTEMPTS = 4;

  /** What says that the same may be asked again. */
  private static final Set<Integer> REPEATED = Set.of(429, 503, 504);

  private final PublicApi api;
  private final Identity identity;
  private final Ledger ledger;
  private final Instant tracedFrom;

  /**
   * @param tracedFrom the beginning of the window, in the trace's time
   */
  public Arrivals(PublicApi api, Identity identity, Ledger ledger, Instant tracedFrom) {
    this.tracedFrom = tracedFrom;
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
    Reply created = create(user, grantId, first, granted.accessToken());
    String id = Answers.tree(created.body()).path("sessionId").asString("");
    if (created.status() != 201 || id.isEmpty()) {
      throw new ApiException("creating a session for " + user, created);
    }
    first.forEach((area, content) -> ledger.created(new ShardRef(user, area), content));
    Arrival arrival = new Arrival(new MailSession(user, id, grantId), granted);
    open(arrival);
    return arrival;
  }

  private Reply create(
      TraceUser user, String grantId, Map<DemoArea, Map<String, String>> first, String token) {
    Reply reply = api.create(user, grantId, first, token, tracedFrom).join();
    for (int again = 1; again < ATTEMPTS && REPEATED.contains(reply.status()); again++) {
      reply = api.create(user, grantId, first, token, tracedFrom).join();
    }
    return reply;
  }

  /** As the application does when somebody has signed in; also brings all parts up to speed. */
  private void open(Arrival arrival) {
    MailSession session = arrival.session();
    String token = arrival.granted().accessToken();
    Changes changes = Changes.set("opened", arrival.granted().expiresAt().toString());
    Call.Patch patch = new Call.Patch(DemoArea.SETTINGS, changes);
    ShardRef shard = new ShardRef(session.user(), DemoArea.SETTINGS);
    Verdict written =
        Verdict.of(patch, api.call(session, patch, token, tracedFrom).join(), Map.of());
    if (written instanceof Verdict.Written(long version)) {
      ledger.acknowledged(shard, version, changes);
    } else {
      ledger.unknown(shard, changes);
    }
    var _ =
        api.call(session, new Call.Rebuild(List.of(DemoArea.values())), token, tracedFrom).join();
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
