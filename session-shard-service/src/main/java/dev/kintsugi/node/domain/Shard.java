package dev.kintsugi.node.domain;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.UserId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * One session's content in one area, as of one version. Immutable.
 *
 * @param user empty for a session without a user
 * @param version 1 or greater
 * @param requests applied lately, oldest first
 * @param facts present in the area {@code session} only, and always there
 * @param endedAt when the session ended in this area; its content is empty then; to the
 *     millisecond, but never the first one of 1970, which says on the log that it has not ended
 */
public record Shard(
    ApplicationId application,
    Optional<UserId> user,
    ShardVersion version,
    Content content,
    List<AppliedRequest> requests,
    Optional<SessionFacts> facts,
    Optional<Instant> endedAt) {

  public Shard {
    requests = List.copyOf(requests);
    endedAt =
        endedAt
            .map(at -> at.truncatedTo(ChronoUnit.MILLIS))
            .map(at -> at.equals(Instant.EPOCH) ? at.plusMillis(1) : at);
  }

  /** The same with other requests. */
  Shard withRequests(List<AppliedRequest> others) {
    return new Shard(application, user, version, content, others, facts, endedAt);
  }

  public boolean ended() {
    return endedAt.isPresent();
  }

  /** False once the session has begun to end, as far as this shard knows. */
  public boolean lives() {
    return !ended() && facts.filter(known -> known.state() != SessionFacts.State.LIVE).isEmpty();
  }
}
