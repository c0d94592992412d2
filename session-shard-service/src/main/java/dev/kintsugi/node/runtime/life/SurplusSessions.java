package dev.kintsugi.node.runtime.life;

import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.Admission;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Lifetimes;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.runtime.ShardStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of a user that have to give way to a new one. Thread-safe; futures never fail. */
final class SurplusSessions {

  private static final Logger LOG = LoggerFactory.getLogger(SurplusSessions.class);
  private static final int SHOWN = 16;

  /** A session that is ending is out of the count at once: an area that is silent holds up none. */
  private static final Duration LONGEST_END = Duration.ofSeconds(2);

  private static final Comparator<Map.Entry<SessionId, Shard>> LONGEST_UNUSED_FIRST =
      Comparator.comparing((Map.Entry<SessionId, Shard> one) -> lastActive(one.getValue()))
          .thenComparing(Map.Entry::getKey);

  private final ShardStore store;
  private final Areas areas;
  private final SessionEnding ending;
  private final int most;

  SurplusSessions(ShardStore store, Areas areas, SessionEnding ending, int most) {
    this.store = store;
    this.areas = areas;
    this.ending = ending;
    this.most = most;
  }

  private static Instant lastActive(Shard shard) {
    return shard.facts().map(Lifetimes::lastActive).orElse(Instant.EPOCH);
  }

  /** Whether another session of the user would be one too many, this one apart. */
  CompletableFuture<Boolean> isFull(SessionId apart, Creation creation, UserId user, Deadline by) {
    return living(creation, user, by)
        .thenApply(answer ->
            answer instanceof Answer.Sessions living
                && living.sessions().size() >= most
                && !living.sessions().containsKey(apart));
  }

  /**
   * Ends the sessions in which nothing went on for longest, so that there is room for one more; the
   * future completes when they have ended, or soon after they have begun to. None ends if the new
   * one has come to live meanwhile, by the same key.
   */
  CompletableFuture<Void> end(SessionId next, Creation creation, UserId user, Deadline by) {
    return living(creation, user, by)
        .thenCompose(answer ->
            answer instanceof Answer.Sessions living && !living.sessions().containsKey(next)
                ? endSome(living.sessions(), creation, by)
                : CompletableFuture.completedFuture(null));
  }

  private CompletableFuture<Answer> living(Creation creation, UserId user, Deadline by) {
    return store.submit(
        new Request.ListSessions(
            areas.session().slotOf(creation.placement()),
            creation.placement(),
            creation.application(),
            user),
        by.left());
  }

  private CompletableFuture<Void> endSome(
      SortedMap<SessionId, Shard> living, Creation creation, Deadline by) {
    List<CompletableFuture<Access>> under =
        living.entrySet().stream()
            .sorted(LONGEST_UNUSED_FIRST)
            .limit(Math.max(0, living.size() - most + 1))
            .map(one -> end(one.getKey(), creation, by))
            .toList();
    return CompletableFuture.allOf(under.toArray(CompletableFuture[]::new));
  }

  private CompletableFuture<Access> end(SessionId session, Creation creation, Deadline by) {
    LOG.info(
        "session {}… ends for a new one: its user may have {} at once in application {}",
        session.toString().substring(0, SHOWN),
        most,
        creation.application());
    Deadline soon = Deadline.in(shorter(by.left(), LONGEST_END), by.ticker());
    return ending.end(
        session, Admission.ALL, RequestKeys.of("surplus", session.toString(), List.of()), soon);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
