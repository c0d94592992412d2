package dev.kintsugi.node.domain;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.UserId;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What a caller asks of the owner of a slot. */
public sealed interface Request {

  SlotId slot();

  /** The shard as it is, or what the reader puts up with instead. */
  record Read(SlotId slot, ShardKey key, Leniency leniency) implements Request {

    /** The shard as it is. */
    public Read(SlotId slot, ShardKey key) {
      this(slot, key, new Leniency.None());
    }
  }

  /**
   * The shard as it was when it could last be read: for whoever ends its session, and nobody else.
   */
  record LastReadable(SlotId slot, ShardKey key) implements Request {}

  /**
   * The shard as soon as its version differs.
   *
   * @param seen the version that the caller knows; {@link ShardVersion#NONE} for none
   * @param gone whether the caller has gone, so that nobody need wait for it; asked now and then
   */
  record Watch(SlotId slot, ShardKey key, ShardVersion seen, BooleanSupplier gone)
      implements Request {}

  /**
   * Changes a shard.
   *
   * @param ifMatch the version that the shard must have
   * @param admission asked about the shard that is there
   */
  record Write(
      SlotId slot,
      ShardKey key,
      RequestKey id,
      Change change,
      Optional<ShardVersion> ifMatch,
      Admission admission)
      implements Request {

    /** A write that nobody has to be admitted to. */
    public Write(
        SlotId slot, ShardKey key, RequestKey id, Change change, Optional<ShardVersion> ifMatch) {
      this(slot, key, id, change, ifMatch, Admission.ALL);
    }
  }

  /**
   * The sessions of a user; {@code slot} is one of the area {@code session}.
   *
   * @param placement of application and user
   * @param toEnd also those that are half-ended and those that cannot be read, for whoever ends all
   */
  record ListSessions(
      SlotId slot, PlacementKey placement, ApplicationId application, UserId user, boolean toEnd)
      implements Request {

    /** The living sessions. */
    public ListSessions(
        SlotId slot, PlacementKey placement, ApplicationId application, UserId user) {
      this(slot, placement, application, user, false);
    }
  }
}
