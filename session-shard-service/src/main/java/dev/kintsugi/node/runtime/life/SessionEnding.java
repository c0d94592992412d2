package dev.kintsugi.node.runtime.life;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.Admission;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.runtime.ShardStore;
import dev.kintsugi.node.runtime.StoreListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends sessions at the owner of their {@code session} slot, and sees through what a former owner
 * has begun. Thread-safe; futures never fail.
 */
public final class SessionEnding implements StoreListener {
  /*
   * ENDING in the log of the area `session`; the end record in each other area's log, by its owner;
   * ENDED. Each step may be repeated without harm, so whoever owns the slot goes on until all of it
   * is done, whether or not anybody still waits; a node that finds itself no longer the owner
   * stops, and the next one is told of the session when it begins to serve.
   */

  private static final Duration ROUND = Duration.ofSeconds(3);
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;
  private static final int RESUMED_AT_ONCE = 8;

  /** How many may be left behind by those that follow, each with an attempt every two seconds. */
  private static final int MOST_PASSED = 256;

  private final ShardStore store;
  private final Peers peers;
  private final Areas areas;

  /** Before a silent log is asked again. */
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final ScheduledExecutorService timer;
  private final LongSupplier ticker;
  private final OneAtATime<SessionId, Answer> underWay = new OneAtATime<>();
  private final Map<SlotId, Queue<SessionId>> resuming = new ConcurrentHashMap<>();
  private final AtomicInteger passed = new AtomicInteger();

  /**
   * Endings on a store.
   *
   * @param timer for the pauses between attempts; one thread is enough
   */
  public SessionEnding(ShardStore store, Peers peers, Areas areas, ScheduledExecutorService timer) {
    this(store, peers, areas, timer, System::nanoTime);
  }

  /** Endings by a clock of their own. */
  public SessionEnding(
      ShardStore store,
      Peers peers,
      Areas areas,
      ScheduledExecutorService timer,
      LongSupplier ticker) {
    this.store = store;
    this.peers = peers;
    this.areas = areas;
    this.timer = timer;
    this.ticker = ticker;
  }

  private Deadline inOneRound() {
    return Deadline.in(ROUND, ticker);
  }

  /**
   * Ends a session; {@link Answer.Applied} or {@link Answer.Found} once it has ended everywhere. At
   * the deadline the answer is {@link Answer.Unknown}, and the ending goes on.
   */
  public CompletableFuture<Access> end(
      SessionId session, Admission guard, RequestKey key, Deadline deadline) {
    return store
        .submit(new Request.LastReadable(slot(session), key(session)), deadline.left())
        .thenCompose(answer ->
            switch (answer) {
              case Answer.Found found when !Lives.wasMade(found.shard()) ->
                  granted(new Answer.Refused(Refusal.NO_SHARD, found.position()));
              case Answer.Found found ->
                  guard.admits(found.shard().application(), found.shard().user())
                      ? begin(session, found, key, Optional.empty(), deadline)
                          .thenApply(Access.Granted::new)
                      : CompletableFuture.completedFuture(new Access.Forbidden());
              case Answer.Absent(Position position) ->
                  granted(new Answer.Refused(Refusal.NO_SHARD, position));
              case Answer.Stale _,
                  Answer.Refused _,
                  Answer.Unknown _,
                  Answer.Applied _,
                  Answer.Sessions _ ->
                  granted(answer);
            });
  }

  /**
   * Ends a session that was idle for too long, unless its facts have changed since they were read:
   * then it may have been touched, and {@link Refusal#VERSION_MISMATCH} is the answer.
   */
  CompletableFuture<Answer> expireIdle(SessionId session, Answer.Found found) {
    ShardVersion version = found.shard().version();
    RequestKey key = RequestKeys.of("expiry", session + "-" + version, List.of());
    return begin(session, found, key, Optional.of(version), inOneRound());
  }

  /** Ends a session that is older than it may become, whatever goes on in it. */
  CompletableFuture<Answer> expireOld(SessionId session, Answer.Found found) {
    RequestKey key = RequestKeys.of("expiry", session.toString(), List.of());
    return begin(session, found, key, Optional.empty(), inOneRound());
  }

  private static CompletableFuture<Access> granted(Answer answer) {
    return CompletableFuture.completedFuture(new Access.Granted(answer));
  }

  private CompletableFuture<Answer> begin(
      SessionId session,
      Answer.Found found,
      RequestKey key,
      Optional<ShardVersion> ifMatch,
      Deadline deadline) {
    if (found.shard().ended()) {
      return CompletableFuture.completedFuture(found);
    }
    return advance(session, key, SessionFacts.State.ENDING, ifMatch, deadline)
        .whenComplete((answer, _) -> lookAgainIfUnknown(session, answer))
        .thenCompose(answer ->
            mayFinish(answer)
                ? patiently(finish(session, found.shard()), found.position(), deadline)
                    .thenApply(last -> mayFinish(last) ? found : last)
                : CompletableFuture.completedFuture(answer));
  }

  /**
   * A record whose fate is unknown may yet make the session half-ended; then it is ours to finish.
   */
  private void lookAgainIfUnknown(SessionId session, Answer answer) {
    if (answer instanceof Answer.Unknown) {
      var _ =
          timer.schedule(
              () -> resumeNext(new ConcurrentLinkedQueue<>(List.of(session))),
              ROUND.toMillis(),
              TimeUnit.MILLISECONDS);
    }
  }

  private static boolean mayFinish(Answer answer) {
    return answer instanceof Answer.Applied
        || (answer instanceof Answer.Refused(Refusal why, Position _) && isBeyond(why));
  }

  /** The state that was asked for has been reached, or passed. */
  private static boolean isBeyond(Refusal why) {
    return why == Refusal.ALREADY_THERE || why == Refusal.CONFLICT || why == Refusal.ENDED;
  }

  private CompletableFuture<Answer> patiently(
      CompletableFuture<Answer> finishing, Position position, Deadline deadline) {
    CompletableFuture<Answer> patient = finishing.copy();
    ScheduledFuture<?> end =
        timer.schedule(
            () -> patient.complete(new Answer.Unknown(position)),
            deadline.left().toMillis(),
            TimeUnit.MILLISECONDS);
    var _ = patient.whenComplete((_, _) -> end.cancel(false));
    return patient;
  }

  /** Goes on from ENDING, once at a time for each session. */
  private CompletableFuture<Answer> finish(SessionId session, Shard shard) {
    return underWay.run(session, done -> round(session, shard, areas.all(), 0, done));
  }

  /** Tells the areas that are left; then the session's own log, or another round. */
  private void round(
      SessionId session,
      Shard shard,
      List<AreaPolicy> left,
      int rounds,
      CompletableFuture<Answer> done) {
    Deadline deadline = inOneRound();
    List<AreaPolicy> failed = Collections.synchronizedList(new ArrayList<>());
    List<CompletableFuture<?>> under = new ArrayList<>();
    for (AreaPolicy policy : left) {
      if (!policy.area().equals(Area.SESSION)) {
        under.add(
            endArea(session, shard, policy.area(), deadline)
                .thenAccept(written -> {
                  if (written != Peers.Written.DONE) {
                    failed.add(policy);
                  }
                }));
      }
    }
    var _ =
        CompletableFuture.allOf(under.toArray(CompletableFuture[]::new))
            .thenCompose(_ ->
                failed.isEmpty() ? ended(session, inOneRound()) : stillOurs(session, inOneRound()))
            .thenAccept(answer -> {
              if (isOver(answer, failed.isEmpty())) {
                done.complete(answer);
              } else {
                later(session, shard, List.copyOf(failed), rounds, done);
              }
            });
  }

  private void later(
      SessionId session,
      Shard shard,
      List<AreaPolicy> left,
      int rounds,
      CompletableFuture<Answer> done) {
    long pause = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(rounds, 10));
    var _ =
        timer.schedule(
            () -> round(session, shard, left, rounds + 1, done), pause, TimeUnit.MILLISECONDS);
  }

  /** Whether the session has ended, or it is somebody else's turn. */
  private static boolean isOver(Answer answer, boolean everyAreaTold) {
    return switch (answer) {
      case Answer.Applied _ -> everyAreaTold;
      case Answer.Found found -> found.shard().ended();
      case Answer.Absent _ -> true;
      case Answer.Refused(Refusal why, Position _) ->
          why == Refusal.NOT_OWNER || why == Refusal.NO_SHARD || (everyAreaTold && isBeyond(why));
      case Answer.Stale _, Answer.Unknown _, Answer.Sessions _ -> false;
    };
  }

  private CompletableFuture<Peers.Written> endArea(
      SessionId session, Shard shard, Area area, Deadline deadline) {
    return peers.end(session, area, shard.application(), shard.user(), "end-" + session, deadline);
  }

  private CompletableFuture<Answer> ended(SessionId session, Deadline deadline) {
    RequestKey key = RequestKeys.of("ending", session.toString(), List.of());
    return advance(session, key, SessionFacts.State.ENDED, Optional.empty(), deadline)
        .thenApply(answer ->
            answer instanceof Answer.Refused(Refusal why, Position position)
                    && why == Refusal.UNAVAILABLE
                ? new Answer.Unknown(position)
                : answer);
  }

  private CompletableFuture<Answer> stillOurs(SessionId session, Deadline deadline) {
    return store.submit(new Request.LastReadable(slot(session), key(session)), deadline.left());
  }

  private CompletableFuture<Answer> advance(
      SessionId session,
      RequestKey key,
      SessionFacts.State state,
      Optional<ShardVersion> ifMatch,
      Deadline deadline) {
    return store.submit(
        new Request.Write(slot(session), key(session), key, new Change.Advance(state), ifMatch),
        deadline.left());
  }

  /**
   * Somebody left these sessions half-ended: goes on with them, a few at a time. Nothing happens
   * while those of the slot that were named before are not through; these are named again later.
   */
  @Override
  public void onHalfEnded(SlotId slot, List<SessionId> sessions) {
    // The timer may have several threads.
    Queue<SessionId> waiting = new ConcurrentLinkedQueue<>(sessions);
    waiting.removeIf(underWay::isUnderWay);
    @Nullable Queue<SessionId> before = resuming.get(slot);
    if (waiting.isEmpty() || (before != null && !before.isEmpty())) {
      return;
    }
    resuming.put(slot, waiting);
    timer.execute(() -> {
      for (int started = 0; started < RESUMED_AT_ONCE; started++) {
        resumeNext(waiting);
      }
    });
  }

  private void resumeNext(Queue<SessionId> waiting) {
    SessionId session = waiting.poll();
    if (session == null) {
      return;
    }
    var _ =
        stillOurs(session, inOneRound())
            .thenCompose(answer ->
                answer instanceof Answer.Found found && Lives.isEnding(found.shard())
                    ? finishOrPass(session, found)
                    : CompletableFuture.completedFuture(answer))
            .thenAccept(answer -> {
              if (isSilent(answer)) {
                var _ =
                    timer.schedule(
                        () -> {
                          waiting.add(session);
                          resumeNext(waiting);
                        },
                        PAUSE.toMillis(),
                        TimeUnit.MILLISECONDS);
              } else {
                timer.execute(() -> resumeNext(waiting));
              }
            });
  }

  /**
   * Waits for the end of a session, but not long if not many have to be waited for: an area that is
   * away must not hold up the sessions of others, which go on being used until they have ended.
   */
  private CompletableFuture<Answer> finishOrPass(SessionId session, Answer.Found found) {
    CompletableFuture<Answer> finishing = finish(session, found.shard());
    if (passed.get() >= MOST_PASSED) {
      return finishing;
    }
    return patiently(finishing, found.position(), inOneRound())
        .thenApply(answer -> {
          if (finishing.isDone()) {
            return answer;
          }
          passed.incrementAndGet();
          var _ = finishing.whenComplete((_, _) -> passed.decrementAndGet());
          return found;
        });
  }

  /** Whether nobody could say, so that it has to be asked again. */
  private static boolean isSilent(Answer answer) {
    return answer instanceof Answer.Unknown
        || (answer instanceof Answer.Refused(Refusal why, Position _)
            && why == Refusal.UNAVAILABLE);
  }

  /** How many sessions are on their way from ENDING to ENDED. */
  public int underWay() {
    return underWay.size();
  }

  private static ShardKey key(SessionId session) {
    return new ShardKey(session, Area.SESSION);
  }

  private SlotId slot(SessionId session) {
    return areas.slotOf(Area.SESSION, session);
  }
}
