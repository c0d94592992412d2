package dev.kintsugi.local.demo.ledger;

import java.util.Map;

/**
 * A shard as it was read.
 *
 * @param version 0 where there is no shard
 */
public record Found(long version, Map<String, String> attributes) {

  /** What is found where nothing is. */
  public static final Found NOTHING = new Found(0, Map.of());

  public Found {
    attributes = Map.copyOf(attributes);
  }
}
