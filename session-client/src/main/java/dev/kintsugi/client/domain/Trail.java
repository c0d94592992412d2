package dev.kintsugi.client.domain;

import dev.kintsugi.core.MapVersion;
import java.util.Optional;

/**
 * The owners that one request was sent to, as far as the next attempt's purpose depends on them.
 */
final class Trail {
  /*
   * A 421 says that one of two maps is late, and the node's may be: a new owner is asked by whoever
   * has read the map that names it, and it may not have read that map itself. Nobody failed, so
   * that asking again is not a retry: a crowd would use the budget up, and fail where it should
   * have followed. What bounds it instead is the deadline, the pause that grows with each 421, and
   * this number, for a node that never learns what the map says of it.
   */

  /**
   * How often a node that says that it is not the owner is asked once more for nothing. Too low: a
   * crowd that meets a new owner with a late map spends the retry budget; too high: a node that is
   * wrong for good is asked that much more by each request.
   */
  static final int MOST_FOLLOWS = 8;

  private Optional<Target> last = Optional.empty();
  private MapVersion lastVersion = MapVersion.NONE;
  private int saidNotOwner;
  private boolean waited;

  /** The request waits: it is one of a crowd, maybe. */
  void waits() {
    waited = true;
  }

  /** An attempt is sent to an owner, by a map of that version. */
  void sent(Target target, MapVersion version) {
    if (!last.equals(Optional.of(target))) {
      saidNotOwner = 0;
    }
    last = Optional.of(target);
    lastVersion = version;
  }

  /** The attempt ended so. */
  void ended(Reply reply) {
    saidNotOwner = reply == Reply.NOT_OWNER ? saidNotOwner + 1 : 0;
  }

  /** The attempt was given up. */
  void broken() {
    saidNotOwner = 0;
  }

  /**
   * What an attempt at {@code target} is for. To go where a newer map points is to follow; so is to
   * ask a node again that said it is not the owner, up to {@link #MOST_FOLLOWS} times, since either
   * side's map may just be late. Whatever else goes to the target that was asked last is a retry.
   */
  Door.Purpose purpose(Target target, MapVersion version) {
    if (last.isEmpty()) {
      return waited ? Door.Purpose.FOLLOW : Door.Purpose.FIRST;
    }
    boolean follows =
        !last.get().equals(target)
            || (saidNotOwner > 0
                && (saidNotOwner <= MOST_FOLLOWS || version.newerThan(lastVersion)));
    return follows ? Door.Purpose.FOLLOW : Door.Purpose.RETRY;
  }
}
