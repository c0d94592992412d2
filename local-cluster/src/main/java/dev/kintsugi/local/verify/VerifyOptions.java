package dev.kintsugi.local.verify;

import java.time.Duration;

/**
 * What is to be verified.
 *
 * @param rate requests a second
 * @param seeksRate whether runs may be slower where the machine does not carry that many
 * @param length of the fault
 * @param sessions how many live on
 * @param probes requests a second straight to the node that something happens to
 * @param deaf for how long a node that stood still hears nothing from the broker when it goes on
 * @param warmUp at most so long before the first run; zero: not at all
 */
record VerifyOptions(
    FaultKind fault,
    int runs,
    int rate,
    boolean seeksRate,
    Duration length,
    long seed,
    int sessions,
    int probes,
    Duration deaf,
    Duration warmUp) {

  static final int MOST_RUNS = 1_000;
  static final int MOST_RATE = 5_000;

  /** What the targets are meant for. */
  static final int RATE_OF_TARGETS = 1_000;

  static final int MOST_SECONDS = 3_600;
  static final int MOST_SESSIONS = 5_000;
  static final int MOST_PROBES = 1_000;
  static final int MOST_DEAF_MILLIS = 10_000;

  VerifyOptions {
    require(
        !seeksRate || !warmUp.isZero(),
        "without warming up nobody knows what the machine carries: --warm-up 0 needs --rate R");
    require(runs >= 1 && runs <= MOST_RUNS, "--runs must be 1 to " + MOST_RUNS + ", got " + runs);
    require(rate >= 1 && rate <= MOST_RATE, "--rate must be 1 to " + MOST_RATE + ", got " + rate);
    long seconds = length.toSeconds();
    require(
        seconds >= 0 && seconds <= MOST_SECONDS,
        "--seconds must be 1 to " + MOST_SECONDS + ", got " + seconds);
    require(
        sessions >= 8 && sessions <= MOST_SESSIONS,
        "--sessions must be 8 to " + MOST_SESSIONS + ", got " + sessions);
    require(
        probes >= 0 && probes <= MOST_PROBES,
        "--probes must be 0 to " + MOST_PROBES + ", got " + probes);
    require(
        deaf.toMillis() >= 0 && deaf.toMillis() <= MOST_DEAF_MILLIS,
        "--deaf must be 0 to " + MOST_DEAF_MILLIS + ", got " + deaf.toMillis());
    require(
        deaf.isZero() || fault == FaultKind.PAUSE,
        "--deaf is about nodes that stood still, so it needs --fault pause");
    require(
        warmUp.toSeconds() >= 0 && warmUp.toSeconds() <= MOST_SECONDS,
        "--warm-up must be 0 to " + MOST_SECONDS + ", got " + warmUp.toSeconds());
  }

  private static void require(boolean right, String otherwise) {
    if (!right) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
