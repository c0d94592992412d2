package dev.kintsugi.client;

import java.io.IOException;

/** One attempt brought no answer; its kind says whether anything may have happened at the node. */
public final class AttemptFailedException extends IOException {

  private static final long serialVersionUID = 1;

  /** How an attempt failed. */
  public enum Kind {
    /** It was not sent, for want of a connection or a callable address: nothing about the node. */
    UNSENT,
    /** The address refused the connection: nobody listens there. Nothing was sent. */
    REFUSED,
    /** No connection came about: none in time, no way there, an unknown name. Nothing was sent. */
    UNREACHED,
    /** The exchange broke before its answer was complete: the request may have been carried out. */
    LOST,
    /** The answer exceeds the bound: the request was carried out, and asking again is no use. */
    OVERSIZED
  }

  private final Kind kind;

  /** A failure that something else caused. */
  public AttemptFailedException(Kind kind, Throwable cause) {
    super(cause.toString(), cause);
    this.kind = kind;
  }

  private AttemptFailedException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** The answer to an attempt exceeds the bound. */
  public static AttemptFailedException oversized(int maxAnswerBytes) {
    return new AttemptFailedException(
        Kind.OVERSIZED, "the answer exceeds " + maxAnswerBytes + " bytes");
  }

  public Kind kind() {
    return kind;
  }
}
