package dev.kintsugi.core;

import java.util.regex.Pattern;

/**
 * A functional part of a session, such as {@code mailbox-list}: the unit of policy, and a topic of
 * its own.
 */
public record Area(String value) implements Comparable<Area> {

  private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9-]{0,31}");

  /** The area each session has: its own facts (user, times, state). */
  public static final Area SESSION = new Area("session");

  public Area {
    Names.check(
        "an area", value, FORM, "1 to 32 lower-case letters, digits or hyphens, a letter first");
  }

  @Override
  public int compareTo(Area other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
