package dev.kintsugi.coordinator.runtime;

/** What became of something handed to the loop. */
public enum Offer {
  ACCEPTED,
  /** Too much waits already; the sender should come back with something newer. */
  FULL,
  /** The loop has ended; trying again cannot help. */
  CLOSED
}
