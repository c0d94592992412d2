package dev.kintsugi.local.cli;

import java.io.IOException;
import java.io.RandomAccessFile;

/** Finds the last lines of a file without reading what is before them. */
final class LogTail {

  private static final int BLOCK = 64 * 1024;

  private LogTail() {}

  /** Returns where the last {@code lines} lines of {@code file} begin; 0 if it has no more. */
  static long startOfLast(int lines, RandomAccessFile file) throws IOException {
    long end = file.length();
    int wanted = lines;
    byte[] block = new byte[BLOCK];
    for (long position = end; position > 0; ) {
      int count = (int) Math.min(BLOCK, position);
      position -= count;
      file.seek(position);
      file.readFully(block, 0, count);
      for (int i = count - 1; i >= 0; i--) {
        // The newline at the very end closes the last line; it does not begin another.
        if (block[i] == '\n' && position + i != end - 1 && --wanted == 0) {
          return position + i + 1;
        }
      }
    }
    return lines == 0 ? end : 0;
  }
}
