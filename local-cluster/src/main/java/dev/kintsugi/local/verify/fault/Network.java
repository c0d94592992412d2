package dev.kintsugi.local.verify.fault;

import dev.kintsugi.local.SuiteOptions;
import dev.kintsugi.local.relay.Weather;

/**
 * What lies between every node and everybody else. To be opened before the suite that is started
 * with {@link #through}, and closed after it. Thread-safe.
 */
public interface Network extends AutoCloseable {

  /** Such a suite, with this network in it. */
  SuiteOptions through(SuiteOptions options);

  /**
   * Changes the weather around a node, for new and for open connections.
   *
   * @param said of what the node says
   * @param told of what it is told
   * @throws IllegalArgumentException if there is no such node, or this network knows no such
   *     weather
   */
  void weather(String node, Weather said, Weather told);

  /**
   * Changes the weather of what the broker tells a node; all else around the node is fair.
   *
   * @throws IllegalArgumentException likewise
   */
  void kafkaTells(String node, Weather told);

  /** Takes everything away that was made for it. */
  @Override
  void close();
}
