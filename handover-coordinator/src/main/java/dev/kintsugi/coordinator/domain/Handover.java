package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import java.time.Instant;
import java.util.Optional;

/**
 * One change of a slot's owner, with its times by this coordinator's wall clock.
 *
 * @param number counts this coordinator's handovers from 1
 * @param from empty where nobody owned the slot
 * @param lastHeartbeat of the former owner; empty in a planned move
 * @param detected when the former owner was given up; empty in a planned move
 * @param published when the table was read back
 * @param serving when the new owner first said that it answers; empty until then
 */
public record Handover(
    long number,
    SlotId slot,
    Optional<NodeId> from,
    NodeId to,
    Kind kind,
    String reason,
    long grant,
    Optional<Instant> lastHeartbeat,
    Optional<Instant> detected,
    Instant published,
    Optional<Instant> serving) {

  /** Whether the former owner takes part. */
  public enum Kind {
    PLANNED,
    UNPLANNED
  }

  Handover served(Instant at) {
    return new Handover(
        number,
        slot,
        from,
        to,
        kind,
        reason,
        grant,
        lastHeartbeat,
        detected,
        published,
        Optional.of(at));
  }
}
