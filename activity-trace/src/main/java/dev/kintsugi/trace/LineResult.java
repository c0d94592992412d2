package dev.kintsugi.trace;

import java.time.Instant;

/** What one line of a trace says. */
sealed interface LineResult {

  /** Something happened. The peer is empty where the line names none. */
  record Happened(String user, ActionKind kind, String peer, Instant at) implements LineResult {}

  /** The line is well-formed but tells of nobody: a comment, a header, a visit without a user. */
  record Ignored() implements LineResult {}

  /** The line is not of the format. */
  record Malformed(String why) implements LineResult {}

  LineResult IGNORED = new Ignored();
}
