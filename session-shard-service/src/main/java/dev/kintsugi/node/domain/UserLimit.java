package dev.kintsugi.node.domain;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.UserId;
import java.util.List;
import java.util.Optional;

/**
 * How many sessions of an application a user may have at once: all of them lie in one slot of the
 * area {@code session}, so its owner can tell. Not thread-safe. Linear in the user's sessions.
 */
final class UserLimit {
  /*
   * A session counts from the moment at which its creation is under way until its end has been read
   * back. Records of one epoch count in the order in which they were appended, so those before a
   * creation in the log are never more than were counted for it.
   */

  /** What the limit says to a creation. */
  sealed interface Verdict {
    /** There is room for it. */
    record Free() implements Verdict {}

    /** There are too many sessions already. */
    record Full() implements Verdict {}

    /** There will be too many unless this creation and those before it come to nothing. */
    record FullAfter(InFlight.Write creation) implements Verdict {}
  }

  private static final Verdict FREE = new Verdict.Free();
  private static final Verdict FULL = new Verdict.Full();

  private final int most;
  private final Area area;
  private final SlotFold fold;
  private final InFlight inFlight;

  /**
   * The limit in one slot.
   *
   * @param most 0 for none
   */
  UserLimit(int most, Area area, SlotFold fold, InFlight inFlight) {
    this.most = most;
    this.area = area;
    this.fold = fold;
    this.inFlight = inFlight;
  }

  /**
   * Whether a write may be.
   *
   * @param before what it changes: a session that lives goes on, however many there are
   */
  Verdict on(SessionId session, Optional<Shard> before, Shard next) {
    boolean begins = isLive(next) && before.filter(UserLimit::isLive).isEmpty();
    if (most == 0 || !area.equals(Area.SESSION) || next.user().isEmpty() || !begins) {
      return FREE;
    }
    ApplicationId application = next.application();
    UserId user = next.user().orElseThrow();
    int living = fold.countLiving(session.placement(), application, user);
    if (living >= most) {
      return FULL;
    }
    List<InFlight.Write> creations =
        inFlight.creations(session.placement()).stream()
            .filter(write -> isOf(write.shard, application, user))
            .toList();
    return living + creations.size() >= most ? new Verdict.FullAfter(creations.getLast()) : FREE;
  }

  private static boolean isOf(Optional<Shard> shard, ApplicationId application, UserId user) {
    return shard
        .filter(UserLimit::isLive)
        .filter(one -> one.application().equals(application))
        .flatMap(Shard::user)
        .filter(user::equals)
        .isPresent();
  }

  private static boolean isLive(Shard shard) {
    return shard.facts().filter(facts -> facts.state() == SessionFacts.State.LIVE).isPresent();
  }
}
