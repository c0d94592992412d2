package dev.kintsugi.local.verify.check;

/**
 * What was asked.
 *
 * @param kind what for
 * @param via 0: through the gateway; n: straight from node n, whether or not it owns the slot
 * @param shard the shard's number; for a sign-out the number of the session's first shard
 * @param value what a write writes, unique per write, above 0; a repeat under the same key carries
 *     the value of the first attempt; 0: no write
 * @param ifMatch the version that a write wants to follow; -1: any
 * @param intendedNanos when it was to be sent, from the beginning of the run
 * @param sentNanos when it was sent
 */
public record Request(
    Kind kind, int via, int shard, int value, long ifMatch, long intendedNanos, long sentNanos) {

  public Request {
    if (kind == Kind.WRITE ? value < 1 : value != 0) {
      throw new IllegalArgumentException("a write has a value, and nothing else has: " + value);
    }
  }
}
