package dev.kintsugi.node.runtime.life;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.RequestKey;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A session to be made.
 *
 * @param user empty for a session without a user
 * @param placement of application and user, or a random one
 * @param contents first content by area; {@code session} may be among them
 * @param caller whose idempotency key it is, by the name that {@code request} is a hash of
 * @param idempotencyKey empty: the caller cannot repeat
 * @param request hash of caller, key and what was asked for; of random values without a key
 */
public record Creation(
    ApplicationId application,
    Optional<UserId> user,
    PlacementKey placement,
    SortedMap<Area, Content> contents,
    Optional<Duration> idleTimeout,
    Optional<Duration> absoluteTimeout,
    Optional<String> grantId,
    String caller,
    Optional<String> idempotencyKey,
    RequestKey request) {

  Content contentOf(Area area) {
    return contents.getOrDefault(area, Content.EMPTY);
  }
}
