package dev.kintsugi.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Finds its way in the bytes of an HTTP/1.1 answer that announces its length. Pure. */
final class Answers {

  private static final byte[] NAME = "content-length:".getBytes(StandardCharsets.US_ASCII);

  private Answers() {}

  /** Where the body begins; -1 while the head is not complete. */
  static int endOfHead(ByteBuffer in) {
    for (int at = 3; at < in.position(); at++) {
      if (in.get(at) == '\n' && in.get(at - 2) == '\n') {
        return at + 1;
      }
    }
    return -1;
  }

  /**
   * The length that the head announces; 0 for 204.
   *
   * @throws IllegalStateException if it announces none
   */
  static int contentLength(ByteBuffer in, int endOfHead) {
    for (int at = 0; at < endOfHead - NAME.length; at++) {
      if (in.get(at) == '\n' && startsWithName(in, at + 1)) {
        int length = 0;
        for (int digit = at + 1 + NAME.length; in.get(digit) != '\r'; digit++) {
          if (in.get(digit) != ' ') {
            length = length * 10 + in.get(digit) - '0';
          }
        }
        return length;
      }
    }
    if (in.get(9) == '2' && in.get(11) == '4') {
      return 0;
    }
    throw new IllegalStateException("an answer does not announce its length");
  }

  private static boolean startsWithName(ByteBuffer in, int at) {
    for (int i = 0; i < NAME.length; i++) {
      if ((in.get(at + i) | 0x20) != (NAME[i] | 0x20)) {
        return false;
      }
    }
    return true;
  }
}
