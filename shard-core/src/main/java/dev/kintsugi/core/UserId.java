package dev.kintsugi.core;

import java.util.regex.Pattern;

/** A user, as the identity provider's {@code sub} claim names it. At most 256 characters. */
public record UserId(String value) implements Comparable<UserId> {

  private static final Pattern FORM = Pattern.compile("[^\\p{Cntrl}]{1,256}");

  public UserId {
    Names.check("a user id", value, FORM, "1 to 256 characters without control characters");
  }

  @Override
  public int compareTo(UserId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
