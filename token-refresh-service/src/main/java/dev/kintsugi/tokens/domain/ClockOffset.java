package dev.kintsugi.tokens.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * By how much another machine's clock is ahead of ours, as far as its answers tell: a span that the
 * truth lies in, narrowed by every answer. Immutable; every call costs O(1).
 *
 * @param known empty: nothing is known yet
 * @param contender a span that contradicts it, of the last answer; empty: the last one agreed
 */
public record ClockOffset(Optional<Span> known, Optional<Span> contender) {

  /*
   * An answer with the date D, a whole second, was dated between our sending and receiving, and its
   * clock then stood in [D, D + 1 s). So its lead is at least D - received, and less than
   * D + 1 s - sent: half the round trip and half a second to both sides of the middle. Answers come
   * at other parts of the second each time, so that what several spans have in common soon is much
   * narrower than any (Marzullo's intersection, as NTP does it with several servers [1]). What was
   * learnt widens with time, because clocks do not run at the same rate.
   *
   * One date that contradicts everything before may be a mistake, or a lie; a clock that was set
   * contradicts it twice. A date further off than a few minutes is no clock's at all: nothing that
   * we would do with it would be right.
   *
   * [1] Marzullo, Owicki: Maintaining the Time in a Distributed System, PODC 1983; RFC 5905 §11.2.1.
   */

  /** Nothing is known. */
  public static final ClockOffset UNKNOWN = new ClockOffset(Optional.empty(), Optional.empty());

  /** A lead beyond this is not believed. */
  public static final Duration MOST = Duration.ofMinutes(5);

  private static final Duration RESOLUTION = Duration.ofSeconds(1);

  /** A slow answer tells little. */
  private static final Duration LONGEST_ROUND_TRIP = Duration.ofSeconds(30);

  /**
   * Of a second per second: good for any quartz, and for a virtual machine that is not kept well.
   */
  private static final double DRIFT = 100e-6;

  /**
   * Where a lead lies.
   *
   * @param least and {@code most}: negative where that clock is behind ours
   * @param at by our clock
   */
  public record Span(Duration least, Duration most, Instant at) {

    /** The middle: wrong by {@link #error} at most. */
    public Duration middle() {
      return least.plus(most).dividedBy(2);
    }

    /** Half its width. */
    public Duration error() {
      return most.minus(least).dividedBy(2);
    }

    private Span later(Instant now) {
      Duration since = Duration.between(at, now);
      if (!since.isPositive()) {
        return this;
      }
      Duration drift = Duration.ofNanos(Math.round((double) bounded(since).toNanos() * DRIFT));
      return new Span(least.minus(drift), most.plus(drift), now);
    }

    private static Duration bounded(Duration since) {
      Duration month = Duration.ofDays(30);
      return since.compareTo(month) < 0 ? since : month;
    }

    private Optional<Span> common(Span other) {
      Duration from = least.compareTo(other.least) > 0 ? least : other.least;
      Duration to = most.compareTo(other.most) < 0 ? most : other.most;
      return from.compareTo(to) <= 0 ? Optional.of(new Span(from, to, other.at)) : Optional.empty();
    }
  }

  /**
   * What is known after an answer; the same as before if it makes no sense.
   *
   * @param sent when the question was sent, by our clock
   * @param received when the answer came, by our clock
   * @param date as the answer says, in whole seconds
   */
  public ClockOffset after(Instant sent, Instant received, Instant date) {
    Duration roundTrip = Duration.between(sent, received);
    Span seen =
        new Span(
            Duration.between(received, date),
            Duration.between(sent, date).plus(RESOLUTION),
            received);
    if (roundTrip.isNegative()
        || roundTrip.compareTo(LONGEST_ROUND_TRIP) > 0
        || seen.middle().abs().compareTo(MOST) > 0) {
      return this;
    }
    if (known.isEmpty()) {
      return new ClockOffset(Optional.of(seen), Optional.empty());
    }
    Optional<Span> common = known.get().later(received).common(seen);
    if (common.isPresent()) {
      return new ClockOffset(common, Optional.empty());
    }
    Optional<Span> agreed = contender.flatMap(other -> other.later(received).common(seen));
    return agreed.isPresent()
        ? new ClockOffset(agreed, Optional.empty())
        : new ClockOffset(known, Optional.of(seen));
  }

  /** Where the lead lies at a moment; empty: not known. */
  public Optional<Span> span(Instant now) {
    return known.map(span -> span.later(now));
  }

  /** The lead in all likelihood; zero where nothing is known. */
  public Duration lead() {
    return known.map(Span::middle).orElse(Duration.ZERO);
  }
}
