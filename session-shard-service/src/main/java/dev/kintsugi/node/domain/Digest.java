package dev.kintsugi.node.domain;

import dev.kintsugi.core.SessionId;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * A 64-bit digest of the shards of a slot, kept up to date shard by shard: equal states have equal
 * digests, however they came about. It finds mistakes, not forgeries. Linear in the content of the
 * shard that changes.
 */
public final class Digest {
  /*
   * The digest of a slot is the sum of its shards' digests modulo 2^64, so that the order in which
   * shards came does not matter and one can be taken out again. A shard's digest is made from two
   * checksums of its packed form [2], for which processors have instructions that are used before
   * anything is compiled; numbers are joined and finished with the mixing function of [1], variant 13.
   *
   * The ids of applied requests are left out: they are kept for a time only, and each replica
   * forgets them when it gets to it.
   *
   * [1] Stafford, Better Bit Mixing: Improving on MurmurHash3's 64-bit Finalizer, 2011.
   * [2] CRC-32 (ISO 3309) and CRC-32C (RFC 3720, appendix B.4).
   */

  /** Which function this is: replicas that take another one cannot be compared with. */
  public static final int FORM = 1;

  private Digest() {}

  /** The digest of some shards. */
  public static long of(Map<SessionId, Shard> shards) {
    Applications applications = new Applications();
    PackedBytes scratch = PackedBytes.empty(PackedShard.SCRATCH);
    long sum = 0;
    for (Map.Entry<SessionId, Shard> entry : shards.entrySet()) {
      byte[] packed = PackedShard.pack(entry.getKey(), entry.getValue(), applications, scratch);
      sum += PackedShard.digest(packed, applications);
    }
    return sum;
  }

  /** A hash continued by a number. */
  static long with(long hash, long value) {
    return mix((hash ^ value) + 0x9E3779B97F4A7C15L);
  }

  /** A hash continued by some bytes. */
  static long with(long hash, byte[] bytes, int from, int to) {
    CRC32 one = new CRC32();
    CRC32C other = new CRC32C();
    one.update(bytes, from, to - from);
    other.update(bytes, from, to - from);
    return with(hash, one.getValue() << Integer.SIZE | other.getValue());
  }

  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }
}
