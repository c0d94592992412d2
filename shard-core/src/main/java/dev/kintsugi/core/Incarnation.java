package dev.kintsugi.core;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

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

  // Written out: a record's own are chains of method handles, slow until they are compiled.
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other || (other instanceof Incarnation that && value == that.value);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(value);
  }

  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(value);
  }
}
