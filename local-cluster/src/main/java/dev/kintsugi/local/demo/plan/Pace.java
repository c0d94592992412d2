package dev.kintsugi.local.demo.plan;

import java.time.Duration;

/**
 * How long a replay takes on this machine: as long as it takes for the machine to be no busier than
 * a usual one.
 *
 * <p>The whole suite and its client share the processors of one machine. One that is too slow for
 * the usual pace would show how it is overloaded, not what becomes of sessions when a node dies.
 * What signing a user in takes, through all parts, says how fast the machine is.
 */
public final class Pace {

  /** The length of a replay where nobody names one. */
  public static final Duration USUAL = Duration.ofSeconds(60);

  /** What signing one user in takes on a machine that keeps the usual pace. */
  private static final double USUAL_SIGN_IN_MILLIS = 35;

  private static final double SLOWEST = 4;

  private Pace() {}

  /**
   * The length of the replay in whole seconds, 60 to 240.
   *
   * @param signIn what it took to sign all of them in
   * @param users how many they were, 1 or more
   */
  public static Duration lengthAfter(Duration signIn, int users) {
    double slowness = signIn.toMillis() / (USUAL_SIGN_IN_MILLIS * users);
    double factor = Math.clamp(slowness, 1, SLOWEST);
    return Duration.ofSeconds(Math.round(USUAL.toSeconds() * factor));
  }
}
