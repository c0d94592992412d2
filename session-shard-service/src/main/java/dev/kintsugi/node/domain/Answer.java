package dev.kintsugi.node.domain;

import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import java.util.List;
import java.util.SortedMap;

/** What came of a request. */
public sealed interface Answer {

  /** What the answer rests on. */
  Position position();

  /** The shard as of a position; also an ended one, which the caller must not show. */
  record Found(Shard shard, Position position) implements Answer {}

  /**
   * The shard of a living session as it was at a position: nobody could prove that nothing newer
   * exists. Given only to whoever puts up with it, see {@link Leniency}.
   */
  record Stale(Shard shard, Position position) implements Answer {}

  /** There is no shard. */
  record Absent(Position position) implements Answer {}

  /**
   * The write has had its one effect.
   *
   * @param version the version that it made
   * @param repeated whether an earlier request with the same key had it
   * @param shard the shard as this write left it, or as it is now if repeated
   */
  record Applied(ShardVersion version, boolean repeated, Shard shard, Position position)
      implements Answer {}

  /** Nothing happened and nothing ever will. */
  record Refused(Refusal why, Position position) implements Answer {}

  /** The write may have happened, or may yet; only repeating it under the same key can tell. */
  record Unknown(Position position) implements Answer {}

  /**
   * Sessions of a user, with their facts.
   *
   * @param unreadable of which no record can be read, so that they may be this user's; none unless
   *     they were asked for
   */
  record Sessions(
      SortedMap<SessionId, Shard> sessions, List<SessionId> unreadable, Position position)
      implements Answer {

    /** Sessions of which each can be read. */
    public Sessions(SortedMap<SessionId, Shard> sessions, Position position) {
      this(sessions, List.of(), position);
    }

    /** Ids of those that can be read, sorted. */
    public List<SessionId> ids() {
      return List.copyOf(sessions.keySet());
    }
  }
}
