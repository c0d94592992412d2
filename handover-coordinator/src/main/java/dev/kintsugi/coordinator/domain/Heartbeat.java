package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a node says about itself.
 *
 * @param url its REST interface
 * @param sequence counts the heartbeats of the incarnation from 1
 * @param slots everything it holds; what is missing it does not hold
 * @param leaving it shuts down and wants its slots moved
 * @param memory how much of it is in use
 * @param peers what it says of the nodes that it watches
 * @param logs its way to the logs
 * @param process drawn by the process at its start; 0: it does not say
 * @param mapVersion of the newest shard map that it knows; none if it does not say
 */
public record Heartbeat(
    NodeId node,
    Incarnation incarnation,
    URI url,
    long sequence,
    Map<SlotId, SlotReport> slots,
    Optional<String> zone,
    boolean leaving,
    Memory memory,
    List<PeerWord> peers,
    LogContact logs,
    long process,
    MapVersion mapVersion) {

  public Heartbeat {
    slots = Map.copyOf(slots);
    peers = List.copyOf(peers);
  }

  /** Of a node that says nothing of its logs and of the map. */
  public Heartbeat(
      NodeId node,
      Incarnation incarnation,
      URI url,
      long sequence,
      Map<SlotId, SlotReport> slots,
      Optional<String> zone,
      boolean leaving,
      Memory memory,
      List<PeerWord> peers) {
    this(
        node,
        incarnation,
        url,
        sequence,
        slots,
        zone,
        leaving,
        memory,
        peers,
        LogContact.UNKNOWN,
        0,
        MapVersion.NONE);
  }

  /** Of a node that watches nobody. */
  public Heartbeat(
      NodeId node,
      Incarnation incarnation,
      URI url,
      long sequence,
      Map<SlotId, SlotReport> slots,
      Optional<String> zone,
      boolean leaving,
      Memory memory) {
    this(node, incarnation, url, sequence, slots, zone, leaving, memory, List.of());
  }

  /** Of a node that watches nobody, and does not say how much memory it has. */
  public Heartbeat(
      NodeId node,
      Incarnation incarnation,
      URI url,
      long sequence,
      Map<SlotId, SlotReport> slots,
      Optional<String> zone,
      boolean leaving) {
    this(node, incarnation, url, sequence, slots, zone, leaving, Memory.UNKNOWN);
  }
}
