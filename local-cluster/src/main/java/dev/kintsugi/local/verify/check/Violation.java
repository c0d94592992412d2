package dev.kintsugi.local.verify.check;

/**
 * Something that a guarantee rules out.
 *
 * @param evidence the requests that show it
 */
public record Violation(Rule rule, String evidence) {

  /** The rules, with the guarantee that each checks. */
  public enum Rule {
    /** I1: an acknowledged write is missing from what its shard was later. */
    LOST("I1"),
    /** I3: an unmarked answer misses a write that was acknowledged before it was asked for. */
    STALE("I3"),
    /** I1: an acknowledged write that no later owner knows. */
    ZOMBIE("I1"),
    /** I2: a refused write is visible. */
    REFUSED_VISIBLE("I2"),
    /** I3: versions that no order of the writes can explain. */
    VERSIONS("I3"),
    /** I3, I6: an epoch, an offset or a map's version went back. */
    BACKWARDS("I6"),
    /** I10: a session that was ended answers. */
    ENDED_ALIVE("I10"),
    /** I11: one key had two effects, or two answers. */
    TWICE("I11"),
    /** I14: somebody saw another user's session. */
    FOREIGN("I14");

    private final String guarantee;

    Rule(String guarantee) {
      this.guarantee = guarantee;
    }

    /** The guarantee that is broken. */
    public String guarantee() {
      return guarantee;
    }
  }

  @Override
  public String toString() {
    return rule + " (" + rule.guarantee() + "): " + evidence;
  }
}
