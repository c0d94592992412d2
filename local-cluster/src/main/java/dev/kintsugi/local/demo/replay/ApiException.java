package dev.kintsugi.local.demo.replay;

import org.jspecify.annotations.Nullable;

/**
 * The public API answered something else than was needed to go on. The message says to what; the
 * demo ends with it.
 */
public final class ApiException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  ApiException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  ApiException(String asked, Reply reply) {
    super(
        asked
            + " was answered with status "
            + reply.status()
            + ": "
            + (reply.body().length() > 500 ? reply.body().substring(0, 500) + "…" : reply.body()));
  }
}
