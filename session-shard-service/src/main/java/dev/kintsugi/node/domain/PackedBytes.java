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

  int position() {
    return at;
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
    Digest.LONGS.set(bytes, at, value);
    at += Long.BYTES;
  }

  long takeFixed() {
    long value = (long) Digest.LONGS.get(bytes, at);
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

  /** Returns the number of bytes of the text. */
  int putText(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    putNumber(utf8.length);
    reserve(utf8.length);
    System.arraycopy(utf8, 0, bytes, at, utf8.length);
    at += utf8.length;
    return utf8.length;
  }

  String takeText() {
    int length = takeLength();
    at += length;
    return new String(bytes, at - length, length, StandardCharsets.UTF_8);
  }

  /** A hash continued by the text here, which is passed. */
  long digestText(long hash) {
    int length = takeLength();
    at += length;
    return Digest.with(hash, bytes, at - length, length);
  }

  /** What was written. */
  byte[] toArray() {
    return Arrays.copyOf(bytes, at);
  }
}
