package dev.kintsugi.kit;

import dev.kintsugi.log.activity.ActivityOutbox;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;

/** What becomes of the activity events of one service. */
public final class ActivityMeters {

  private ActivityMeters() {}

  /**
   * Meters an outbox.
   *
   * @param prefix of the meters' names, e.g. {@code kintsugi.gateway.activity}
   */
  public static void bind(MeterRegistry registry, String prefix, ActivityOutbox outbox) {
    count(
        registry,
        prefix + ".sent",
        "events that Kafka's client took",
        outbox,
        ActivityOutbox::sent);
    count(
        registry,
        prefix + ".dropped",
        "activity events lost because too many waited",
        outbox,
        ActivityOutbox::dropped);
    count(
        registry,
        prefix + ".failed",
        "activity events that Kafka's client did not take",
        outbox,
        ActivityOutbox::failed);
    count(
        registry,
        prefix + ".lost",
        "activity events that Kafka never acknowledged",
        outbox,
        ActivityOutbox::lost);
    Gauge.builder(prefix + ".waiting", outbox, ActivityOutbox::waiting).register(registry);
  }

  private static void count(
      MeterRegistry registry,
      String name,
      String description,
      ActivityOutbox outbox,
      ToDoubleFunction<ActivityOutbox> value) {
    FunctionCounter.builder(name, outbox, value).description(description).register(registry);
  }
}
