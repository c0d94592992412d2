package dev.kintsugi.tokens.domain.forecast;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;

/** Whose activity it is. The same user of two applications is two. */
public record UserKey(ApplicationId application, UserId user) {

  /** {@code application/user}, the key of all that is said of this user's activity. */
  @Override
  public String toString() {
    return application.value() + "/" + user.value();
  }
}
