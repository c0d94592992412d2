package dev.kintsugi.kit;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;

/** Who a request comes from, as its bearer token proves. */
public sealed interface Caller {

  /** The application through which, or as which, the caller comes. */
  ApplicationId application();

  /** Whether the caller may act for this user of this application. */
  boolean mayActFor(ApplicationId application, UserId user);

  /** A signed-in person: acts for itself inside one application. */
  record EndUser(ApplicationId application, UserId user) implements Caller {
    @Override
    public boolean mayActFor(ApplicationId application, UserId user) {
      return this.application.equals(application) && this.user.equals(user);
    }
  }

  /** An application by itself: acts for any of its own users. */
  record Application(ApplicationId application) implements Caller {
    @Override
    public boolean mayActFor(ApplicationId application, UserId user) {
      return this.application.equals(application);
    }
  }
}
