package dev.kintsugi.trace;

import java.time.Instant;
import java.util.Optional;
import java.util.StringTokenizer;

/**
 * Lines {@code sender recipient seconds}, separated by blanks or tabs; the first may be a header.
 */
final class MailEdgeParser implements LineParser {

  private boolean first = true;

  @Override
  public LineResult parse(String line) {
    boolean header = first;
    first = false;
    StringTokenizer tokens = new StringTokenizer(line, " \t");
    if (tokens.countTokens() != 3) {
      return new LineResult.Malformed(tokens.countTokens() + " fields instead of 3");
    }
    String sender = tokens.nextToken();
    String recipient = tokens.nextToken();
    String time = tokens.nextToken();
    Optional<Instant> at = TraceTimes.seconds(time);
    if (at.isEmpty()) {
      return header && time.chars().allMatch(Character::isLetter)
          ? LineResult.IGNORED
          : new LineResult.Malformed(Shown.of(time) + " is no number of seconds");
    }
    if (!TraceUser.isName(sender) || !TraceUser.isName(recipient)) {
      return new LineResult.Malformed("a user needs 1 to 256 printable characters");
    }
    return new LineResult.Happened(sender, ActionKind.SEND, recipient, at.get());
  }
}
