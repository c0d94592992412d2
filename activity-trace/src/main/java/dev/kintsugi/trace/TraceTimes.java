package dev.kintsugi.trace;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** Reads instants as traces write them; empty where a text is none. */
final class TraceTimes {

  /** The end of the year 9999, in seconds: larger numbers are no times. */
  private static final long MAX_SECONDS = 253_402_300_799L;

  /** Numbers from here on are milliseconds: as seconds they would lie beyond the year 5138. */
  private static final long FIRST_MILLIS = 100_000_000_000L;

  private static final int MAX_DIGITS = 15;

  private static final DateTimeFormatter ACCESS_LOG =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH);

  private TraceTimes() {}

  /** Whole seconds, zero or more. */
  static Optional<Instant> seconds(String text) {
    if (!isNumber(text)) {
      return Optional.empty();
    }
    long seconds = Long.parseLong(text);
    return seconds <= MAX_SECONDS ? Optional.of(Instant.ofEpochSecond(seconds)) : Optional.empty();
  }

  /** Seconds (with a fraction, if need be) or milliseconds since 1970, or ISO-8601. */
  static Optional<Instant> any(String text) {
    if (isNumber(text)) {
      long number = Long.parseLong(text);
      return number >= FIRST_MILLIS ? millis(number) : seconds(text);
    }
    int dot = text.indexOf('.');
    if (dot > 0 && isNumber(text.substring(0, dot)) && isNumber(text.substring(dot + 1))) {
      String fraction = (text.substring(dot + 1) + "000").substring(0, 3);
      return seconds(text.substring(0, dot)).map(t -> t.plusMillis(Long.parseLong(fraction)));
    }
    return iso(text);
  }

  /** For example {@code 10/Oct/2000:13:55:36 -0700}. */
  static Optional<Instant> accessLog(String text) {
    try {
      return inRange(OffsetDateTime.parse(text, ACCESS_LOG).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> iso(String text) {
    if (text.length() < 10 || text.length() > 40) {
      return Optional.empty();
    }
    try {
      if (text.length() == 10) {
        return inRange(LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant());
      }
      String withT =
          text.charAt(10) == ' ' ? text.substring(0, 10) + 'T' + text.substring(11) : text;
      boolean zoned =
          withT.indexOf('Z') > 0 || withT.indexOf('+') > 0 || withT.indexOf('-', 11) > 0;
      return inRange(
          zoned
              ? OffsetDateTime.parse(withT).toInstant()
              : LocalDateTime.parse(withT).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> millis(long number) {
    return inRange(Instant.ofEpochMilli(number));
  }

  private static Optional<Instant> inRange(Instant instant) {
    long seconds = instant.getEpochSecond();
    return seconds >= 0 && seconds <= MAX_SECONDS ? Optional.of(instant) : Optional.empty();
  }

  private static boolean isNumber(String text) {
    if (text.isEmpty() || text.length() > MAX_DIGITS) {
      return false;
    }
    return text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
