package dev.kintsugi.node.runtime.life;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Lifetimes;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.runtime.ShardStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes reported activity down, at the owner of the sessions' {@code session} slot: at most once
 * per interval and session, and only where there is an idle timeout. Thread-safe.
 */
public final class Touching {

  private static final Duration SELDOM = Duration.ofMinutes(10);

  /**
   * The answer to a report of one session.
   *
   * @param written whether the log has that activity, or need not have it
   * @param next after what time another report is worth while
   */
  public record Noted(boolean written, Duration next) {}

  private final ShardStore store;
  private final Areas areas;
  private final Clock clock;

  public Touching(ShardStore store, Areas areas, Clock clock) {
    this.store = store;
    this.areas = areas;
    this.clock = clock;
  }

  /**
   * Takes a report.
   *
   * @return of each session for which this node could tell
   */
  public CompletableFuture<Map<SessionId, Noted>> report(
      Map<SessionId, Duration> ago, Deadline deadline) {
    Map<SessionId, Noted> noted = new ConcurrentHashMap<>();
    List<CompletableFuture<Void>> under =
        ago.entrySet().stream()
            .map(one ->
                note(one.getKey(), one.getValue(), deadline)
                    .thenAccept(
                        answer -> answer.ifPresent(known -> noted.put(one.getKey(), known))))
            .toList();
    return CompletableFuture.allOf(under.toArray(CompletableFuture[]::new)).thenApply(_ -> noted);
  }

  private CompletableFuture<Optional<Noted>> note(
      SessionId session, Duration ago, Deadline deadline) {
    Request.Read read = new Request.Read(slot(session), new ShardKey(session, Area.SESSION));
    return store
        .submit(read, deadline.left())
        .thenCompose(answer ->
            switch (answer) {
              case Answer.Found found when Lives.lives(found.shard()) ->
                  touch(session, found.shard(), ago, deadline);
              case Answer.Found _, Answer.Absent _ -> done(true, SELDOM);
              case Answer.Refused(Refusal why, Position _) when why == Refusal.QUARANTINED ->
                  done(true, SELDOM);
              case Answer.Stale _,
                  Answer.Applied _,
                  Answer.Refused _,
                  Answer.Unknown _,
                  Answer.Sessions _ ->
                  CompletableFuture.completedFuture(Optional.empty());
            });
  }

  private CompletableFuture<Optional<Noted>> touch(
      SessionId session, Shard shard, Duration ago, Deadline deadline) {
    SessionFacts facts = shard.facts().orElseThrow();
    if (facts.idleTimeout().isEmpty()) {
      return done(true, SELDOM);
    }
    Duration interval = Lifetimes.interval(facts.idleTimeout().get());
    Instant now = clock.instant();
    Instant at = now.minus(ago);
    Duration since = Duration.between(Lifetimes.lastActive(facts), now);
    boolean known = !at.isAfter(Lifetimes.lastActive(facts));
    // A touch that lies in the future is the work of another clock; it holds nobody up.
    if (!since.isNegative() && since.compareTo(interval) < 0) {
      return done(known, interval.minus(since));
    }
    return known
        ? done(true, Duration.ZERO)
        : write(session, at, deadline)
            .thenApply(answer ->
                answer instanceof Answer.Applied
                    ? Optional.of(new Noted(true, interval))
                    : Optional.empty());
  }

  /** Writes an activity down now. */
  CompletableFuture<Answer> write(SessionId session, Instant at, Deadline deadline) {
    return store.submit(
        new Request.Write(
            slot(session),
            new ShardKey(session, Area.SESSION),
            RequestKeys.of("touch", session + "-" + at, List.of()),
            new Change.Touch(at),
            Optional.empty()),
        deadline.left());
  }

  private static CompletableFuture<Optional<Noted>> done(boolean written, Duration next) {
    return CompletableFuture.completedFuture(Optional.of(new Noted(written, next)));
  }

  private SlotId slot(SessionId session) {
    return areas.slotOf(Area.SESSION, session);
  }
}
