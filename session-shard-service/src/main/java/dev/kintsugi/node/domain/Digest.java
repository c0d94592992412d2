package dev.kintsugi.node.domain;

import dev.kintsugi.core.SessionId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * A 64-bit digest of the shards of a slot, kept up to date shard by shard: equal states have equal
 * digests, however they came about. It finds mistakes, not forgeries. Linear in the content of the
 * shard that changes.
 */
public final class Digest {
  /*
   * The digest of a slot is the sum of its shards' digests modulo 2^64, so that the order in which
   * shards came does not matter and one can be taken out again. Each is finished with the mixing
   * function of [1], variant 13.
   *
   * The ids of applied requests are left out: they are kept for a time only, and each replica
   * forgets them when it gets to it.
   *
   * [1] Stafford, Better Bit Mixing: Improving on MurmurHash3's 64-bit Finalizer, 2011.
   */

  static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Digest() {}

  /** The digest of some shards. */
  public static long of(Map<SessionId, Shard> shards) {
    long sum = 0;
    for (Map.Entry<SessionId, Shard> entry : shards.entrySet()) {
      sum += of(entry.getKey(), entry.getValue());
    }
    return sum;
  }

  /** What one shard contributes. */
  static long of(SessionId session, Shard shard) {
    long hash = with(0, session.placement().hash());
    hash = with(hash, session.secretHigh());
    hash = with(hash, session.secretLow());
    hash = with(hash, shard.version().value());
    hash = with(hash, shard.application().value());
    hash = with(hash, shard.user().map(user -> user.value()).orElse(""));
    hash = with(hash, shard.endedAt().map(Instant::toEpochMilli).orElse(0L));
    if (shard.facts().isPresent()) {
      SessionFacts facts = shard.facts().get();
      hash = with(hash, number(facts.state()));
      hash = with(hash, facts.createdAt().toEpochMilli());
      hash = with(hash, facts.idleTimeout().map(Duration::toMillis).orElse(0L));
      hash = with(hash, facts.absoluteTimeout().map(Duration::toMillis).orElse(0L));
      hash = with(hash, facts.grantId().orElse(""));
      hash = with(hash, facts.lastActiveAt().map(Instant::toEpochMilli).orElse(0L));
    }
    for (Map.Entry<String, String> attribute : shard.content().attributes().entrySet()) {
      hash = with(hash, attribute.getKey());
      hash = with(hash, attribute.getValue());
    }
    return hash;
  }

  private static long number(SessionFacts.State state) {
    return switch (state) {
      case LIVE -> 0;
      case ENDING -> 1;
      case ENDED -> 2;
    };
  }

  private static long with(long hash, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return with(hash, bytes, 0, bytes.length);
  }

  /** A hash continued by a number. */
  static long with(long hash, long value) {
    return mix((hash ^ value) + 0x9E3779B97F4A7C15L);
  }

  /** A hash continued by some bytes and their number. */
  static long with(long hash, byte[] bytes, int from, int length) {
    long sum = with(hash, length);
    int at = from;
    for (; at + Long.BYTES <= from + length; at += Long.BYTES) {
      sum = with(sum, (long) LONGS.get(bytes, at));
    }
    long rest = 0;
    for (; at < from + length; at++) {
      rest = (rest << 8) | (bytes[at] & 0xFF);
    }
    return with(sum, rest);
  }

  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }
}
