package dev.kintsugi.simulation;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.function.Supplier;

/** What happened last, for people; costs nothing while it is off. Not thread-safe. */
final class Trace {

  private static final int MOST = 6_000;

  private final Scheduler scheduler;
  private final boolean on;
  private final Queue<String> lines = new ArrayDeque<>();

  Trace(Scheduler scheduler, boolean on) {
    this.scheduler = scheduler;
    this.on = on;
  }

  void note(Supplier<String> line) {
    if (on) {
      if (lines.size() == MOST) {
        lines.remove();
      }
      double seconds = scheduler.nowNanos() / 1e9;
      lines.add(String.format(Locale.ROOT, "%10.6f s  %s", seconds, line.get()));
    }
  }

  List<String> lines() {
    return List.copyOf(lines);
  }
}
