package dev.kintsugi.simulation;

/** A guarantee was broken; ends the run. */
final class Violation extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final String guarantee;

  /**
   * A broken guarantee.
   *
   * @param guarantee its id in the design, I1 to I14
   */
  Violation(String guarantee, String what) {
    super(guarantee + ": " + what);
    this.guarantee = guarantee;
  }

  String guarantee() {
    return guarantee;
  }
}
