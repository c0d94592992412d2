package dev.kintsugi.local.process;

/** The signals that the suite sends. */
public enum Signal {
  TERM,
  KILL,
  STOP,
  CONT
}
