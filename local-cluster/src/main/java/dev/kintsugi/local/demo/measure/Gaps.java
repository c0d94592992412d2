package dev.kintsugi.local.demo.measure;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a fault cost whoever asked meanwhile: the longest time from a request's intended start to
 * its proper answer, among the requests intended to start between the fault and five seconds after
 * its end. Requests without a proper answer have no such time; they are failures.
 *
 * <p>A request that was intended shortly before the fault and was hit by it belongs to it as well:
 * one that was under way when it began.
 */
public final class Gaps {

  private Gaps() {}

  /** The slowest proper answer of each fault of a kind; zero if there is none. */
  public static Duration longest(
      List<Sample> samples, List<FaultSpan> faults, FaultSpan.Kind kind) {
    return slowest(samples, faults, kind).map(Sample::latency).orElse(Duration.ZERO);
  }

  /** The request with the slowest proper answer. */
  public static Optional<Sample> slowest(
      List<Sample> samples, List<FaultSpan> faults, FaultSpan.Kind kind) {
    List<FaultSpan> spans = faults.stream().filter(f -> f.kind() == kind).toList();
    return samples.stream()
        .filter(Sample::proper)
        .filter(sample -> spans.stream().anyMatch(span -> belongs(sample, span)))
        .max(Comparator.comparing(Sample::latency));
  }

  private static boolean belongs(Sample sample, FaultSpan span) {
    Duration start = sample.request().start();
    boolean underWay =
        start.compareTo(span.began()) < 0 && sample.ended().compareTo(span.began()) > 0;
    return underWay || span.covers(start);
  }
}
