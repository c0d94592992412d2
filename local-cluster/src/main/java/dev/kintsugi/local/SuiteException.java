package dev.kintsugi.local;

/** Something a person has to put right; the message says what, in a sentence or two. */
public final class SuiteException extends RuntimeException {

  public SuiteException(String message) {
    super(message);
  }

  public SuiteException(String message, Throwable cause) {
    super(message, cause);
  }
}
