package dev.kintsugi.coordinator.domain;

/** Whether the coordinator believes that a node is there. */
public enum Life {
  UP,
  /** Silent, but not yet given up. */
  SUSPECT,
  /** Given up. */
  DEAD
}
