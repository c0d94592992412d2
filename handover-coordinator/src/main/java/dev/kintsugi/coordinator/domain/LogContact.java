package dev.kintsugi.coordinator.domain;

import java.time.Duration;
import java.util.Optional;

/**
 * What a node says of its way to the logs.
 *
 * @param proofSilence how long ago it last read back from its own lease partition what it had
 *     written there; empty if it does not say, or never did
 * @param readSilence how long ago it last read anything from any log; empty if it does not say, or
 *     never did
 */
public record LogContact(Optional<Duration> proofSilence, Optional<Duration> readSilence) {

  /** Of a node that says nothing of it. */
  public static final LogContact UNKNOWN = new LogContact(Optional.empty(), Optional.empty());

  /** Whether its last proof is at least so old. */
  boolean lacksProofFor(Duration time) {
    return isAtLeast(proofSilence, time);
  }

  /** Whether its last proof is less old. */
  boolean provedWithin(Duration time) {
    return proofSilence.isPresent() && !lacksProofFor(time);
  }

  /**
   * Whether it has read nothing at all for so long, and is not only waiting for the partition of
   * its lease; who does not say so is judged by its proofs.
   */
  boolean isDeafFor(Duration time) {
    return isAtLeast(readSilence.or(() -> proofSilence), time);
  }

  private static boolean isAtLeast(Optional<Duration> silence, Duration time) {
    return silence.filter(age -> age.compareTo(time) >= 0).isPresent();
  }
}
