package dev.kintsugi.local.demo.replay;

import dev.kintsugi.local.demo.ledger.Ledger;
import dev.kintsugi.local.demo.ledger.ShardRef;
import dev.kintsugi.local.demo.measure.Answered;
import dev.kintsugi.local.demo.measure.Recording;
import dev.kintsugi.local.demo.measure.Sample;
import dev.kintsugi.local.demo.plan.Actor;
import dev.kintsugi.local.demo.plan.Call;
import dev.kintsugi.local.demo.plan.DemoArea;
import dev.kintsugi.local.demo.plan.PlannedRequest;
import dev.kintsugi.trace.TraceUser;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An open loop: each request starts when it was intended to, however slow the answers before it
 * are; only a user's requests of one event wait for one another, and keep their own intended
 * starts.
 *
 * <p>Run once, by one thread; answers arrive on those of {@link PublicApi}.
 */
public final class Replay {

  /** Requests under way, as a safety: beyond it the loop is no longer open, and says so. */
  static final int MOST_UNDER_WAY = 2_000;

  private static final Duration NAP = Duration.ofMillis(100);

  private final PublicApi api;
  private final UserTokens userTokens;
  private final ApplicationToken applicationToken;
  private final Map<TraceUser, MailSession> sessions;
  private final Ledger ledger;
  private final Recording recording;
  private final LongSupplier nanos;

  private final Semaphore places = new Semaphore(MOST_UNDER_WAY);
  private final Map<Integer, CompletableFuture<Void>> lastOfEvent = new HashMap<>();
  private final AtomicBoolean throttled = new AtomicBoolean();
  private long beganNanos;

  /**
   * @param nanos elapsed time since any origin
   */
  public Replay(
      PublicApi api,
      UserTokens userTokens,
      ApplicationToken applicationToken,
      Map<TraceUser, MailSession> sessions,
      Ledger ledger,
      Recording recording,
      LongSupplier nanos) {
    this.api = api;
    this.userTokens = userTokens;
    this.applicationToken = applicationToken;
    this.sessions = Map.copyOf(sessions);
    this.ledger = ledger;
    this.recording = recording;
    this.nanos = nanos;
  }

  /**
   * Makes all requests at their time and waits for all answers.
   *
   * @param beganNanos when the replay begins, by the same source of nanoseconds
   */
  public void run(List<PlannedRequest> requests, long beganNanos) throws InterruptedException {
    this.beganNanos = beganNanos;
    for (PlannedRequest request : requests) {
      waitUntil(request.start());
      if (!places.tryAcquire()) {
        throttled.set(true);
        places.acquire();
      }
      start(request);
    }
    places.acquire(MOST_UNDER_WAY);
  }

  /** Whether the safety was reached, so that starts were late through the client's own fault. */
  public boolean throttled() {
    return throttled.get();
  }

  private void waitUntil(Duration start) throws InterruptedException {
    long left;
    while ((left = beganNanos + start.toNanos() - nanos.getAsLong()) > 0) {
      LockSupport.parkNanos(Math.min(left, NAP.toNanos()));
      if (Thread.interrupted()) {
        throw new InterruptedException("the replay was broken off");
      }
    }
  }

  private void start(PlannedRequest request) {
    CompletableFuture<Void> turn =
        request.actor() == Actor.USER
            ? lastOfEvent.getOrDefault(request.event(), CompletableFuture.completedFuture(null))
            : CompletableFuture.completedFuture(null);
    CompletableFuture<Void> done =
        turn.thenCompose(_ -> execute(request)).whenComplete((_, _) -> places.release());
    if (request.actor() == Actor.USER) {
      lastOfEvent.put(request.event(), done);
    }
  }

  /** Never fails: whatever goes wrong is recorded as this request's failure. */
  private CompletableFuture<Void> execute(PlannedRequest request) {
    MailSession session = sessions.get(request.user());
    Duration turn = elapsed();
    AtomicReference<Duration> sent = new AtomicReference<>(turn);
    if (session == null) {
      throw new IllegalArgumentException("no session of user " + request.user());
    }
    CompletableFuture<String> token =
        request.actor() == Actor.USER
            ? userTokens.get(session.user(), session.grantId())
            : applicationToken.get();
    return token
        .thenCompose(value -> {
          sent.set(elapsed());
          return ask(request, session, value);
        })
        .exceptionally(Replay::withoutToken)
        .thenAccept(verdict -> settle(request, turn, sent.get(), verdict))
        .exceptionally(bug -> recordBug(request, turn, bug));
  }

  private CompletableFuture<Verdict> ask(
      PlannedRequest request, MailSession session, String token) {
    Map<DemoArea, Long> newest = newest(request.user());
    return api.call(session, request.call(), token, request.tracedAt())
        .handle((reply, failure) ->
            reply == null
                ? new Verdict.Unknown(new Answered.Wrongly(0, told(failure)))
                : Verdict.of(request.call(), reply, newest));
  }

  private static Verdict withoutToken(@Nullable Throwable failure) {
    return new Verdict.Refused(new Answered.Wrongly(0, "no token: " + told(failure)));
  }

  private void settle(PlannedRequest request, Duration turn, Duration sent, Verdict verdict) {
    Answered answered =
        switch (verdict) {
          case Verdict.Written(long version) -> {
            if (request.call() instanceof Call.Patch(DemoArea area, var changes)) {
              ledger.acknowledged(new ShardRef(request.user(), area), version, changes);
            }
            yield Answered.PROPERLY;
          }
          case Verdict.WasRead _ -> Answered.PROPERLY;
          case Verdict.Refused(Answered.Wrongly why) -> why;
          case Verdict.Unknown(Answered.Wrongly why) -> {
            if (request.call() instanceof Call.Patch(DemoArea area, var changes)) {
              ledger.unknown(new ShardRef(request.user(), area), changes);
            }
            yield why;
          }
        };
    recording.add(new Sample(request, turn, sent, elapsed(), answered));
  }

  private @Nullable Void recordBug(PlannedRequest request, Duration turn, Throwable bug) {
    recording.add(new Sample(request, turn, turn, elapsed(), new Answered.Wrongly(0, told(bug))));
    return null;
  }

  private Map<DemoArea, Long> newest(TraceUser user) {
    Map<DemoArea, Long> newest = new EnumMap<>(DemoArea.class);
    for (DemoArea area : DemoArea.values()) {
      newest.put(area, ledger.newestVersion(new ShardRef(user, area)));
    }
    return newest;
  }

  private Duration elapsed() {
    return Duration.ofNanos(nanos.getAsLong() - beganNanos);
  }

  private static String told(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return String.valueOf(cause);
  }
}
