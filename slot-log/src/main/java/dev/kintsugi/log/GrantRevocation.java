package dev.kintsugi.log;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Word of the token service that a grant is of no use any more.
 *
 * @param grantId the application's name for the grant: 1 to 128 of {@code A-Z a-z 0-9 _ -}
 * @param user whose it was; empty: not known any more
 * @param at by the token service's clock
 * @param reason such as {@code deleted} or {@code invalid_grant}: at most 64 of {@code A-Z a-z 0-9
 *     _ . -}; may be empty
 */
public record GrantRevocation(
    ApplicationId application, String grantId, Optional<UserId> user, Instant at, String reason) {

  private static final Pattern GRANT_ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");
  private static final Pattern REASON = Pattern.compile("[A-Za-z0-9_.-]{0,64}");

  public GrantRevocation {
    if (!GRANT_ID.matcher(grantId).matches()) {
      throw new IllegalArgumentException("a grant id must be 1 to 128 of A-Z a-z 0-9 _ -");
    }
    if (!REASON.matcher(reason).matches()) {
      throw new IllegalArgumentException("a reason must be at most 64 of A-Z a-z 0-9 _ . -");
    }
  }
}
