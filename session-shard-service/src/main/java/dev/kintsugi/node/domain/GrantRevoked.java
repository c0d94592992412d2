package dev.kintsugi.node.domain;

import dev.kintsugi.core.UserId;
import java.time.Instant;
import java.util.Optional;

/**
 * Word that a grant has come to an end.
 *
 * @param user whose it was; empty: not known any more
 * @param at by the token service's clock
 * @param reason a word such as {@code deleted}
 * @param place in the feed that tells everybody, 1 or greater: whoever has read up to it knows it
 */
public record GrantRevoked(
    GrantRef grant, Optional<UserId> user, Instant at, String reason, long place) {

  public GrantRevoked {
    if (place < 1) {
      throw new IllegalArgumentException("a place in the feed is 1 or greater, got " + place);
    }
  }
}
