package dev.kintsugi.node.domain;

/**
 * Big-endian 64-bit numbers in arrays of bytes. Pure.
 *
 * <p>Byte by byte, which compilers make one access of where it matters: a view by a {@code
 * VarHandle} is as fast once it is compiled, but takes several times as long until then, which is
 * just when a node reads its logs.
 */
final class Longs {

  private Longs() {}

  static long get(byte[] bytes, int at) {
    return (bytes[at] & 0xFFL) << 56
        | (bytes[at + 1] & 0xFFL) << 48
        | (bytes[at + 2] & 0xFFL) << 40
        | (bytes[at + 3] & 0xFFL) << 32
        | (bytes[at + 4] & 0xFFL) << 24
        | (bytes[at + 5] & 0xFFL) << 16
        | (bytes[at + 6] & 0xFFL) << 8
        | (bytes[at + 7] & 0xFFL);
  }

  static void put(byte[] bytes, int at, long value) {
    bytes[at] = (byte) (value >>> 56);
    bytes[at + 1] = (byte) (value >>> 48);
    bytes[at + 2] = (byte) (value >>> 40);
    bytes[at + 3] = (byte) (value >>> 32);
    bytes[at + 4] = (byte) (value >>> 24);
    bytes[at + 5] = (byte) (value >>> 16);
    bytes[at + 6] = (byte) (value >>> 8);
    bytes[at + 7] = (byte) value;
  }
}
