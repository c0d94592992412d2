package dev.kintsugi.bench.series;

/**
 * Croston's forecast of a demand that is mostly zero: the size of a demand over the periods between
 * two, each smoothed whenever there is one. The first demand sets both; before it, the forecast is
 * zero. Not thread-safe.
 */
public final class Croston {
  /*
   * [1] Croston, Forecasting and Stock Control for Intermittent Demands, Operational Research
   *     Quarterly 1972.
   */

  private final double alpha;
  private double size;
  private double interval;
  private long sinceDemand;

  /**
   * @param alpha how much of an error size and interval take up; above 0, at most 1
   */
  public Croston(double alpha) {
    this.alpha = Checked.share("alpha", alpha, 1);
  }

  /** Takes the next period's demand in, zero or more. */
  public void update(double demand) {
    Checked.demand(demand);
    sinceDemand++;
    if (demand == 0) {
      return;
    }
    boolean first = interval == 0;
    size = first ? demand : size + alpha * (demand - size);
    interval = first ? sinceDemand : interval + alpha * (sinceDemand - interval);
    sinceDemand = 0;
  }

  /** The demand of any period to come. */
  public double forecast() {
    return interval == 0 ? 0 : size / interval;
  }

  /** The smoothed size of a demand; zero before the first. */
  public double size() {
    return size;
  }

  /** The smoothed periods from one demand to the next; zero before the first. */
  public double interval() {
    return interval;
  }
}
