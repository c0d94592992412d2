package dev.kintsugi.bench.tokens;

import dev.kintsugi.kit.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How evenly a crowd of tokens that was issued within ten seconds is renewed.
 *
 * <p>Exit status: 0 no second has more than 1.3 times its even share, 1 one has, or something
 * failed.
 */
public final class SpreadBench {

  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private static final int TOKENS = 100_000;
  private static final int INSTANCES = 2;
  private static final List<Integer> LIVES = List.of(120, 900, 3_600, 86_400);
  private static final double MOST = 1.3;

  private SpreadBench() {}

  /**
   * Runs.
   *
   * @param arguments {@code token-spread}; {@code full} or {@code quick}; how many seeds; where the
   *     JSON goes, or {@code -}
   */
  public static void main(String[] arguments) throws IOException {
    List<Integer> lives = arguments[1].equals("quick") ? LIVES.subList(0, 2) : LIVES;
    List<SpreadWorld.Outcome> outcomes = new ArrayList<>();
    OUT.printf(
        Locale.ROOT, "%-10s %6s %12s %10s %8s%n", "life s", "seed", "uniform/s", "peak/s", "×");
    for (int life : lives) {
      for (int seed = 1; seed <= Integer.parseInt(arguments[2]); seed++) {
        SpreadWorld.Outcome outcome = SpreadWorld.run(INSTANCES, TOKENS, life, seed);
        outcomes.add(outcome);
        OUT.printf(
            Locale.ROOT,
            "%-10d %6d %12.1f %10d %8.3f%n",
            life,
            seed,
            outcome.uniform(),
            outcome.peak(),
            outcome.times());
      }
    }
    if (!arguments[3].equals("-")) {
      Files.writeString(Path.of(arguments[3]), json(outcomes) + "\n");
    }
    OUT.println();
    OUT.println(closingLine(worst(outcomes)));
    System.exit(isMet(outcomes) ? 0 : 1);
  }

  private static SpreadWorld.Outcome worst(List<SpreadWorld.Outcome> outcomes) {
    return outcomes.stream()
        .max(Comparator.comparingDouble(SpreadWorld.Outcome::times))
        .orElseThrow();
  }

  static boolean isMet(List<SpreadWorld.Outcome> outcomes) {
    return outcomes.stream().allMatch(it -> it.renewals() == TOKENS && it.times() <= MOST);
  }

  /** Of the most uneven run. */
  static String closingLine(SpreadWorld.Outcome worst) {
    return String.format(
        Locale.ROOT,
        "bench token-spread: tokens=%d instances=%d life_s=%d uniform_per_s=%.1f peak_per_s=%d"
            + " peak_x=%.3f",
        worst.renewals(),
        INSTANCES,
        worst.life(),
        worst.uniform(),
        worst.peak(),
        worst.times());
  }

  private static String json(List<SpreadWorld.Outcome> outcomes) {
    ObjectNode document = Json.MAPPER.createObjectNode();
    document.put("summary", closingLine(worst(outcomes)));
    ArrayNode runs = document.putArray("runs");
    for (SpreadWorld.Outcome outcome : outcomes) {
      ObjectNode run =
          runs.addObject()
              .put("lifeSeconds", outcome.life())
              .put("renewals", outcome.renewals())
              .put("uniformPerSecond", outcome.uniform())
              .put("peakPerSecond", outcome.peak())
              .put("times", outcome.times());
      ArrayNode seconds = run.putArray("perSecond");
      outcome.perSecond().forEach(seconds::add);
    }
    return document.toPrettyString();
  }
}
