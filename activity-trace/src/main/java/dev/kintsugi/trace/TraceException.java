package dev.kintsugi.trace;

/**
 * A file is no usable trace. The message names the file, the line where there is one, and what was
 * expected; the caller should show it as it is. Reading the same file again cannot help.
 */
public final class TraceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  TraceException(String message) {
    super(message);
  }

  TraceException(String message, Throwable cause) {
    super(message, cause);
  }
}
