package dev.kintsugi.core;

/** The application (OAuth client) that created a session; sessions never cross it. */
public record ApplicationId(String value) implements Comparable<ApplicationId> {

  private static final int LONGEST = 128;

  public ApplicationId {
    Names.check(
        "an application id",
        value,
        LONGEST,
        character -> character > ' ' && character <= '~' && character != '"' && character != '\\',
        "1 to 128 printable ASCII characters without blanks, quotes and backslashes");
  }

  @Override
  public int compareTo(ApplicationId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
