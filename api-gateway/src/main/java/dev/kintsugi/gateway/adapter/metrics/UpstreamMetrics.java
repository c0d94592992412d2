package dev.kintsugi.gateway.adapter.metrics;

import dev.kintsugi.gateway.domain.Upstream;
import dev.kintsugi.gateway.runtime.UpstreamListener;
import dev.kintsugi.gateway.runtime.Upstreams.Answer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Locale;

/** Counts and times calls to upstreams. Thread-safe. */
public final class UpstreamMetrics implements UpstreamListener {

  private final MeterRegistry registry;

  public UpstreamMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void ended(Upstream upstream, Answer answer, Duration took) {
    String outcome =
        switch (answer) {
          case Answer.Answered answered -> answered.status() / 100 + "xx";
          case Answer.Failed failed -> failed.why().name().toLowerCase(Locale.ROOT);
        };
    registry
        .timer("kintsugi.gateway.upstream", "upstream", upstream.name(), "outcome", outcome)
        .record(took);
  }

  @Override
  public void repeated(Upstream upstream) {
    registry.counter("kintsugi.gateway.upstream.repeated", "upstream", upstream.name()).increment();
  }
}
