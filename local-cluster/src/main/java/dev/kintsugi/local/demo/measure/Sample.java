package dev.kintsugi.local.demo.measure;

import dev.kintsugi.local.demo.plan.PlannedRequest;
import java.time.Duration;

/**
 * A request that has ended.
 *
 * @param sent when it really left, from the beginning of the replay
 * @param ended when its answer was there, or was given up
 */
public record Sample(PlannedRequest request, Duration sent, Duration ended, Answered answered) {

  /** From the intended start, not from the sending: waiting for one's turn is part of it. */
  public Duration latency() {
    return ended.minus(request.start());
  }

  public boolean proper() {
    return answered instanceof Answered.Properly;
  }
}
