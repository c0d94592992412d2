package dev.kintsugi.node.domain;

/** Why a request had no effect and never will have one. */
public enum Refusal {
  /** No shard here; whether the session lives is for its owner to say. */
  NO_SHARD,
  /** Whoever asks may not touch this session. */
  FORBIDDEN,
  /** The session has ended in this area. */
  ENDED,
  /** A {@link Change.Create} found a shard. */
  ALREADY_THERE,
  /** {@code If-Match} names another version. */
  VERSION_MISMATCH,
  /** The idempotency key was used for another request. */
  KEY_REUSED,
  /** The content would exceed the area's limit. */
  TOO_LARGE,
  /** More requests in the idempotency window than a shard may keep. */
  TOO_MANY_REQUESTS,
  /** A state that the shard is beyond, or a change that the area does not know. */
  CONFLICT,
  /** The user has as many living sessions in the application as there may be at once. */
  TOO_MANY_SESSIONS,
  /** The node has no memory left for new sessions, or for larger ones. */
  NEARLY_FULL,
  /** The newest content cannot be read by this version of the program; only the end is taken. */
  QUARANTINED,
  /** This node does not own the slot. */
  NOT_OWNER,
  /** The owner cannot serve now: log out of reach, too much waiting, or shutting down. */
  UNAVAILABLE
}
