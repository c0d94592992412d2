package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import java.util.Map;
import java.util.Optional;

/**
 * A node as placement sees it.
 *
 * @param node as it will stand in the table
 * @param draining it is to give up what it has
 * @param ending it is draining because its process has been told to end, maybe to start again
 * @param steady it has been heard without a break for long enough to be given slots of others
 * @param inGrace dead, but not for longer than the grace: its copies stay where they are
 * @param reports how far it is with each slot it holds
 * @param memory how much of it is in use
 */
record Peer(
    MapNode node,
    Life life,
    boolean steady,
    boolean draining,
    boolean ending,
    boolean inGrace,
    Map<SlotId, SlotReport> reports,
    Memory memory) {

  NodeId id() {
    return node.id();
  }

  boolean live() {
    return life != Life.DEAD;
  }

  /** Whether it may hold slots for good. */
  boolean active() {
    return live() && !draining;
  }

  /** Whether it may be given something now. */
  boolean trusted() {
    return life == Life.UP;
  }

  Optional<SlotReport> report(SlotId slot) {
    return Optional.ofNullable(reports.get(slot));
  }
}
