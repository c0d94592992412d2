package dev.kintsugi.bench;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The microbenchmarks, run by JMH in processes of their own. */
final class Pure {

  /**
   * What one takes.
   *
   * @param bytes allocated by one operation
   */
  record Cost(double nanos, double bytes) {}

  private Pure() {}

  /** The cost of each by its name. */
  static Map<String, Cost> run(boolean quick) throws RunnerException {
    OptionsBuilder options = new OptionsBuilder();
    options
        .include("dev\\.kintsugi\\.bench\\.(Lookups|Records)")
        .addProfiler(GCProfiler.class)
        .verbosity(VerboseMode.SILENT)
        .shouldFailOnError(true)
        .jvmArgs("-Xmx1g", "-XX:+UseParallelGC", "--sun-misc-unsafe-memory-access=allow");
    if (quick) {
      options
          .warmupIterations(1)
          .warmupTime(TimeValue.milliseconds(200))
          .measurementIterations(1)
          .measurementTime(TimeValue.milliseconds(300));
    }
    // What JMH prints besides belongs to nobody; the closing line must stay the last one.
    PrintStream out = System.out;
    List<RunResult> results;
    try {
      System.setOut(new PrintStream(OutputStream.nullOutputStream(), true));
      results = new ArrayList<>(new Runner(options.build()).run());
    } finally {
      System.setOut(out);
    }
    Map<String, Cost> costs = new TreeMap<>();
    for (RunResult result : results) {
      String name = result.getParams().getBenchmark();
      costs.put(
          name.substring(name.lastIndexOf('.') + 1),
          new Cost(result.getPrimaryResult().getScore(), allocated(result)));
    }
    return costs;
  }

  @SuppressWarnings("rawtypes") // as JMH has it
  private static double allocated(RunResult result) {
    return result.getSecondaryResults().entrySet().stream()
        .filter(it -> it.getKey().endsWith("gc.alloc.rate.norm"))
        .mapToDouble(it -> it.getValue().getScore())
        .findFirst()
        .orElse(Double.NaN);
  }
}
