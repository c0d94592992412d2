package dev.kintsugi.core;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A functional part of a session, such as {@code mailbox-list}: the unit of policy, and a topic of
 * its own.
 */
public record Area(String value) implements Comparable<Area> {

  private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9-]{0,31}");

  /** The area each session has: its own facts (user, times, state). */
  public static final Area SESSION = new Area("session");

  private static final int MOST_SHARED = 1_000;

  private static final Map<String, Area> SHARED =
      new ConcurrentHashMap<>(Map.of(SESSION.value, SESSION));

  public Area {
    Names.check(
        "an area", value, FORM, "1 to 32 lower-case letters, digits or hyphens, a letter first");
  }

  /**
   * The same object for the same name wherever this is called, so that look-ups find it by its
   * reference; for names from a deployment's own configuration, of which 1,000 are kept.
   *
   * @throws IllegalArgumentException if no area can have that name
   */
  public static Area shared(String name) {
    @Nullable Area known = SHARED.get(name);
    if (known != null) {
      return known;
    }
    Area area = new Area(name);
    return SHARED.size() < MOST_SHARED ? SHARED.merge(name, area, (first, second) -> first) : area;
  }

  @Override
  public int compareTo(Area other) {
    return value.compareTo(other.value);
  }

  // Written out: a record's own are chains of method handles, slow until they are compiled.
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other || (other instanceof Area that && value.equals(that.value));
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return value;
  }
}
