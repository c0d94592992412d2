package dev.kintsugi.gateway.runtime;

import dev.kintsugi.gateway.domain.Upstream;
import java.time.Duration;

/** Hears of calls to upstreams as they end. Must not block and must not throw. */
public interface UpstreamListener {

  void ended(Upstream upstream, Upstreams.Answer answer, Duration took);

  /** A call is sent for the second time. */
  void repeated(Upstream upstream);
}
