package dev.kintsugi.coordinator.runtime;

/**
 * A record is larger than the log takes. It is not in the log and never will be; to append it again
 * is in vain.
 */
public final class RecordTooLargeException extends RuntimeException {

  public RecordTooLargeException(String message) {
    super(message);
  }
}
