package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.Backoff;
import java.time.Duration;

/**
 * How the runtime behaves.
 *
 * @param keep a grant is forgotten when it was not used for so long
 * @param lease longer than any provider's timeout; too long: a crashed instance blocks its grants
 * @param stallLimit how long a caller waits for a token at most
 * @param minValidity a token that ends sooner is not handed out
 * @param touchInterval how often use is noted at most
 * @param backoff between attempts for a caller that waits
 * @param aheadBackoff between attempts when nobody waits
 */
public record RefreshSettings(
    Duration keep,
    Duration lease,
    Duration stallLimit,
    Duration minValidity,
    Duration touchInterval,
    Backoff backoff,
    Backoff aheadBackoff) {}
