package dev.kintsugi.local.console;

import dev.kintsugi.local.StartListener;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** Prints how a start goes on, one line an event, each with the seconds since it began. */
public final class ConsoleListener implements StartListener {

  private final PrintWriter out;
  private final long startNanos = System.nanoTime();

  public ConsoleListener(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void note(String text) {
    print(text);
  }

  @Override
  public void starting(String part) {
    print(part + " starting");
  }

  @Override
  public void ready(String part, Duration took) {
    print(String.format(Locale.ROOT, "%s ready after %.1f s", part, took.toMillis() / 1e3));
  }

  private synchronized void print(String text) {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    out.printf(Locale.ROOT, "[%6.1f s] %s%n", seconds, text);
    out.flush();
  }
}
