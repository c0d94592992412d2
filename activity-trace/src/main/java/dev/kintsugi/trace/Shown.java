package dev.kintsugi.trace;

/** Foreign text as it may stand in a message: short and printable. */
final class Shown {

  private static final int LENGTH = 60;

  private Shown() {}

  static String of(String text) {
    StringBuilder shown = new StringBuilder("\"");
    text.codePoints()
        .limit(LENGTH)
        .map(c -> Character.isISOControl(c) || !Character.isDefined(c) ? '?' : c)
        .forEach(shown::appendCodePoint);
    return shown.append(text.codePointCount(0, text.length()) > LENGTH ? "…\"" : "\"").toString();
  }
}
