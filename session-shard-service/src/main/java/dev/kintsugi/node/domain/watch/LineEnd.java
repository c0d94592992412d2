package dev.kintsugi.node.domain.watch;

/** How a line ended that was not closed from here. */
public enum LineEnd {
  /** It stood, and broke off or was ended by the peer. */
  BROKEN,
  /** It never stood: the operating system says that nothing listens there. */
  REFUSED,
  /** It never stood for another reason, or something else answers there: that proves nothing. */
  UNCLEAR
}
