package dev.kintsugi.local.verify.broken;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A rule that nodes can be made to break: a piece of one source file and what stands there instead.
 * Nothing of it is in the product; the file is changed in memory and compiled for the purpose.
 */
public enum BrokenRule {
  /** A write is answered as soon as it is appended, before it has been read back. */
  ANSWER_BEFORE_READ_BACK(
      "SlotDesk.java",
      "    inFlight.add(session, new InFlight.Write(shard, version, nowNanos, asker));\n",
      """
          inFlight.add(
              session, new InFlight.Write(shard, version, nowNanos, Optional.empty()));
          asker.ifPresent(waiting -> out.add(new Action.Reply(waiting.token(),
              new Answer.Applied(version, false, shard.orElseThrow(), position()))));
      """),
  /** A new owner does not wait until the old owner's lease has ended for certain. */
  SKIP_LEASE_WAIT(
      "SlotMachine.java",
      "      long untilNanos = provenNanos + longest.toNanos() + longest.toNanos() / 100;\n",
      "      long untilNanos = provenNanos;\n");

  private final String file;
  private final String text;
  private final String instead;

  BrokenRule(String file, String text, String instead) {
    this.file = file;
    this.text = text;
    this.instead = instead;
  }

  /** The source file, in the node's domain. */
  String file() {
    return file;
  }

  String text() {
    return text;
  }

  String instead() {
    return instead;
  }

  /** As it is called on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The rule that is called so. */
  public static Optional<BrokenRule> find(String word) {
    return Arrays.stream(values())
        .filter(rule -> rule.word().equals(word.toLowerCase(Locale.ROOT)))
        .findFirst();
  }
}
