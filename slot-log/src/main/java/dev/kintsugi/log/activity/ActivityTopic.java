package dev.kintsugi.log.activity;

/** Where activity goes. */
public interface ActivityTopic extends AutoCloseable {

  /**
   * Sends one event. May block for a bounded time; called from one thread only.
   *
   * @throws RuntimeException if it was not taken; it is then lost
   */
  void send(Activity activity);

  /** Events that were taken, and lost afterwards. Any thread may ask. */
  long lost();

  /** What was taken and not sent yet may be lost; called once {@link #send} is not any more. */
  @Override
  void close();
}
