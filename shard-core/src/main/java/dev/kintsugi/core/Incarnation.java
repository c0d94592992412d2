package dev.kintsugi.core;

import java.util.HexFormat;

/**
 * One life of a node: a random number drawn at each start, and again when the node joins after
 * having been fenced.
 *
 * @param value any number but 0
 */
public record Incarnation(long value) {

  public Incarnation {
    if (value == 0) {
      throw new IllegalArgumentException("an incarnation must not be 0");
    }
  }

  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(value);
  }
}
