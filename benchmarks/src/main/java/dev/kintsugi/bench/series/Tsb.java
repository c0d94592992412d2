package dev.kintsugi.bench.series;

/**
 * The forecast of Teunter, Syntetos and Babai of a demand that is mostly zero: how probable a
 * demand is, smoothed in every period, times its size, smoothed whenever there is one. Unlike
 * {@link Croston}'s it falls while nothing is demanded. Not thread-safe.
 */
public final class Tsb {
  /*
   * [1] Teunter, Syntetos, Babai, Intermittent Demand: Linking Forecasting to Inventory
   *     Obsolescence, European Journal of Operational Research 2011.
   */

  private final double alpha;
  private final double beta;
  private double size;
  private double probability;
  private long periods;

  /**
   * Before the first demand, which sets its size and its probability to one over the periods until
   * then; the forecast is zero before it.
   *
   * @param alpha how much of an error the size takes up; above 0, at most 1
   * @param beta how much of an error the probability takes up; above 0, at most 1
   */
  public Tsb(double alpha, double beta) {
    this.alpha = Checked.share("alpha", alpha, 1);
    this.beta = Checked.share("beta", beta, 1);
  }

  /** Takes the next period's demand in, zero or more. */
  public void update(double demand) {
    Checked.demand(demand);
    periods++;
    if (size == 0) {
      size = demand;
      probability = demand == 0 ? 0 : 1.0 / periods;
      return;
    }
    probability += beta * ((demand == 0 ? 0 : 1) - probability);
    if (demand != 0) {
      size += alpha * (demand - size);
    }
  }

  /** The demand of any period to come. */
  public double forecast() {
    return probability * size;
  }

  /** The smoothed size of a demand; zero before the first. */
  public double size() {
    return size;
  }

  /** The smoothed probability of a demand in a period; zero before the first. */
  public double probability() {
    return probability;
  }
}
