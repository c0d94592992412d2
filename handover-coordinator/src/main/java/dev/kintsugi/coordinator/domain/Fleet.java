package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** All known nodes at one moment. Immutable. */
final class Fleet {

  private final SortedMap<NodeId, Peer> peers = new TreeMap<>();
  private final List<NodeId> active;

  Fleet(Collection<Peer> peers) {
    peers.forEach(peer -> this.peers.put(peer.id(), peer));
    active = this.peers.values().stream().filter(Peer::active).map(Peer::id).toList();
  }

  Optional<Peer> find(NodeId node) {
    return Optional.ofNullable(peers.get(node));
  }

  /** All nodes, sorted by id. */
  List<Peer> all() {
    return List.copyOf(peers.values());
  }

  List<MapNode> mapNodes() {
    return peers.values().stream().map(Peer::node).toList();
  }

  /** The nodes that may hold slots for good, sorted by id. */
  List<NodeId> active() {
    return active;
  }

  boolean isActive(NodeId node) {
    return find(node).filter(Peer::active).isPresent();
  }

  boolean isLive(NodeId node) {
    return find(node).filter(Peer::live).isPresent();
  }

  boolean isTrusted(NodeId node) {
    return find(node).filter(Peer::trusted).isPresent();
  }

  boolean isSteady(NodeId node) {
    return find(node).filter(Peer::trusted).filter(Peer::steady).isPresent();
  }

  boolean isInGrace(NodeId node) {
    return find(node).filter(Peer::inGrace).isPresent();
  }

  boolean anybodyInGrace() {
    return peers.values().stream().anyMatch(Peer::inGrace);
  }

  boolean anybodyLive() {
    return peers.values().stream().anyMatch(Peer::live);
  }

  Optional<SlotReport> report(NodeId node, SlotId slot) {
    return find(node).flatMap(peer -> peer.report(slot));
  }

  Optional<String> zone(NodeId node) {
    return find(node).flatMap(peer -> peer.node().zone());
  }

  /** The largest grant of a slot that anybody has reported; 0 if nobody has. */
  long reportedGrant(SlotId slot) {
    long largest = 0;
    for (Peer peer : peers.values()) {
      largest = Math.max(largest, peer.report(slot).map(r -> r.epoch().grant()).orElse(0L));
    }
    return largest;
  }

  /** Whether the owner of the slot says that it answers under the assigned grant. */
  boolean ownerServes(SlotId slot, SlotAssignment assignment) {
    return assignment
        .owner()
        .filter(this::isLive)
        .flatMap(owner -> report(owner, slot))
        .filter(report -> report.serves(assignment.grant()))
        .isPresent();
  }

  /** Whether a live copy has read the slot's log to its end. */
  boolean caughtUp(NodeId node, SlotId slot) {
    return isLive(node) && report(node, slot).filter(SlotReport::caughtUp).isPresent();
  }

  /** Whether a standby could take over at once, being at most {@code maxLag} records behind. */
  boolean ready(NodeId node, SlotId slot, SlotAssignment assignment, long maxLag) {
    long ownerAt =
        assignment
            .owner()
            .flatMap(owner -> report(owner, slot))
            .map(SlotReport::nextOffset)
            .orElse(0L);
    return isTrusted(node)
        && caughtUp(node, slot)
        && report(node, slot).filter(r -> r.nextOffset() + maxLag >= ownerAt).isPresent();
  }
}
