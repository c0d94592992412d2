package dev.kintsugi.core;

import java.util.regex.Pattern;

/** The check that all textual ids share. */
final class Names {

  private static final int SHOWN = 40;

  private Names() {}

  static void check(String what, String value, Pattern pattern, String rule) {
    if (!pattern.matcher(value).matches()) {
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
