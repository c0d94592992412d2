package dev.kintsugi.bench.series;

import java.util.Arrays;

/** A seasonal ARIMA model, its likelihood exact for the differenced series. Immutable. */
public final class Arima {
  /*
   * The signs are those of R's arima and of statsmodels:
   *
   *   (1 - ar[0] B - …) (1 - seasonalAr[0] B^s - …) (x - mean)
   *       = (1 + ma[0] B + …) (1 + seasonalMa[0] B^s + …) e,    x = (1 - B)^d (1 - B^s)^D y
   */

  private final ArimaOrder order;
  private final double[] ar;
  private final double[] ma;
  private final double[] seasonalAr;
  private final double[] seasonalMa;
  private final double mean;

  /** Checks nothing. */
  Arima(
      ArimaOrder order,
      double[] ar,
      double[] ma,
      double[] seasonalAr,
      double[] seasonalMa,
      double mean) {
    this.order = order;
    this.ar = ar;
    this.ma = ma;
    this.seasonalAr = seasonalAr;
    this.seasonalMa = seasonalMa;
    this.mean = mean;
  }

  /** A model whose coefficients are still zero. */
  public static Builder of(ArimaOrder order) {
    return new Builder(order);
  }

  /**
   * The model of this order that makes the series likeliest, the same on every run. Takes some
   * hundredths of a second for a hundred values, some tenths with many seasonal coefficients. With
   * more coefficients than the series speaks for, it may be one of several peaks.
   *
   * @param series more values than its differences use up and the model has free numbers, by three
   */
  public static Arima fit(ArimaOrder order, double... series) {
    int least = order.lost() + order.freedoms() + 3;
    return new ArimaFit(order, Checked.series(series, least)).likeliest();
  }

  public ArimaOrder order() {
    return order;
  }

  public double[] ar() {
    return ar.clone();
  }

  public double[] ma() {
    return ma.clone();
  }

  public double[] seasonalAr() {
    return seasonalAr.clone();
  }

  public double[] seasonalMa() {
    return seasonalMa.clone();
  }

  /** Of the differenced series. */
  public double mean() {
    return mean;
  }

  /** What this model says about a series that is longer than its differences use up. */
  public ArimaRun run(double... series) {
    double[] values = Checked.series(series, order.lost() + 1);
    return new ArimaRun(filter(), LagPolynomial.differences(order), mean, values);
  }

  /** Of the differenced series less its mean. */
  ArmaFilter filter() {
    return new ArmaFilter(
        LagPolynomial.of(-1, 1, ar).times(LagPolynomial.of(-1, order.period(), seasonalAr)),
        LagPolynomial.of(1, 1, ma).times(LagPolynomial.of(1, order.period(), seasonalMa)));
  }

  @Override
  public String toString() {
    return "%s ar=%s ma=%s seasonalAr=%s seasonalMa=%s mean=%s"
        .formatted(
            order,
            Arrays.toString(ar),
            Arrays.toString(ma),
            Arrays.toString(seasonalAr),
            Arrays.toString(seasonalMa),
            mean);
  }

  /** Takes the coefficients one kind after the other. Not thread-safe. */
  public static final class Builder {

    private final ArimaOrder order;
    private double[] ar;
    private double[] ma;
    private double[] seasonalAr;
    private double[] seasonalMa;
    private double mean;

    private Builder(ArimaOrder order) {
      this.order = order;
      this.ar = new double[order.ar()];
      this.ma = new double[order.ma()];
      this.seasonalAr = new double[order.seasonalAr()];
      this.seasonalMa = new double[order.seasonalMa()];
    }

    /** Of a stationary autoregression. */
    public Builder ar(double... coefficients) {
      this.ar = stationary("ar", coefficients, order.ar());
      return this;
    }

    public Builder ma(double... coefficients) {
      this.ma = checked("ma", coefficients, order.ma());
      return this;
    }

    /** Of a stationary autoregression. */
    public Builder seasonalAr(double... coefficients) {
      this.seasonalAr = stationary("seasonal ar", coefficients, order.seasonalAr());
      return this;
    }

    public Builder seasonalMa(double... coefficients) {
      this.seasonalMa = checked("seasonal ma", coefficients, order.seasonalMa());
      return this;
    }

    /** Of the differenced series; zero where the order has none. */
    public Builder mean(double value) {
      Checked.finite("a mean", value);
      this.mean = order.hasMean() ? value : Checked.within("mean of " + order, value, 0, 0);
      return this;
    }

    public Arima build() {
      return new Arima(order, ar, ma, seasonalAr, seasonalMa, mean);
    }

    private static double[] checked(String what, double[] coefficients, int count) {
      if (coefficients.length != count) {
        throw new IllegalArgumentException(
            what + " must be " + count + " numbers, got " + coefficients.length);
      }
      return Checked.finite(what, coefficients);
    }

    private static double[] stationary(String what, double[] coefficients, int count) {
      double[] checked = checked(what, coefficients, count);
      if (!Recursion.dies(checked)) {
        throw new IllegalArgumentException(
            what + " must be stationary, got " + Arrays.toString(coefficients));
      }
      return checked;
    }
  }
}
