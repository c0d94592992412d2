package dev.kintsugi.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures placement and its traffic at a size that fits on no machine here: the coordinator's real
 * rules, told by made-up nodes on virtual time. Bytes are those of the real messages.
 *
 * <p>Exit status: 0 done, 1 something failed.
 */
public final class ScaleBench {

  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private static final ScaleWorld.Size SMALL = new ScaleWorld.Size(50, 1_024, 4, 5_000_000);
  private static final ScaleWorld.Size LARGE = new ScaleWorld.Size(1_000, 16_384, 4, 100_000_000);
  private static final int WARM_UPS = 3;

  private ScaleBench() {}

  /**
   * Runs.
   *
   * @param arguments {@code scale}; {@code full} or {@code quick}; how many runs
   */
  public static void main(String[] arguments) {
    boolean quick = arguments[1].equals("quick");
    int runs = Integer.parseInt(arguments[2]);
    ScaleWorld.Size size = quick ? SMALL : LARGE;
    System.err.println("warming up");
    for (int run = 0; run < WARM_UPS; run++) {
      ScaleWorld.measure(SMALL, run);
    }
    List<ScaleWorld.Measured> measured = new ArrayList<>();
    for (int run = 1; run <= runs; run++) {
      System.err.println("run " + run);
      measured.add(ScaleWorld.measure(size, run));
    }
    OUT.printf(
        Locale.ROOT,
        "%,d nodes, %d areas of %,d slots, 2 copies, %,d sessions; medians of %d runs%n%n",
        size.nodes(),
        size.areas(),
        size.slots(),
        size.sessions(),
        runs);
    ScaleReport.rows(size, measured).forEach(OUT::println);
    OUT.println();
    OUT.println(ScaleReport.closingLine(measured));
  }
}
