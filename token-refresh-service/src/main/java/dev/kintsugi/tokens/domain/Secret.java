package dev.kintsugi.tokens.domain;

/** A token or password: never printed. */
public record Secret(String value) {

  public Secret {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("a secret must not be empty");
    }
  }

  @Override
  public String toString() {
    return "Secret[hidden]";
  }
}
