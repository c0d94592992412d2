package dev.kintsugi.core;

import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/** The check that all textual ids share. */
final class Names {

  private static final int SHOWN = 40;

  private Names() {}

  static void check(String what, String value, Pattern pattern, String rule) {
    check(what, value, pattern.matcher(value).matches(), rule);
  }

  /**
   * The check of ids that stand in every record, several times as fast as a pattern. Half of a
   * surrogate pair is no character: it would become a question mark on its way to the log, and so
   * would every other half, which makes one id of many.
   *
   * @param most code points
   */
  static void check(String what, String value, int most, IntPredicate allowed, String rule) {
    boolean sound = !value.isEmpty() && value.length() <= 2 * most;
    for (int at = 0; sound && at < value.length(); at++) {
      char character = value.charAt(at);
      if (Character.isSurrogate(character)) {
        sound = allowed.test(character) && isPair(value, at);
        at++;
      } else {
        sound = allowed.test(character);
      }
    }
    check(what, value, sound && isAtMost(most, value), rule);
  }

  private static boolean isPair(String value, int at) {
    return at + 1 < value.length()
        && Character.isSurrogatePair(value.charAt(at), value.charAt(at + 1));
  }

  private static boolean isAtMost(int most, String value) {
    return value.length() <= most || value.codePointCount(0, value.length()) <= most;
  }

  private static void check(String what, String value, boolean sound, String rule) {
    if (!sound) {
      throw new IllegalArgumentException(
          what + " must be " + rule + ", got \"" + shown(value) + '"');
    }
  }

  /** The value as it may stand in a message: short, and without control characters. */
  static String shown(String value) {
    String cut = value.length() > SHOWN ? value.substring(0, SHOWN) + "…" : value;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
