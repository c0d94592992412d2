package dev.kintsugi.trace;

/**
 * Bounds of what is read; a trace beyond one of them is refused, an overlong line is malformed.
 *
 * @param lineBytes the longest line; too low refuses logs with long cookies, too high lets a
 *     hostile file take that much memory
 * @param events the most lines with an event; each takes about 60 bytes
 * @param users the most distinct users
 * @param bytes the most bytes after decompression
 * @param malformedShare the share of malformed lines (0 to 1) above which a trace is refused
 */
public record TraceLimits(int lineBytes, int events, int users, long bytes, double malformedShare) {

  /** 16 KiB a line, 2,000,000 events, 200,000 users, 4 GiB, 1 % malformed lines. */
  public static final TraceLimits DEFAULT =
      new TraceLimits(16 * 1024, 2_000_000, 200_000, 4L << 30, 0.01);

  public TraceLimits {
    if (lineBytes < 1 || events < 1 || users < 1 || bytes < 1) {
      throw new IllegalArgumentException("limits of a trace must be positive");
    }
    if (!(malformedShare >= 0 && malformedShare <= 1)) {
      throw new IllegalArgumentException(
          "the share of malformed lines must be 0 to 1, got " + malformedShare);
    }
  }
}
