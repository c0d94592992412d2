package dev.kintsugi.local.verify.fault;

import dev.kintsugi.local.relay.Weather;
import java.time.Duration;
import java.util.function.Consumer;

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

  /**
   * Nothing that the broker says reaches a node, so that it can neither prove a read nor
   * acknowledge a write, though what it writes may get there; everybody else hears it.
   */
  public static Fault kafka(Network network, Duration length) {
    Weathers deaf =
        new Weathers(
            node -> network.kafkaTells(node, Weather.STOPPED),
            node -> network.kafkaTells(node, Weather.FAIR));
    return around("silence of Kafka", deaf, length, true);
  }

  private static Fault around(
      Network network, String what, Weather said, Weather told, Duration length, boolean hurts) {
    Weathers weathers =
        new Weathers(
            node -> network.weather(node, said, told),
            node -> network.weather(node, Weather.FAIR, Weather.FAIR));
    return around(what, weathers, length, hurts);
  }

  /** What makes the weather around a node bad, and fair again. */
  private record Weathers(Consumer<String> bad, Consumer<String> fair) {}

  private static Fault around(String what, Weathers weathers, Duration length, boolean hurts) {
    return scene -> {
      String node = scene.victim();
      long began = scene.nanos();
      if (hurts) {
        scene.hurts(node);
      }
      Runnable mend = scene.mendsWith(() -> weathers.fair().accept(node));
      scene.tell(what + " around " + node);
      weathers.bad().accept(node);
      scene.awaitFor(length);
      weathers.fair().accept(node);
      scene.mended(mend);
      scene.heals(node);
      scene.over(what, node, began);
      scene.tell("fair again around " + node);
    };
  }
}
