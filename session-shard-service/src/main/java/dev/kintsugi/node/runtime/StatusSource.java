package dev.kintsugi.node.runtime;

/** Where the newest {@link NodeStatus} is to be had. */
@FunctionalInterface
public interface StatusSource {

  /** The state of at most 100 ms ago; never blocks; thread-safe. */
  NodeStatus status();
}
