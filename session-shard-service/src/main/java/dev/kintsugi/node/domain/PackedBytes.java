package dev.kintsugi.node.domain;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Numbers and texts in a row of bytes, to be written or read from the front. Not thread-safe. */
final class PackedBytes {
  /*
   * Numbers take 7 bits a byte, the lowest first; those that may be negative have their sign in the
   * lowest bit. A text is its length and its bytes in UTF-8.
   */

  private static final int MORE = 0x80;
  private static final int LONGEST_NUMBER = 10;

  private byte[] bytes;
  private int at;

  private PackedBytes(byte[] bytes, int at) {
    this.bytes = bytes;
    this.at = at;
  }

  /** For writing; grows as needed. */
  static PackedBytes empty(int capacity) {
    return new PackedBytes(new byte[capacity], 0);
  }

  /** For reading from a place on. */
  static PackedBytes of(byte[] bytes, int from) {
    return new PackedBytes(bytes, from);
  }

  /** Begins anew. */
  void clear() {
    at = 0;
  }

  int position() {
    return at;
  }

  /** What was written, up to the position, and more behind it; not a copy. */
  byte[] array() {
    return bytes;
  }

  void skip(int length) {
    at += length;
  }

  private void reserve(int length) {
    if (bytes.length - at < length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, at + length));
    }
  }

  void putByte(int value) {
    reserve(1);
    bytes[at++] = (byte) value;
  }

  byte takeByte() {
    return bytes[at++];
  }

  void putFixed(long value) {
    reserve(Long.BYTES);
    Longs.put(bytes, at, value);
    at += Long.BYTES;
  }

  long takeFixed() {
    long value = Longs.get(bytes, at);
    at += Long.BYTES;
    return value;
  }

  void putNumber(long value) {
    reserve(LONGEST_NUMBER);
    long rest = value;
    while ((rest & -MORE) != 0) {
      bytes[at++] = (byte) (rest | MORE);
      rest >>>= 7;
    }
    bytes[at++] = (byte) rest;
  }

  long takeNumber() {
    long value = 0;
    int shift = 0;
    while (true) {
      byte next = bytes[at++];
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
      shift += 7;
    }
  }

  int takeLength() {
    return (int) takeNumber();
  }

  void putSigned(long value) {
    putNumber((value << 1) ^ (value >> 63));
  }

  long takeSigned() {
    long folded = takeNumber();
    return (folded >>> 1) ^ -(folded & 1);
  }

  void putText(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    putBytes(utf8, 0, utf8.length);
  }

  /** A text that is in UTF-8 already. */
  void putBytes(byte[] utf8, int from, int length) {
    putNumber(length);
    putRaw(utf8, from, length);
  }

  /** Bytes without their number. */
  void putRaw(byte[] raw, int from, int length) {
    reserve(length);
    System.arraycopy(raw, from, bytes, at, length);
    at += length;
  }

  /** Passes a number of pairs of texts; returns how many bytes the texts have. */
  int takeTextLengths() {
    int sum = 0;
    for (int left = 2 * takeLength(); left > 0; left--) {
      int length = takeLength();
      at += length;
      sum += length;
    }
    return sum;
  }

  String takeText() {
    int length = takeLength();
    at += length;
    return new String(bytes, at - length, length, StandardCharsets.UTF_8);
  }

  /** What was written. */
  byte[] toArray() {
    return Arrays.copyOf(bytes, at);
  }
}
