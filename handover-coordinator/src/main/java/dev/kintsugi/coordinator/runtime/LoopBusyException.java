package dev.kintsugi.coordinator.runtime;

/**
 * The loop could not take a question; nothing happened, the caller may ask again a little later.
 */
public final class LoopBusyException extends RuntimeException {
  public LoopBusyException(Offer offer) {
    super("the coordinator's loop took no question: " + offer);
  }
}
