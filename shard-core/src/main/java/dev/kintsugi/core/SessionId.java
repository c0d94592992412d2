package dev.kintsugi.core;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;

/**
 * The opaque name of a session: 32 characters of unpadded base64url over 24 bytes, of which the
 * first 8 are the {@link PlacementKey} (so that any part can route) and 16 cannot be guessed.
 *
 * <p>An id grants nothing without proof of who asks. Equality is by text, of which there is exactly
 * one for each id.
 */
public final class SessionId implements Comparable<SessionId> {

  /** The number of bytes that cannot be guessed. */
  public static final int SECRET_BYTES = 16;

  private static final int BYTES = Long.BYTES + SECRET_BYTES;
  private static final int CHARACTERS = 32;

  private final String text;
  private final PlacementKey placement;

  private SessionId(String text, PlacementKey placement) {
    this.text = text;
    this.placement = placement;
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
    byte[] bytes = ByteBuffer.allocate(BYTES).putLong(placement.hash()).put(secret).array();
    return new SessionId(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), placement);
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
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("a session id consists of base64url characters", e);
    }
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a session id is not padded");
    }
    return new SessionId(text, new PlacementKey(ByteBuffer.wrap(bytes).getLong()));
  }

  public PlacementKey placement() {
    return placement;
  }

  /** The 16 bytes that cannot be guessed; a copy. */
  public byte[] secret() {
    return Arrays.copyOfRange(Base64.getUrlDecoder().decode(text), Long.BYTES, BYTES);
  }

  @Override
  public int compareTo(SessionId other) {
    return text.compareTo(other.text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SessionId that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
