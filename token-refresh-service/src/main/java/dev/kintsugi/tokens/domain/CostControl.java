package dev.kintsugi.tokens.domain;

/**
 * What a renewal costs, in stalls: the one number by which forecasts become decisions. Either as
 * the operator says, or found so that what the operator wants comes true. Not thread-safe; a call
 * costs O(1).
 */
public final class CostControl {

  /*
   * Stochastic approximation (Robbins and Monro, Ann. Math. Stat. 1951) with a step that does not
   * shrink, since the population changes: each event moves the logarithm of the cost so that the
   * movements cancel out just when the aim is met.
   */

  /** What the operator wants. */
  public sealed interface Aim {
    /**
     * A fixed ratio.
     *
     * @param cost of a renewal in stalls; 0.05: twenty renewals are worth a stall
     */
    record Ratio(double cost) implements Aim {}

    /**
     * That so many requests have to wait for a token.
     *
     * @param share of all requests for a token, between 0 and 1
     */
    record Stalls(double share) implements Aim {}

    /**
     * That so much is renewed ahead.
     *
     * @param perSecond renewals
     */
    record Budget(double perSecond) implements Aim {}
  }

  private static final double LEAST = Math.log(1e-4);
  private static final double MOST = Math.log(4);
  private static final double START = Math.log(0.15);
  private static final double STALL_STEP = 0.05;
  private static final double RENEWAL_STEP = 0.02;

  private final Aim aim;
  private double logCost = START;

  public CostControl(Aim aim) {
    this.aim = aim;
  }

  /** In stalls. */
  public double cost() {
    return aim instanceof Aim.Ratio(double cost) ? cost : Math.exp(logCost);
  }

  /** Somebody asked for a token. */
  public void requested(boolean stalled) {
    if (aim instanceof Aim.Stalls(double share)) {
      shift(STALL_STEP * (share - (stalled ? 1 : 0)));
    }
  }

  /** A token was renewed ahead. */
  public void renewed() {
    if (aim instanceof Aim.Budget) {
      shift(RENEWAL_STEP);
    }
  }

  /** Time has passed. */
  public void passed(double seconds) {
    if (aim instanceof Aim.Budget(double perSecond)) {
      shift(-RENEWAL_STEP * perSecond * Math.clamp(seconds, 0, 60));
    }
  }

  private void shift(double by) {
    logCost = Math.clamp(logCost + by, LEAST, MOST);
  }
}
