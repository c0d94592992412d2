package dev.kintsugi.core;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * The keyed hash from application and user to {@link PlacementKey}. Thread-safe. Linear in the
 * length of the names.
 *
 * <p>The key belongs to the deployment and never changes: with it, every placement would.
 */
public final class SlotHash {
  /*
   * SipHash-2-4 [1], keyed so that nobody outside can choose users that fall into one slot. The
   * application is hashed with its length before it, so that ("ab", "c") and ("a", "bc") differ.
   *
   * [1] Aumasson, Bernstein: SipHash: a fast short-input PRF, INDOCRYPT 2012.
   */

  private static final int KEY_BYTES = 16;

  private final HashFunction sipHash;

  private SlotHash(long k0, long k1) {
    this.sipHash = Hashing.sipHash24(k0, k1);
  }

  /**
   * A hash under the key given as 32 hexadecimal digits.
   *
   * @throws IllegalArgumentException if it is anything else; the message does not show the key
   */
  public static SlotHash ofHexKey(String hex) {
    byte[] key;
    try {
      key = HexFormat.of().parseHex(hex.strip());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the slot hash key must be 32 hexadecimal digits", e);
    }
    return ofKey(key);
  }

  /** A hash under a key of 16 bytes, read as the reference implementation does (little-endian). */
  public static SlotHash ofKey(byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("the slot hash key must have 16 bytes, got " + key.length);
    }
    ByteBuffer words = ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN);
    return new SlotHash(words.getLong(), words.getLong());
  }

  public PlacementKey of(ApplicationId application, UserId user) {
    byte[] name = application.value().getBytes(StandardCharsets.UTF_8);
    Hasher hasher = sipHash.newHasher().putInt(name.length).putBytes(name);
    return new PlacementKey(hasher.putString(user.value(), StandardCharsets.UTF_8).hash().asLong());
  }

  /** The bare hash of some bytes, for the published test vectors. */
  long ofBytes(byte[] input) {
    return sipHash.hashBytes(input).asLong();
  }
}
