package dev.kintsugi.bench;

import dev.kintsugi.bench.Load.Measured;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Two servers asked the like in alternating rounds, so that what else the machine does meets both.
 *
 * @param name as the table shows it
 * @param bare of the server that the other is compared with, one for each run
 */
record Rounds(String name, List<Measured> bare, List<Measured> other) {

  /** A server and what it is asked. */
  record Side(int port, Supplier<byte[]> requests) {

    Measured closed(int clients, Duration span) throws IOException {
      try (Load load = new Load(port, clients)) {
        return checked(load.closed(requests, span));
      }
    }

    Measured paced(int clients, int perSecond, Duration span) throws IOException {
      try (Load load = new Load(port, clients)) {
        return checked(load.paced(requests, perSecond, span));
      }
    }

    private static Measured checked(Measured measured) {
      if (measured.failed() > 0) {
        throw new IllegalStateException(
            measured.failed() + " requests failed; a number with failures in it says nothing");
      }
      return measured;
    }
  }

  /** One round of one side. */
  interface Round {
    Measured of(Side side) throws IOException;
  }

  static Rounds run(String name, int runs, Side bare, Side other, Round round) throws IOException {
    List<Measured> ofBare = new ArrayList<>();
    List<Measured> ofOther = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      if (run % 2 == 0) {
        ofBare.add(round.of(bare));
        ofOther.add(round.of(other));
      } else {
        ofOther.add(round.of(other));
        ofBare.add(round.of(bare));
      }
      System.err.printf(
          "%s, run %d: p50 %.0f µs to %.0f µs%n",
          name, run + 1, ofBare.getLast().micros(50), ofOther.getLast().micros(50));
    }
    return new Rounds(name, ofBare, ofOther);
  }

  /** The median over the runs of the quotient within each run. */
  double ratio(double percentile) {
    List<Double> ratios = new ArrayList<>();
    for (int run = 0; run < bare.size(); run++) {
      ratios.add(other.get(run).micros(percentile) / bare.get(run).micros(percentile));
    }
    return Summary.median(ratios);
  }

  double medianOfBare(ToDoubleFunction<Measured> value) {
    return Summary.median(bare.stream().mapToDouble(value).boxed().toList());
  }

  double medianOfOther(ToDoubleFunction<Measured> value) {
    return Summary.median(other.stream().mapToDouble(value).boxed().toList());
  }

  /** A row of the table. */
  String row() {
    return String.format(
        java.util.Locale.ROOT,
        "%-28s %9.0f %9.0f %9.0f %9.0f %9.0f %9.0f %6.2f %6.2f",
        name,
        medianOfBare(it -> it.micros(50)),
        medianOfBare(it -> it.micros(99)),
        medianOfBare(Measured::perSecond),
        medianOfOther(it -> it.micros(50)),
        medianOfOther(it -> it.micros(99)),
        medianOfOther(Measured::perSecond),
        ratio(50),
        ratio(99));
  }

  static String heading() {
    return String.format(
        java.util.Locale.ROOT,
        "%-28s %9s %9s %9s %9s %9s %9s %6s %6s",
        "",
        "bare p50",
        "p99 µs",
        "per s",
        "p50",
        "p99 µs",
        "per s",
        "p50 ×",
        "p99 ×");
  }
}
