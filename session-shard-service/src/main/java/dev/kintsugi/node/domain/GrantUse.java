package dev.kintsugi.node.domain;

import dev.kintsugi.core.UserId;
import java.time.Instant;
import java.util.Optional;

/**
 * That a session rests on a grant.
 *
 * @param user whose session it is; empty: nobody's yet
 * @param createdAt when the session was made
 */
public record GrantUse(GrantRef grant, Optional<UserId> user, Instant createdAt) {

  /** That of a session, by its shard in the area {@code session}; empty: it has no grant. */
  public static Optional<GrantUse> of(Shard shard) {
    return shard
        .facts()
        .flatMap(facts ->
            facts
                .grantId()
                .map(id ->
                    new GrantUse(
                        new GrantRef(shard.application(), id), shard.user(), facts.createdAt())));
  }

  /**
   * Whether what is said of a grant of that user concerns this session. An application may hand
   * grants of several users in under one id, one after the other.
   *
   * @param owner empty: not known, which may be anybody
   */
  public boolean mayBeOf(Optional<UserId> owner) {
    return owner.isEmpty() || user.isEmpty() || owner.equals(user);
  }
}
