package dev.kintsugi.node.runtime.grants;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotHash;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.Admission;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.GrantRevoked;
import dev.kintsugi.node.domain.GrantUse;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.Revocations.Heard;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.runtime.ShardStore;
import dev.kintsugi.node.runtime.life.Access;
import dev.kintsugi.node.runtime.life.Deadline;
import dev.kintsugi.node.runtime.life.Gate;
import dev.kintsugi.node.runtime.life.RequestKeys;
import dev.kintsugi.node.runtime.life.SessionEnding;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the sessions whose grants were revoked, at the owner of their {@code session} slot.
 * Thread-safe.
 */
final class RevokedSessions {
  /*
   * Every node hears of every revocation; only the owner of the user's slot does something about
   * it. Whoever takes that slot over later goes through what was heard within the last hour, so
   * that a revocation is not lost with an owner that dies before it has ended the session.
   */

  private static final Logger LOG = LoggerFactory.getLogger(RevokedSessions.class);
  private static final Duration ROUND = Duration.ofSeconds(3);
  private static final long AGAIN_MILLIS = 500;

  /** Attempts, each up to three seconds long; the next owner begins anew. */
  private static final int MOST_ATTEMPTS = 60;

  private static final int LANES = 8;
  private static final int MOST_UNDER_WAY = 10_000;

  private final GrantBook book;
  private final ShardStore store;
  private final SessionEnding ending;
  private final Areas areas;
  private final SlotHash hash;
  private final ScheduledExecutorService timer;
  private final LongSupplier ticker;
  private final Set<SessionId> underWay = ConcurrentHashMap.newKeySet();
  private final AtomicLong ended = new AtomicLong();
  private volatile Gate gate = Gate.OPEN;

  RevokedSessions(
      GrantBook book,
      ShardStore store,
      SessionEnding ending,
      Areas areas,
      SlotHash hash,
      ScheduledExecutorService timer,
      LongSupplier ticker) {
    this.book = book;
    this.store = store;
    this.ending = ending;
    this.areas = areas;
    this.hash = hash;
    this.timer = timer;
    this.ticker = ticker;
  }

  /** Who judges sessions. */
  void judgedBy(Gate judge) {
    gate = judge;
  }

  /**
   * Hears of a revocation.
   *
   * @param live false: it is an old one, read at the start; slots that are served go through them
   */
  void hear(GrantRevoked word, boolean live) {
    Optional<PlacementKey> placement =
        word.user().map(user -> hash.of(word.grant().application(), user));
    Heard heard = book.hear(word, placement);
    if (live) {
      var _ = lookFor(heard, 1);
      book.sessionsOf(word.grant()).forEach(this::look);
    }
  }

  /** Goes through what was heard of the users of a slot, the newest first. */
  void lookThrough(SlotId slot) {
    Queue<Heard> left = new ConcurrentLinkedQueue<>(book.heardOfSlot(slot.number()));
    for (int lane = 0; lane < LANES; lane++) {
      next(left);
    }
  }

  private void next(Queue<Heard> left) {
    Heard heard = left.poll();
    if (heard != null) {
      var _ = lookFor(heard, 1).whenComplete((_, _) -> timer.execute(() -> next(left)));
    }
  }

  /** Completes after the first attempt. */
  private CompletableFuture<Answer> lookFor(Heard heard, int attempt) {
    GrantRevoked word = heard.word();
    if (heard.placement().isEmpty() || word.user().isEmpty()) {
      return CompletableFuture.completedFuture(new Answer.Unknown(nowhere()));
    }
    PlacementKey placement = heard.placement().get();
    UserId user = word.user().get();
    Request.ListSessions list =
        new Request.ListSessions(
            areas.session().slotOf(placement), placement, word.grant().application(), user);
    return store
        .submit(list, ROUND)
        .whenComplete((answer, _) -> {
          if (answer instanceof Answer.Sessions found) {
            found
                .sessions()
                .forEach((session, shard) -> {
                  if (GrantUse.of(shard).map(GrantUse::grant).equals(Optional.of(word.grant()))) {
                    judge(session, shard);
                  }
                });
          } else if (!isElsewhere(answer) && attempt < MOST_ATTEMPTS) {
            later(() -> {
              var _ = lookFor(heard, attempt + 1);
            });
          }
        });
  }

  private static Position nowhere() {
    return new Position(new SlotId(Area.SESSION, 0), Epoch.NONE, 0);
  }

  private void judge(SessionId session, Shard shard) {
    // What is revoked is ended by the gate itself.
    var _ = gate.toSession(session, shard, Deadline.in(ROUND, ticker));
  }

  /** Judges a session, if this node owns it. */
  void look(SessionId session) {
    look(session, 1);
  }

  private void look(SessionId session, int attempt) {
    Request.LastReadable read = new Request.LastReadable(slot(session), key(session));
    var _ =
        store
            .submit(read, ROUND)
            .whenComplete((answer, _) -> {
              if (answer instanceof Answer.Found found) {
                judge(session, found.shard());
              } else if (!isElsewhere(answer) && attempt < MOST_ATTEMPTS) {
                later(() -> look(session, attempt + 1));
              }
            });
  }

  /** Ends a session, if this node owns it; goes on until it has begun to end. */
  void endIfOurs(SessionId session) {
    if (underWay.size() < MOST_UNDER_WAY && underWay.add(session)) {
      end(session, 1);
    }
  }

  private void end(SessionId session, int attempt) {
    var _ =
        ending
            .end(
                session,
                Admission.ALL,
                RequestKeys.of("revoked", session.toString(), List.of()),
                Deadline.in(ROUND, ticker))
            .whenComplete((access, _) -> {
              if (!(access instanceof Access.Granted(Answer answer))) {
                underWay.remove(session);
              } else if (isSilent(answer) && attempt < MOST_ATTEMPTS) {
                later(() -> end(session, attempt + 1));
              } else {
                underWay.remove(session);
                if (answer instanceof Answer.Found || answer instanceof Answer.Applied) {
                  ended.incrementAndGet();
                  LOG.info("a session has ended because its grant was revoked");
                }
              }
            });
  }

  private void later(Runnable work) {
    var _ = timer.schedule(work, AGAIN_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static boolean isElsewhere(Answer answer) {
    return answer instanceof Answer.Absent
        || (answer instanceof Answer.Refused(Refusal why, Position _) && !isTransient(why));
  }

  private static boolean isSilent(Answer answer) {
    return answer instanceof Answer.Unknown
        || (answer instanceof Answer.Refused(Refusal why, Position _) && isTransient(why));
  }

  private static boolean isTransient(Refusal why) {
    return why == Refusal.UNAVAILABLE || why == Refusal.TOO_MANY_REQUESTS;
  }

  private SlotId slot(SessionId session) {
    return areas.slotOf(Area.SESSION, session);
  }

  private static ShardKey key(SessionId session) {
    return new ShardKey(session, Area.SESSION);
  }

  long ended() {
    return ended.get();
  }
}
