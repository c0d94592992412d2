package dev.kintsugi.tokens.runtime;

import java.time.Duration;

/** Lets the calling thread wait. */
@FunctionalInterface
public interface Pauses {

  /**
   * Waits.
   *
   * @throws InterruptedException if the process is to stop
   */
  void pause(Duration time) throws InterruptedException;
}
