package dev.kintsugi.trace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a stream, in memory for one line only. A line that is too long, or that holds
 * control characters other than tabs, is reported as unreadable and skipped. Not thread-safe.
 */
final class BoundedLines {

  /** One line; the text is null if it cannot be a line of text, and then {@code why} says so. */
  record Line(long number, @Nullable String text, String why) {}

  private final InputStream in;
  private final int maxLine;
  private final long maxBytes;
  private final byte[] buffer = new byte[64 * 1024];
  private final byte[] line;
  private int position;
  private int filled;
  private long bytes;
  private long number;

  BoundedLines(InputStream in, int maxLine, long maxBytes) {
    this.in = in;
    this.maxLine = maxLine;
    this.maxBytes = maxBytes;
    this.line = new byte[maxLine];
  }

  /** The number of the line that was read last, from 1. */
  long number() {
    return number;
  }

  /**
   * The next line, or null at the end.
   *
   * @throws IOException if the stream fails, or is longer than the limit
   */
  @Nullable Line next() throws IOException {
    int length = 0;
    boolean any = false;
    boolean overlong = false;
    boolean binary = false;
    while (true) {
      int value = read();
      if (value < 0 && !any) {
        return null;
      }
      any = true;
      if (value < 0 || value == '\n') {
        break;
      }
      binary |= isControl(value);
      if (length == maxLine) {
        overlong = true;
      } else {
        line[length++] = (byte) value;
      }
    }
    number++;
    if (overlong) {
      return new Line(number, null, "longer than " + maxLine + " bytes");
    }
    if (binary) {
      return new Line(number, null, "control characters");
    }
    return new Line(number, text(length), "");
  }

  private static boolean isControl(int value) {
    return value == 0x7f || (value < ' ' && value != '\t' && value != '\r');
  }

  private String text(int length) {
    int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    String text = new String(Arrays.copyOf(line, end), StandardCharsets.UTF_8);
    return number == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  private int read() throws IOException {
    if (position == filled) {
      filled = in.read(buffer);
      position = 0;
      if (filled <= 0) {
        filled = 0;
        return -1;
      }
      bytes += filled;
      if (bytes > maxBytes) {
        throw new IOException("longer than " + maxBytes + " bytes");
      }
    }
    return buffer[position++] & 0xff;
  }
}
