package dev.kintsugi.node.domain;

/** What a node may go by with a session, as far as its grant is concerned. */
public sealed interface GrantStanding {

  /** Nothing speaks against it. */
  record Clear() implements GrantStanding {}

  /**
   * The grant was revoked, and the session with it.
   *
   * @param reason a word such as {@code deleted}
   */
  record Revoked(String reason) implements GrantStanding {}

  /** Nobody has verified it since this node took the session over, nor shortly before. */
  record Unverified() implements GrantStanding {}
}
