package dev.kintsugi.client.domain;

/** What became of one attempt, as far as the rules care. */
public enum Reply {
  /** An answer that stands; it is passed on. */
  FINAL,
  /** The node does not own the slot by its map; nothing happened. */
  NOT_OWNER,
  /** The node owns the slot but cannot serve now; nothing happened. */
  REFUSED,
  /** No connection came about; nothing happened. */
  UNREACHED,
  /** It did not leave this process, for want of a connection for example; nothing happened. */
  UNSENT,
  /** The node says that a write may or may not have happened. */
  UNKNOWN,
  /** The connection broke before the answer was complete: it may or may not have happened. */
  LOST,
  /** The answer exceeds the bound; asking again would not help. */
  OVERSIZED;

  /**
   * The reply that a node's status stands for. Redirects are not followed: 307 and 308 mean that
   * the node is not the owner. What no contract mentions (500, 502 …) is of unknown fate.
   */
  public static Reply ofStatus(int status) {
    return switch (status) {
      case 307, 308, 421 -> NOT_OWNER;
      case 503 -> REFUSED;
      default -> status >= 500 ? UNKNOWN : FINAL;
    };
  }

  /** Whether a write may have happened in an attempt that ended so. */
  boolean leavesDoubt() {
    return switch (this) {
      case UNKNOWN, LOST, OVERSIZED -> true;
      case FINAL, NOT_OWNER, REFUSED, UNREACHED, UNSENT -> false;
    };
  }

  /** What an attempt that ended so says about the node. */
  Door.Ending ending() {
    return switch (this) {
      case UNREACHED, LOST -> Door.Ending.FAILED;
      case UNSENT -> Door.Ending.LEFT;
      case FINAL, NOT_OWNER, REFUSED, UNKNOWN, OVERSIZED -> Door.Ending.ANSWERED;
    };
  }
}
