package dev.kintsugi.tokens.domain;

/** Something to do for a grant at a given time. */
public sealed interface DueTask {

  GrantKey key();

  /** Look whether the grant's token is to be renewed. */
  record Refresh(GrantKey key) implements DueTask {
    @Override
    public String toString() {
      return "g:" + key;
    }
  }

  /**
   * Tell the provider that a token of a deleted grant is of no use any more.
   *
   * @param number tells apart the revocations of one key
   */
  record Revoke(GrantKey key, String number) implements DueTask {
    @Override
    public String toString() {
      return "r:" + number + ":" + key;
    }
  }

  /**
   * Reads what {@code toString} made.
   *
   * @throws IllegalArgumentException if the text is not one that {@code toString} made
   */
  static DueTask parse(String text) {
    if (text.startsWith("g:")) {
      return new Refresh(GrantKey.parse(text.substring(2)));
    }
    int colon = text.indexOf(':', 2);
    if (text.startsWith("r:") && colon > 0) {
      return new Revoke(GrantKey.parse(text.substring(colon + 1)), text.substring(2, colon));
    }
    throw new IllegalArgumentException("not a due task");
  }
}
