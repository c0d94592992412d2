package dev.kintsugi.local.demo.report;

import dev.kintsugi.local.demo.measure.Answered;
import dev.kintsugi.local.demo.measure.Sample;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Tells of failed requests so that they can be understood. */
public final class Failures {

  private static final int DETAIL = 600;

  private Failures() {}

  /** The failed ones, by intended start. */
  public static List<Sample> of(List<Sample> samples) {
    return samples.stream()
        .filter(sample -> !sample.proper())
        .sorted(Comparator.comparing(sample -> sample.request().start()))
        .toList();
  }

  /** One line: when, what, whose, how long, and what came instead of the proper answer. */
  public static String told(Sample sample) {
    String what =
        switch (sample.answered()) {
          case Answered.Properly _ -> "proper";
          case Answered.Wrongly(int status, String detail) ->
              (status == 0 ? "no answer: " : "status " + status + ": ") + shortened(detail);
        };
    return String.format(
        Locale.ROOT,
        "at %.3f s: %s of %s by %s, after %d ms: %s",
        sample.request().start().toNanos() / 1e9,
        sample.request().call().label(),
        sample.request().user(),
        sample.request().actor(),
        sample.latency().toMillis(),
        what);
  }

  static String shortened(String detail) {
    String line = detail.replaceAll("\\s+", " ").strip();
    return line.length() > DETAIL ? line.substring(0, DETAIL) + "…" : line;
  }
}
