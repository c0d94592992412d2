package dev.kintsugi.client.domain;

import dev.kintsugi.core.MapVersion;
import java.util.Optional;

/**
 * The owners that one request was sent to, as far as the next attempt's purpose depends on them.
 */
final class Trail {

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
   * ask a node once more that said it is not the owner, since either side's map may just be late.
   * Whatever else goes to the target that was asked last is a retry.
   */
  Door.Purpose purpose(Target target, MapVersion version) {
    if (last.isEmpty()) {
      return waited ? Door.Purpose.FOLLOW : Door.Purpose.FIRST;
    }
    boolean follows =
        !last.get().equals(target)
            || saidNotOwner == 1
            || (saidNotOwner > 0 && version.newerThan(lastVersion));
    return follows ? Door.Purpose.FOLLOW : Door.Purpose.RETRY;
  }
}
