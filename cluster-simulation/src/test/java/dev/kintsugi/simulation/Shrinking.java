package dev.kintsugi.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds fewer faults of a failing seed that break the same guarantee. Runs the seed a few hundred
 * times at most.
 */
final class Shrinking {
  /*
   * Delta debugging without its complements [1]: leaves out ever smaller parts for as long as the
   * guarantee stays broken.
   *
   * [1] Zeller, Hildebrandt, Simplifying and Isolating Failure-Inducing Input, TSE 2002.
   */

  private Shrinking() {}

  static List<Fault> fewest(Simulation.Result found) {
    String guarantee = found.violation().orElseThrow().guarantee();
    List<Fault> faults = Simulation.faults(found.seed());
    for (int part = Math.max(1, faults.size() / 2); ; part = part / 2) {
      int from = 0;
      while (from < faults.size()) {
        List<Fault> fewer = new ArrayList<>(faults.subList(0, from));
        fewer.addAll(faults.subList(Math.min(faults.size(), from + part), faults.size()));
        boolean stillBroken =
            Simulation.run(found.seed(), fewer, false)
                .violation()
                .filter(violation -> violation.guarantee().equals(guarantee))
                .isPresent();
        if (stillBroken) {
          faults = fewer;
        } else {
          from += part;
        }
      }
      if (part == 1) {
        return faults;
      }
    }
  }
}
