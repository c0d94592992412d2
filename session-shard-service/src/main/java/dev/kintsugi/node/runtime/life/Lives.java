package dev.kintsugi.node.runtime.life;

import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import java.time.Instant;

/** Whether what a shard says lets its session be used. Pure. */
public final class Lives {

  /**
   * When a session is said to have been made whose id must never be used: it was made from an
   * idempotency key whose window has passed.
   */
  static final Instant NEVER_MADE = Instant.ofEpochMilli(1);

  private Lives() {}

  /** False once the session has begun to end, as far as this shard knows. */
  public static boolean lives(Shard shard) {
    return shard.lives();
  }

  /** Whether it is the authority on a session that is half-ended. */
  static boolean isEnding(Shard shard) {
    return shard.facts().filter(facts -> facts.state() == SessionFacts.State.ENDING).isPresent();
  }

  static boolean wasMade(Shard shard) {
    return shard.facts().filter(facts -> facts.createdAt().equals(NEVER_MADE)).isEmpty();
  }
}
