package dev.kintsugi.core;

/** A user, as the identity provider's {@code sub} claim names it. At most 256 characters. */
public record UserId(String value) implements Comparable<UserId> {

  private static final int LONGEST = 256;
  private static final char DELETE = 127;

  public UserId {
    Names.check(
        "a user id",
        value,
        LONGEST,
        character -> character >= ' ' && character != DELETE,
        "1 to 256 whole characters without control characters");
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
