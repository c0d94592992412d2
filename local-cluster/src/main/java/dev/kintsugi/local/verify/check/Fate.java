package dev.kintsugi.local.verify.check;

/** What is known of a request's effect, whatever its answer said besides. */
public enum Fate {
  /** Answered as done. */
  DONE,
  /** Answered, and by that answer nothing happened and nothing will. */
  REFUSED,
  /** Answered as unknown, or not at all. */
  UNKNOWN
}
