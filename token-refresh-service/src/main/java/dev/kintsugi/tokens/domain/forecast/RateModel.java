package dev.kintsugi.tokens.domain.forecast;

/**
 * A model of how likely a user's next request is as time goes on without one.
 *
 * <p>It goes by requests only: what comes for a user in between must not change it.
 *
 * <p>Must be pure and quick, must not throw, and must give every piece a positive, finite value.
 */
public interface RateModel {

  /** What tables and metrics call it. */
  String label();

  /**
   * Writes, for each of the first {@code count} pieces of the time since the user's last request,
   * requests per second to {@code out}.
   */
  void rates(UserActivity user, Population population, Intervals pieces, int count, double[] out);

  /** Told of each gap before the user takes it in, for models that keep something of their own. */
  default void observed(UserActivity user, double gapSeconds, long endMillis) {}
}
