package dev.kintsugi.trace;

/** A user as a trace names it: 1 to 256 printable characters. */
public record TraceUser(String name) implements Comparable<TraceUser> {

  /** The longest name that is taken. */
  public static final int MAX_LENGTH = 256;

  public TraceUser {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "a user must have 1 to 256 printable characters, got " + Shown.of(name));
    }
  }

  /** Whether a text can be a user's name. */
  static boolean isName(String text) {
    if (text.isBlank() || text.length() > MAX_LENGTH) {
      return false;
    }
    return text.codePoints()
        .noneMatch(c -> Character.isISOControl(c) || c == '\uFFFD' || surrogate(c));
  }

  private static boolean surrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  @Override
  public int compareTo(TraceUser other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
