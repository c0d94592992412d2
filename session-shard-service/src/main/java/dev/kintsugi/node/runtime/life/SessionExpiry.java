package dev.kintsugi.node.runtime.life;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Lifetimes;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.runtime.ShardStore;
import dev.kintsugi.node.runtime.StoreListener;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Ends sessions whose time is over, at the owner of their {@code session} slot and by its clock.
 * Thread-safe.
 */
public final class SessionExpiry implements StoreListener {
  /*
   * Before a session ends for idleness every area's owner is asked. Whoever cannot be asked may
   * know of activity, so the session stays until it can; it could not end without that area anyhow.
   * An area's owner that took its slot over after the last activity in the log may have lost some
   * with its predecessor: at most an interval's worth, which the session gains.
   *
   * Whoever uses the session between that question and the end has used one whose time was over; so
   * what took long to be asked, as when a slot was just moving, is asked once more.
   *
   * A session that was made or used in the future is the work of a clock that was wrong: a touch
   * takes it back to now, so that it ends by its timeouts after all.
   *
   * ENDING is written under the version that was read before anybody was asked: a touch that comes
   * in between wins. Whatever goes wrong here is done again, since the store tells of the session
   * again as long as it lives.
   */

  private static final Duration ROUND = Duration.ofSeconds(3);
  private static final int MOST_UNDER_WAY = 256;

  /** Answers that took longer to come are no news any more... */
  private static final Duration FRESH = Duration.ofMillis(50);

  /** ...unless they always take so long. */
  private static final int MOST_QUESTIONS = 3;

  private final ShardStore store;
  private final Peers peers;
  private final Areas areas;
  private final SessionEnding ending;
  private final Touching touching;
  private final Clock clock;
  private final LongSupplier ticker;
  private final Set<SessionId> underWay = ConcurrentHashMap.newKeySet();

  public SessionExpiry(
      ShardStore store,
      Peers peers,
      Areas areas,
      SessionEnding ending,
      Touching touching,
      Clock clock,
      LongSupplier ticker) {
    this.store = store;
    this.peers = peers;
    this.areas = areas;
    this.ending = ending;
    this.touching = touching;
    this.clock = clock;
    this.ticker = ticker;
  }

  @Override
  public void onDue(SlotId slot, List<SessionId> sessions) {
    for (SessionId session : sessions) {
      if (underWay.size() < MOST_UNDER_WAY && underWay.add(session)) {
        var _ = look(session).whenComplete((_, _) -> underWay.remove(session));
      }
    }
  }

  private CompletableFuture<Answer> look(SessionId session) {
    Request.LastReadable read =
        new Request.LastReadable(
            areas.slotOf(Area.SESSION, session), new ShardKey(session, Area.SESSION));
    return store
        .submit(read, ROUND)
        .thenCompose(answer ->
            answer instanceof Answer.Found found
                ? decide(session, found)
                : CompletableFuture.completedFuture(answer));
  }

  private CompletableFuture<Answer> decide(SessionId session, Answer.Found found) {
    Optional<Lifetimes.Due> due =
        found.shard().facts().flatMap(facts -> Lifetimes.due(facts, clock.instant()));
    if (due.isEmpty()) {
      return isAhead(found)
          ? touching.write(session, clock.instant(), Deadline.in(ROUND, ticker))
          : CompletableFuture.completedFuture(found);
    }
    return switch (due.get()) {
      case ABSOLUTE -> ending.expireOld(session, found);
      case IDLE -> ask(session, found, 1);
    };
  }

  private boolean isAhead(Answer.Found found) {
    return found
        .shard()
        .facts()
        .filter(facts -> Lifetimes.isAhead(facts, clock.instant()))
        .isPresent();
  }

  private CompletableFuture<Answer> ask(SessionId session, Answer.Found found, int question) {
    long askedNanos = ticker.getAsLong();
    Deadline deadline = Deadline.in(ROUND, ticker);
    List<CompletableFuture<Optional<Peers.Heard>>> asked = new ArrayList<>();
    for (AreaPolicy policy : areas.all()) {
      asked.add(peers.heard(session, policy.area(), deadline));
    }
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .thenCompose(_ -> {
          List<Optional<Peers.Heard>> heard = asked.stream().map(CompletableFuture::join).toList();
          boolean old = ticker.getAsLong() - askedNanos > FRESH.toNanos();
          return old && question < MOST_QUESTIONS && heard.stream().allMatch(Optional::isPresent)
              ? ask(session, found, question + 1)
              : judge(session, found, heard);
        });
  }

  private CompletableFuture<Answer> judge(
      SessionId session, Answer.Found found, List<Optional<Peers.Heard>> heard) {
    SessionFacts facts = found.shard().facts().orElseThrow();
    Duration idle = facts.idleTimeout().orElseThrow();
    Instant now = clock.instant();
    Instant written = Lifetimes.lastActive(facts);
    Instant last = written;
    boolean forgotten = false;
    for (Optional<Peers.Heard> one : heard) {
      if (one.isEmpty()) {
        return CompletableFuture.completedFuture(found);
      }
      Instant active = one.get().ago().map(now::minus).orElse(written);
      last = active.isAfter(last) ? active : last;
      forgotten |= now.minus(one.get().served()).isAfter(written);
    }
    if (last.isAfter(written)) {
      return touching.write(session, last, Deadline.in(ROUND, ticker));
    }
    Instant end = written.plus(idle).plus(forgotten ? Lifetimes.interval(idle) : Duration.ZERO);
    return now.isBefore(end)
        ? CompletableFuture.completedFuture(found)
        : ending.expireIdle(session, found);
  }
}
