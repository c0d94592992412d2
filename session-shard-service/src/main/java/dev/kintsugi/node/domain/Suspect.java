package dev.kintsugi.node.domain;

/** Who is wrong when a copy differs from its owner. */
public enum Suspect {
  /** The copy: it is read anew from the log. */
  COPY,
  /** The owner: a copy that was just read from the log differs from it as well. */
  OWNER
}
