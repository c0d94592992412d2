package dev.kintsugi.simulation;

/** A guarantee was broken; ends the run. */
final class Violation extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final String guarantee;

  /**
   * A broken guarantee.
   *
   * @param guarantee its id in the design, I1 to I14, or a word of its own
   */
  Violation(String guarantee, String what) {
    super(guarantee + ": " + what);
    this.guarantee = guarantee;
  }

  /** What no guarantee speaks of: something has thrown that must not. */
  static Violation of(RuntimeException crash) {
    StackTraceElement[] stack = crash.getStackTrace();
    String where = stack.length == 0 ? "an unknown place" : stack[0].toString();
    Violation violation = new Violation("crash", crash + " at " + where);
    violation.initCause(crash);
    return violation;
  }

  String guarantee() {
    return guarantee;
  }
}
