package dev.kintsugi.local.verify.measure;

import dev.kintsugi.local.verify.check.Exchange;
import dev.kintsugi.local.verify.check.Fate;

/**
 * Whether a request of the client's got its proper answer. Whether the answer is true is another
 * question, the checker's. Pure.
 *
 * @param staleIsProper whether a read may be answered with a mark: nobody can prove anything while
 *     Kafka is out of reach
 * @param refusalIsProper whether a write may be refused or called unknown, and a read of a session
 *     that has ended refused, for the same reason: an answer with a mark is never a refusal
 */
public record Judge(boolean staleIsProper, boolean refusalIsProper) {

  private static final int OK = 200;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int PRECONDITION = 412;

  /** Whether the request is the client's own: what is asked straight of a node is a probe. */
  public static boolean counts(Exchange exchange) {
    return exchange.request().via() == 0;
  }

  /** Whether the answer is what the request was to get. */
  public boolean isProper(Exchange exchange) {
    int status = exchange.answer().status();
    return switch (exchange.request().kind()) {
      case READ -> status == OK && (staleIsProper || !exchange.answer().stale());
      case WRITE ->
          exchange.answer().fate() == Fate.DONE
              || (status == PRECONDITION && exchange.request().ifMatch() >= 0)
              || mayBeRefused(status);
      case SIGN_OUT -> exchange.answer().fate() == Fate.DONE || mayBeRefused(status);
      // It may have been asked before the session had ended; that it has is a refusal to be proven.
      case READ_ENDED -> status == NOT_FOUND || status == OK || mayBeRefused(status);
      case READ_FOREIGN -> status == FORBIDDEN || status == NOT_FOUND;
    };
  }

  private boolean mayBeRefused(int status) {
    return refusalIsProper && (status == 503 || status == 504);
  }
}
