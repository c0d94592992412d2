package dev.kintsugi.local.verify.fault;

import dev.kintsugi.local.relay.Weather;
import java.time.Duration;

/** What happens between the processes. */
public final class NetworkFaults {

  private static final Duration SLOW = Duration.ofMillis(50);

  private NetworkFaults() {}

  /** What a node says reaches nobody for a while; what it is told arrives. */
  public static Fault oneWay(Network network, Duration length) {
    return around(network, "one-way partition", Weather.STOPPED, Weather.FAIR, length, true);
  }

  /** A node reaches nobody and nobody reaches it. */
  public static Fault full(Network network, Duration length) {
    return around(network, "partition", Weather.STOPPED, Weather.STOPPED, length, true);
  }

  /** All that a node says and is told comes late, which is no reason to take anything from it. */
  public static Fault slow(Network network, Duration length) {
    return around(network, "slow network", Weather.slow(SLOW), Weather.slow(SLOW), length, false);
  }

  private static Fault around(
      Network network, String what, Weather said, Weather told, Duration length, boolean hurts) {
    return scene -> {
      String node = scene.victim();
      long began = scene.nanos();
      if (hurts) {
        scene.hurts(node);
      }
      Runnable mend = scene.mendsWith(() -> network.weather(node, Weather.FAIR, Weather.FAIR));
      scene.tell(what + " around " + node);
      network.weather(node, said, told);
      scene.awaitFor(length);
      network.weather(node, Weather.FAIR, Weather.FAIR);
      scene.mended(mend);
      scene.heals(node);
      scene.over(what, node, began);
      scene.tell("fair again around " + node);
    };
  }
}
