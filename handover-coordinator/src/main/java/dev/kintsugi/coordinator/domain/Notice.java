package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog.Leader;

/** Something worth telling people and metrics. */
public sealed interface Notice {

  /** A table was read back or read from the leader. */
  record MapChanged(ShardMap map) implements Notice {}

  /** A node is thought of differently. */
  record Judged(Verdict verdict) implements Notice {}

  /** A slot has got another owner. */
  record HandedOver(Handover handover) implements Notice {}

  /** The new owner of a slot has said that it answers. */
  record Served(Handover handover) implements Notice {}

  /** Somebody has taken the lead. */
  record LeaderChanged(Leader leader, boolean self) implements Notice {}

  /** This coordinator leads no more. */
  record LeadLost() implements Notice {}

  /** A record of somebody who did not lead was skipped. */
  record VoidRecord(long offset) implements Notice {}

  /** A record that could not be understood was skipped. */
  record MalformedRecord(long offset) implements Notice {}

  /**
   * Somebody goes by a map that the log does not hold: it was cut, or is an old copy. This
   * coordinator claims an epoch above it.
   *
   * @param inLog of the newest map that the log holds
   */
  record MapLost(MapVersion known, MapVersion inLog) implements Notice {}

  /** A table is larger than the log takes: the map in force stays, whatever happens to nodes. */
  record TableTooLarge(ShardMap table) implements Notice {}
}
