package dev.kintsugi.kit;

import org.jspecify.annotations.Nullable;
import org.springframework.security.web.server.firewall.StrictServerWebExchangeFirewall;

/**
 * What may stand in a header's value: assigned characters that are no controls, and tabs. It is the
 * rule of {@link StrictServerWebExchangeFirewall}, which asks a regular expression about each
 * character; bearer tokens are long, and that was a tenth of the gateway's work.
 */
final class HeaderValues {

  private static final int FIRST_PRINTABLE = 0x20;
  private static final int LAST_ASCII = 0x7e;

  private HeaderValues() {}

  /** Whether all of it is allowed, or it is not there; linear, without allocation. */
  static boolean allowed(@Nullable String value) {
    if (value == null) {
      return true;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < FIRST_PRINTABLE || c > LAST_ASCII) && c != '\t') {
        return allowedFrom(value, i);
      }
    }
    return true;
  }

  private static boolean allowedFrom(String value, int start) {
    return value
        .substring(start)
        .codePoints()
        .allMatch(c -> c == '\t' || (Character.isDefined(c) && !Character.isISOControl(c)));
  }
}
