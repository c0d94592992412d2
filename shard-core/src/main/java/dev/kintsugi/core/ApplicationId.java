package dev.kintsugi.core;

import org.jspecify.annotations.Nullable;

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

  // Written out: a record's own are chains of method handles, slow until they are compiled.
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other || (other instanceof ApplicationId that && value.equals(that.value));
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
