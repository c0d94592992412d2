package dev.kintsugi.node.domain;

import dev.kintsugi.core.UserId;

/**
 * How large a shard's record can become at most. Pure; linear in the content.
 *
 * <p>Every bound here is one of the encoding: the codec's test holds them against each other.
 */
public final class RecordSize {

  /** Kafka takes 1 MiB; what is left is for the steps to a session's end, never refused. */
  public static final int LARGEST = 1_000_000;

  private static final int EACH_SHARD = 512;
  private static final int EACH_ATTRIBUTE = 16;
  private static final int EACH_REQUEST = 64;
  private static final int LONGEST_CHARACTER = 3;

  private RecordSize() {}

  /** Bytes of key, headers and value; never less than what is written. */
  public static int atMost(Shard shard) {
    int names =
        shard.application().value().length()
            + shard.user().map(UserId::value).map(String::length).orElse(0)
            + shard.facts().flatMap(SessionFacts::grantId).map(String::length).orElse(0);
    return EACH_SHARD
        + LONGEST_CHARACTER * names
        + shard.content().bytes()
        + EACH_ATTRIBUTE * shard.content().size()
        + EACH_REQUEST * shard.requests().size();
  }
}
