package dev.kintsugi.local.demo.measure;

import dev.kintsugi.local.demo.plan.PlannedRequest;
import java.time.Duration;

/**
 * A request that has ended.
 *
 * @param turn when the requests of its event before it had ended, from the beginning of the replay
 * @param sent when it really left, with a token, from the beginning of the replay
 * @param ended when its answer was there, or was given up
 */
public record Sample(
    PlannedRequest request, Duration turn, Duration sent, Duration ended, Answered answered) {

  /** From the intended start, not from the sending: waiting for one's turn is part of it. */
  public Duration latency() {
    return ended.minus(request.start());
  }

  public boolean proper() {
    return answered instanceof Answered.Properly;
  }
}
