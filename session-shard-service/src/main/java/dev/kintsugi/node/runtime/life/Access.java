package dev.kintsugi.node.runtime.life;

import dev.kintsugi.node.domain.Answer;

/** What came of a request about somebody's session. */
public sealed interface Access {

  /**
   * The caller may ask; this is the answer. {@link Answer.Absent} means here: the session lives,
   * and nothing was ever written in this area.
   */
  record Granted(Answer answer) implements Access {}

  /**
   * The session's grant was revoked, and the session with it; nothing was done.
   *
   * @param reason a word such as {@code deleted}
   */
  record Revoked(String reason) implements Access {}

  /** Nobody can say now whether the session's grant still stands; nothing was written. */
  record Unverified() implements Access {}

  /** The session is not the caller's; nothing was done. */
  record Forbidden() implements Access {}
}
