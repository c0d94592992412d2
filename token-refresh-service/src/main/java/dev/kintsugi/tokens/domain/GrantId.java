package dev.kintsugi.tokens.domain;

import java.util.regex.Pattern;

/** An application's name for one of its grants. */
public record GrantId(String value) {

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{1,128}");

  public GrantId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "a grant id must be 1 to 128 characters of A-Z a-z 0-9 _ -");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
