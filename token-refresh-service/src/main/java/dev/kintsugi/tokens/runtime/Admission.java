package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import java.time.Duration;

/** Whether a provider may be asked now. */
public sealed interface Admission {

  /**
   * It may not; nothing has been sent.
   *
   * @param retryAfter when to ask again at the earliest
   */
  record Closed(FailureReason reason, Duration retryAfter) implements Admission {}

  /** It may, once; must be closed, whether or not it was asked. */
  non-sealed interface Open extends Admission, AutoCloseable {

    /** The longest the call can take from now on. */
    Duration timeout();

    /** Redeems a refresh token, as {@link Provider#redeem} does. */
    ProviderAnswer redeem(Secret refreshToken);

    /** Gives the place back; does nothing the second time. */
    @Override
    void close();
  }
}
