package dev.kintsugi.coordinator.domain;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The name of one coordinator; it survives restarts. */
public record CoordinatorId(String value) {

  private static final Pattern FORM = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");
  private static final Pattern NUMBER = Pattern.compile("(\\d{1,6})$");
  private static final int RANKS = 4;

  public CoordinatorId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "a coordinator id must be 1 to 63 lower-case letters, digits, dots or hyphens");
    }
  }

  /**
   * Where this coordinator stands in the order in which they claim the lead, 0 to 3: from the
   * number at the end of its name, or else from the name. Two of the same rank only waste a claim.
   */
  int rank() {
    Matcher number = NUMBER.matcher(value);
    int seed = number.find() ? Integer.parseInt(number.group(1)) : value.hashCode();
    return Math.floorMod(seed, RANKS);
  }

  @Override
  public String toString() {
    return value;
  }
}
