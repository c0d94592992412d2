package dev.kintsugi.local.console;

import java.io.PrintWriter;

/**
 * What a long command prints: lines that stay, and on a terminal one line that is written over.
 * Thread-safe.
 */
public final class Console {

  private static final int WIDTH = 78;

  private final PrintWriter out;
  private final boolean terminal;
  private boolean liveShown;

  /**
   * @param terminal whether a line can be written over; else live lines are lines like others
   */
  public Console(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  public boolean terminal() {
    return terminal;
  }

  /** Prints a line that stays. */
  public synchronized void say(String line) {
    if (liveShown) {
      out.print("\r" + " ".repeat(WIDTH) + "\r");
      liveShown = false;
    }
    out.println(line);
    out.flush();
  }

  /** Shows how things stand, in the place of the last such line. */
  public synchronized void live(String line) {
    if (!terminal) {
      say(line);
      return;
    }
    String padded = line.length() >= WIDTH ? line : line + " ".repeat(WIDTH - line.length());
    out.print("\r" + padded);
    out.flush();
    liveShown = true;
  }
}
