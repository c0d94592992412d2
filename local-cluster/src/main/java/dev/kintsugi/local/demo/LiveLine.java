package dev.kintsugi.local.demo;

import dev.kintsugi.local.admin.Administration;
import dev.kintsugi.local.console.Console;
import dev.kintsugi.local.demo.measure.Recording;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Shows once in a while how a replay stands, until closed. */
final class LiveLine implements AutoCloseable {

  private static final Duration ON_TERMINAL = Duration.ofSeconds(1);
  private static final Duration IN_FILE = Duration.ofSeconds(5);

  private final Console console;
  private final Recording recording;
  private final Administration administration;
  private final LongSupplier nanos;
  private final Instant began;
  private final long beganNanos;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("demo-live-line").factory());
  private long lastNanos;
  private int ownerChanges;

  LiveLine(
      Console console,
      Recording recording,
      Administration administration,
      LongSupplier nanos,
      Instant began,
      long beganNanos) {
    this.console = console;
    this.recording = recording;
    this.administration = administration;
    this.nanos = nanos;
    this.began = began;
    this.beganNanos = beganNanos;
    this.lastNanos = beganNanos;
  }

  void start() {
    long millis = (console.terminal() ? ON_TERMINAL : IN_FILE).toMillis();
    var _ = thread.scheduleAtFixedRate(this::show, millis, millis, TimeUnit.MILLISECONDS);
  }

  private void show() {
    long now = nanos.getAsLong();
    Recording.Latencies recent = recording.sinceLastAsked();
    double seconds = Math.max(1e-3, (now - lastNanos) / 1e9);
    lastNanos = now;
    console.live(
        String.format(
            Locale.ROOT,
            "[%3d s] %5.0f requests/s   p99 %6.1f ms   failed %d   owner changes %d",
            (now - beganNanos) / 1_000_000_000,
            recent.count() / seconds,
            recent.p99(),
            recording.failures(),
            ownerChanges()));
  }

  /** The last known number where the coordinators do not answer. */
  private int ownerChanges() {
    try {
      ownerChanges = administration.ownerChanges(began).size();
    } catch (RuntimeException notNow) {
      return ownerChanges;
    }
    return ownerChanges;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
