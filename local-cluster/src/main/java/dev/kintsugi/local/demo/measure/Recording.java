package dev.kintsugi.local.demo.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** The requests of a run as they end. Thread-safe. */
public final class Recording {

  /** What the requests of a while, or of the whole run, look like; latencies in milliseconds. */
  public record Latencies(long count, double p50, double p99, double max) {

    private static Latencies of(Histogram histogram) {
      return new Latencies(
          histogram.getTotalCount(),
          millis(histogram.getValueAtPercentile(50)),
          millis(histogram.getValueAtPercentile(99)),
          millis(histogram.getMaxValue()));
    }

    private static double millis(long micros) {
      return micros / 1_000.0;
    }
  }

  private static final long HIGHEST_MICROS = TimeUnit.MINUTES.toMicros(10);

  private final List<Sample> samples = new ArrayList<>();
  private final Histogram whole = new Histogram(HIGHEST_MICROS, 3);
  private final Histogram recent = new Histogram(HIGHEST_MICROS, 3);
  private long failures;

  /** Adds a request that has ended; only proper answers have a latency. */
  public synchronized void add(Sample sample) {
    samples.add(sample);
    if (sample.proper()) {
      long micros = Math.clamp(sample.latency().toNanos() / 1_000, 0, HIGHEST_MICROS);
      whole.recordValue(micros);
      recent.recordValue(micros);
    } else {
      failures++;
    }
  }

  /** The proper answers since the last call. */
  public synchronized Latencies sinceLastAsked() {
    Latencies latencies = Latencies.of(recent);
    recent.reset();
    return latencies;
  }

  public synchronized Latencies all() {
    return Latencies.of(whole);
  }

  public synchronized long failures() {
    return failures;
  }

  /** All requests that have ended, in the order in which they did. */
  public synchronized List<Sample> samples() {
    return List.copyOf(samples);
  }
}
