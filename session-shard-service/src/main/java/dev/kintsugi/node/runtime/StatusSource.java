package dev.kintsugi.node.runtime;

import java.time.Duration;

/** Where the newest {@link NodeStatus} is to be had. */
@FunctionalInterface
public interface StatusSource {

  /** The state of at most 100 ms ago; never blocks; thread-safe. */
  NodeStatus status();

  /** How old that is; more than a moment only if whoever makes it stands still. */
  default Duration statusAge() {
    return Duration.ZERO;
  }
}
