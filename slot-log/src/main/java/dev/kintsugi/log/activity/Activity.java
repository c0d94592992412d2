package dev.kintsugi.log.activity;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.UserId;
import java.time.Instant;

/**
 * What a user did; never what it was about.
 *
 * @param kind e.g. {@code settings.read}, {@code session.create}
 */
public record Activity(ApplicationId application, UserId user, String kind, Instant at) {

  public static final String SESSION_CREATE = "session.create";
  public static final String SESSION_END = "session.end";
  public static final String SESSION_READ = "session.read";

  public static String read(Area area) {
    return area + ".read";
  }

  public static String write(Area area) {
    return area + ".write";
  }

  /** What keeps the events of one user in order: application and user. */
  public String key() {
    return application + "/" + user;
  }
}
