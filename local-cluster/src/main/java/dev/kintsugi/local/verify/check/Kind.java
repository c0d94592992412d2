package dev.kintsugi.local.verify.check;

/** What a request asks for. */
public enum Kind {
  /** One area. */
  READ,
  /** A merge patch of one area. */
  WRITE,
  /** Ends a session. */
  SIGN_OUT,
  /** One area of a session that was signed out before. */
  READ_ENDED,
  /** One area of another user's session. */
  READ_FOREIGN
}
