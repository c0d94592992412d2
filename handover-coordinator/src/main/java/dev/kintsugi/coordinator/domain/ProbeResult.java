package dev.kintsugi.coordinator.domain;

/** What came of knocking at a node's door. */
public enum ProbeResult {
  /** Some HTTP answer: the process runs. */
  ANSWERED,
  /** The operating system says that nothing listens there. */
  REFUSED,
  /** Nothing within the time limit, or an answer that proves nothing. */
  UNCLEAR
}
