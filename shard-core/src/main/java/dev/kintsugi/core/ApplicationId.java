package dev.kintsugi.core;

import java.util.regex.Pattern;

/** The application (OAuth client) that created a session; sessions never cross it. */
public record ApplicationId(String value) implements Comparable<ApplicationId> {

  private static final Pattern FORM = Pattern.compile("[\\p{Graph}&&[^\"\\\\]]{1,128}");

  public ApplicationId {
    Names.check(
        "an application id",
        value,
        FORM,
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
