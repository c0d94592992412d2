package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All known nodes at one moment. Immutable. */
final class Fleet {

  /** Sorted by id. */
  private final List<Peer> sorted;

  private final Map<NodeId, Peer> peers = new HashMap<>();
  private final List<NodeId> active;
  private final Map<SlotId, Long> grants;

  Fleet(Collection<Peer> peers) {
    sorted = peers.stream().sorted(Comparator.comparing(Peer::id)).toList();
    sorted.forEach(peer -> this.peers.put(peer.id(), peer));
    active = sorted.stream().filter(Peer::active).map(Peer::id).toList();
    grants = largestGrants(sorted);
  }

  private static Map<SlotId, Long> largestGrants(List<Peer> peers) {
    Map<SlotId, Long> grants = new HashMap<>();
    for (Peer peer : peers) {
      peer.reports()
          .forEach((slot, report) -> grants.merge(slot, report.epoch().grant(), Math::max));
    }
    return grants;
  }

  Optional<Peer> find(NodeId node) {
    return Optional.ofNullable(peers.get(node));
  }

  /** All nodes, sorted by id. */
  List<Peer> all() {
    return sorted;
  }

  List<MapNode> mapNodes() {
    return sorted.stream().map(Peer::node).toList();
  }

  /** The nodes that may hold slots for good, sorted by id. */
  List<NodeId> active() {
    return active;
  }

  boolean isActive(NodeId node) {
    Peer peer = peers.get(node);
    return peer != null && peer.active();
  }

  boolean isLive(NodeId node) {
    Peer peer = peers.get(node);
    return peer != null && peer.live();
  }

  /** Whether the node leaves because its process has been told to end. */
  boolean isEnding(NodeId node) {
    Peer peer = peers.get(node);
    return peer != null && peer.live() && peer.ending();
  }

  boolean isTrusted(NodeId node) {
    Peer peer = peers.get(node);
    return peer != null && peer.trusted();
  }

  boolean isSteady(NodeId node) {
    return find(node).filter(Peer::trusted).filter(Peer::steady).isPresent();
  }

  boolean isInGrace(NodeId node) {
    Peer peer = peers.get(node);
    return peer != null && peer.inGrace();
  }

  boolean anybodyInGrace() {
    return peers.values().stream().anyMatch(Peer::inGrace);
  }

  boolean anybodyLive() {
    return peers.values().stream().anyMatch(Peer::live);
  }

  Optional<SlotReport> report(NodeId node, SlotId slot) {
    Peer peer = peers.get(node);
    return peer == null ? Optional.empty() : peer.report(slot);
  }

  Optional<String> zone(NodeId node) {
    Peer peer = peers.get(node);
    return peer == null ? Optional.empty() : peer.node().zone();
  }

  /** What may still be copied to the node, in bytes; 0 for one that nobody knows. */
  long room(NodeId node) {
    Peer peer = peers.get(node);
    return peer == null ? 0 : peer.memory().room();
  }

  /** The largest grant of a slot that anybody has reported; 0 if nobody has. */
  long reportedGrant(SlotId slot) {
    return grants.getOrDefault(slot, 0L);
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
