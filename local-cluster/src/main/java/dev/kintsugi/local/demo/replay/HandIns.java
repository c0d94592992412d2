package dev.kintsugi.local.demo.replay;

import dev.kintsugi.local.demo.plan.Actor;
import dev.kintsugi.local.demo.plan.PlannedRequest;
import dev.kintsugi.trace.TraceUser;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Leaves every user's grant with the token service: of those who act, shortly before their first
 * request and without the access token of the sign-in, so that they live on compressed tokens from
 * the beginning and not all are refreshed at once; of the others before the replay. Run once.
 */
public final class HandIns {

  private static final Duration AHEAD = Duration.ofSeconds(3);
  private static final Duration NAP = Duration.ofMillis(100);
  private static final int AT_A_TIME = 16;

  private record HandIn(Arrival arrival, Duration at, boolean acts) {}

  private final PublicApi api;
  private final ApplicationToken application;
  private final InstantSource clock;
  private final Duration idle;
  private final List<HandIn> all;
  private final AtomicInteger failures = new AtomicInteger();

  /**
   * @param idle after which a grant that nobody uses is no longer refreshed ahead
   */
  public HandIns(
      PublicApi api,
      ApplicationToken application,
      InstantSource clock,
      Duration idle,
      List<Arrival> arrivals,
      List<PlannedRequest> requests) {
    this.api = api;
    this.application = application;
    this.clock = clock;
    this.idle = idle;
    this.all = schedule(arrivals, requests);
  }

  private static List<HandIn> schedule(List<Arrival> arrivals, List<PlannedRequest> requests) {
    Map<TraceUser, Duration> firsts = new HashMap<>();
    for (PlannedRequest request : requests) {
      if (request.actor() == Actor.USER) {
        firsts.putIfAbsent(request.user(), request.start());
      }
    }
    List<HandIn> schedule = new ArrayList<>();
    for (Arrival arrival : arrivals) {
      Duration first = firsts.get(arrival.session().user());
      schedule.add(
          first == null
              ? new HandIn(arrival, AHEAD.negated(), false)
              : new HandIn(arrival, first.minus(AHEAD), true));
    }
    schedule.sort(Comparator.comparing(HandIn::at));
    return List.copyOf(schedule);
  }

  /**
   * Hands in what is due before the replay; what was not answered in time is repeated once.
   *
   * @throws ApiException if the token service does not take one
   */
  public void beforeReplay() throws InterruptedException {
    Semaphore places = new Semaphore(AT_A_TIME);
    List<CompletableFuture<Reply>> replies = new ArrayList<>();
    for (HandIn handIn : all) {
      if (isEarly(handIn)) {
        places.acquire();
        replies.add(put(handIn).whenComplete((_, _) -> places.release()));
      }
    }
    for (int i = 0; i < replies.size(); i++) {
      Reply reply = replies.get(i).join();
      if (reply.status() == 503 || reply.status() == 504) {
        reply = put(all.get(i)).join();
      }
      if (reply.status() / 100 != 2) {
        throw new ApiException("storing a grant", reply);
      }
    }
  }

  /** Hands in the others, each at its time; one that is not taken shows as its user's failure. */
  public void duringReplay(LongSupplier nanos, long beganNanos) throws InterruptedException {
    for (HandIn handIn : all) {
      if (isEarly(handIn)) {
        continue;
      }
      long left;
      while ((left = beganNanos + handIn.at().toNanos() - nanos.getAsLong()) > 0) {
        LockSupport.parkNanos(Math.min(left, NAP.toNanos()));
        if (Thread.interrupted()) {
          throw new InterruptedException("the hand-ins were broken off");
        }
      }
      CompletableFuture<Reply> _ =
          put(handIn)
              .whenComplete((reply, _) -> {
                if (reply == null || reply.status() / 100 != 2) {
                  failures.incrementAndGet();
                }
              });
    }
  }

  /** How many were not taken during the replay. */
  public int failures() {
    return failures.get();
  }

  private static boolean isEarly(HandIn handIn) {
    return !handIn.at().isPositive();
  }

  private CompletableFuture<Reply> put(HandIn handIn) {
    Arrival arrival = handIn.arrival();
    Identity.Granted granted = arrival.granted();
    boolean onlyRefresh = handIn.acts() && granted.refreshToken().isPresent();
    Instant now = clock.instant();
    Duration left = onlyRefresh ? Duration.ZERO : Duration.between(now, granted.expiresAt());
    return application
        .get()
        .thenCompose(token -> api.putGrant(arrival.session(), granted, left, idle, token));
  }
}
