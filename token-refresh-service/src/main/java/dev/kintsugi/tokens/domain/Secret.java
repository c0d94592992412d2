package dev.kintsugi.tokens.domain;

/** A token or password: never printed. */
public record Secret(String value) {

  public Secret {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("a secret must not be empty");
    }
  }

  /**
   * Whether a text can be a token: stored, sent and read again it is the same. Half of a surrogate
   * pair would become a question mark; a control character does not pass through a header.
   */
  public static boolean canBe(String text) {
    return !text.isEmpty()
        && text.codePoints()
            .noneMatch(point ->
                Character.isISOControl(point)
                    || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE));
  }

  @Override
  public String toString() {
    return "Secret[hidden]";
  }
}
