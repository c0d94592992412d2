package dev.kintsugi.core;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The opaque name of a session: 32 characters of unpadded base64url over 24 bytes, of which the
 * first 8 are the {@link PlacementKey} (so that any part can route) and 16 cannot be guessed.
 *
 * <p>An id grants nothing without proof of who asks. There is exactly one text for each id; ids are
 * ordered by it, as ASCII.
 */
public final class SessionId implements Comparable<SessionId> {

  /** The number of bytes that cannot be guessed. */
  public static final int SECRET_BYTES = 16;

  /** The number of characters of an id's text. */
  public static final int CHARACTERS = 32;

  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static final int DIGIT_BITS = 6;
  private static final byte[] DIGITS = digits();

  /** The placement key's hash itself: looking a slot up follows one reference fewer. */
  private final long placement;

  private final long secretHigh;
  private final long secretLow;

  private SessionId(long placement, long secretHigh, long secretLow) {
    this.placement = placement;
    this.secretHigh = secretHigh;
    this.secretLow = secretLow;
  }

  private static byte[] digits() {
    byte[] digits = new byte[128];
    java.util.Arrays.fill(digits, (byte) -1);
    for (int digit = 0; digit < ALPHABET.length(); digit++) {
      digits[ALPHABET.charAt(digit)] = (byte) digit;
    }
    return digits;
  }

  /**
   * An id from its parts.
   *
   * @param secret 16 random bytes, or a message authentication code of that length
   */
  public static SessionId of(PlacementKey placement, byte[] secret) {
    if (secret.length != SECRET_BYTES) {
      throw new IllegalArgumentException(
          "a session id needs 16 secret bytes, got " + secret.length);
    }
    ByteBuffer halves = ByteBuffer.wrap(secret);
    return new SessionId(placement.hash(), halves.getLong(), halves.getLong());
  }

  /** An id from its parts, the secret as two big-endian halves. */
  public static SessionId of(PlacementKey placement, long secretHigh, long secretLow) {
    return new SessionId(placement.hash(), secretHigh, secretLow);
  }

  /**
   * Reads an id from its text.
   *
   * @throws IllegalArgumentException if the text is not exactly 32 base64url characters
   */
  public static SessionId parse(String text) {
    if (text.length() != CHARACTERS) {
      throw new IllegalArgumentException("a session id has 32 characters, got " + text.length());
    }
    byte[] ascii = new byte[CHARACTERS];
    for (int at = 0; at < CHARACTERS; at++) {
      char character = text.charAt(at);
      ascii[at] = character < DIGITS.length ? (byte) character : 0;
    }
    return parse(ascii, 0);
  }

  /**
   * Reads an id from its text in ASCII.
   *
   * @param from where its 32 characters begin
   * @throws IllegalArgumentException if they are not base64url characters
   */
  public static SessionId parse(byte[] ascii, int from) {
    if (from < 0 || ascii.length - from < CHARACTERS) {
      throw new IllegalArgumentException("a session id has 32 characters");
    }
    long high = 0;
    long middle = 0;
    long low = 0;
    for (int at = 0; at < CHARACTERS; at++) {
      byte character = ascii[from + at];
      int digit = character < 0 ? -1 : DIGITS[character];
      if (digit < 0) {
        throw new IllegalArgumentException("a session id consists of base64url characters");
      }
      high = (high << DIGIT_BITS) | (middle >>> (Long.SIZE - DIGIT_BITS));
      middle = (middle << DIGIT_BITS) | (low >>> (Long.SIZE - DIGIT_BITS));
      low = (low << DIGIT_BITS) | digit;
    }
    return new SessionId(high, middle, low);
  }

  public PlacementKey placement() {
    return new PlacementKey(placement);
  }

  /** The 16 bytes that cannot be guessed; a copy. */
  public byte[] secret() {
    return ByteBuffer.allocate(SECRET_BYTES).putLong(secretHigh).putLong(secretLow).array();
  }

  /** The first 8 of the bytes that cannot be guessed, big-endian. */
  public long secretHigh() {
    return secretHigh;
  }

  /** The last 8 of the bytes that cannot be guessed, big-endian. */
  public long secretLow() {
    return secretLow;
  }

  private long word(int index) {
    return index == 0 ? placement : index == 1 ? secretHigh : secretLow;
  }

  /** The character at a place of the text. */
  private char character(int at) {
    int bit = at * DIGIT_BITS;
    int word = bit / Long.SIZE;
    int taken = Long.SIZE - bit % Long.SIZE;
    long bits =
        taken >= DIGIT_BITS
            ? word(word) >>> (taken - DIGIT_BITS)
            : word(word) << (DIGIT_BITS - taken)
                | word(word + 1) >>> (Long.SIZE - DIGIT_BITS + taken);
    return ALPHABET.charAt((int) (bits & 63));
  }

  @Override
  public int compareTo(SessionId other) {
    for (int index = 0; index < 3; index++) {
      long difference = word(index) ^ other.word(index);
      if (difference != 0) {
        int bit = index * Long.SIZE + Long.numberOfLeadingZeros(difference);
        int at = bit / DIGIT_BITS;
        return Character.compare(character(at), other.character(at));
      }
    }
    return 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SessionId that
        && secretLow == that.secretLow
        && secretHigh == that.secretHigh
        && placement == that.placement;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Long.hashCode(placement) + Long.hashCode(secretHigh))
        + Long.hashCode(secretLow);
  }

  @Override
  public String toString() {
    byte[] text = new byte[CHARACTERS];
    for (int at = 0; at < CHARACTERS; at++) {
      text[at] = (byte) character(at);
    }
    return new String(text, StandardCharsets.US_ASCII);
  }
}
