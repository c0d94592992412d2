package dev.kintsugi.tokens.adapter.oauth;

import dev.kintsugi.tokens.domain.ClockOffset;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A provider's clock, as the header {@code Date} of its answers shows it (RFC 9110 §6.6.1). Only
 * answers that no cache may keep tell the time. Thread-safe.
 */
final class ProviderClock implements InstantSource {

  private final InstantSource ours;
  private final AtomicReference<ClockOffset> offset = new AtomicReference<>(ClockOffset.UNKNOWN);

  ProviderClock(InstantSource ours) {
    this.ours = ours;
  }

  /** The provider's time, in all likelihood; ours where nothing is known of it. */
  @Override
  public Instant instant() {
    return ours.instant().plus(offset.get().lead());
  }

  /** When it is by our clock what it is by the provider's. */
  Instant ours(Instant providers) {
    try {
      return providers.minus(offset.get().lead());
    } catch (DateTimeException | ArithmeticException farOff) {
      return providers;
    }
  }

  ClockOffset offset() {
    return offset.get();
  }

  /** Learns from an answer that has just come. */
  void answered(HttpHeaders headers, Instant sent) {
    Instant received = ours.instant();
    date(headers, "Date")
        .ifPresent(date -> offset.updateAndGet(known -> known.after(sent, received, date)));
  }

  /** A date in a header; empty: there is none, or it is malformed. */
  static Optional<Instant> date(HttpHeaders headers, String name) {
    return headers.firstValue(name).flatMap(ProviderClock::parsed);
  }

  static Optional<Instant> parsed(String date) {
    try {
      return Optional.of(
          ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException malformed) {
      return Optional.empty();
    }
  }
}
