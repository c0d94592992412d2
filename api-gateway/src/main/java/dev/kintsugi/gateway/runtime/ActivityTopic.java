package dev.kintsugi.gateway.runtime;

import dev.kintsugi.gateway.domain.Activity;

/** Where activity goes. */
public interface ActivityTopic extends AutoCloseable {

  /**
   * Sends one event. May block for a bounded time; called from one thread only.
   *
   * @throws RuntimeException if it was not taken; it is then lost
   */
  void send(Activity activity);

  @Override
  void close();
}
