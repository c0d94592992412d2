package dev.kintsugi.log;

/**
 * Kafka did not answer in time, or refused for a reason that may pass. Nothing is known about what
 * was asked for; callers may try again.
 */
public final class LogUnavailableException extends RuntimeException {

  public LogUnavailableException(String message) {
    super(message);
  }

  public LogUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
