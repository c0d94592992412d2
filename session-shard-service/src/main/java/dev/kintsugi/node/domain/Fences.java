package dev.kintsugi.node.domain;

import dev.kintsugi.core.Incarnation;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The fences that this node has read, whoever wrote them, and those it has asked for. Not
 * thread-safe.
 *
 * <p>A heartbeat that stands before a fence was sent before the fence was read; so a lease that it
 * proves has ended {@code L} after that reading.
 */
public final class Fences {

  private static final long RETRY_NANOS = 200_000_000;

  private final Map<Incarnation, Long> readNanos = new HashMap<>();
  private final Map<Incarnation, Long> askedNanos = new HashMap<>();

  /** A fence was read back; the first reading counts. */
  public void read(Incarnation of, long nowNanos) {
    readNanos.putIfAbsent(of, nowNanos);
    askedNanos.remove(of);
  }

  /** When the fence of the incarnation was first read. */
  public OptionalLong readAtNanos(Incarnation of) {
    return Optional.ofNullable(readNanos.get(of))
        .map(OptionalLong::of)
        .orElse(OptionalLong.empty());
  }

  /** Whether to append a fence now: none was read, and none was asked for lately. */
  public boolean ask(Incarnation of, long nowNanos) {
    if (readNanos.containsKey(of)) {
      return false;
    }
    Long asked = askedNanos.get(of);
    if (asked != null && nowNanos - asked < RETRY_NANOS) {
      return false;
    }
    askedNanos.put(of, nowNanos);
    return true;
  }
}
