package dev.kintsugi.tokens.adapter.rest;

import dev.kintsugi.tokens.domain.RefreshPolicy.Decision;
import dev.kintsugi.tokens.domain.RefreshPolicy.Expectation;
import dev.kintsugi.tokens.domain.RefreshPolicy.Why;
import dev.kintsugi.tokens.runtime.Decisions.Decided;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * Why something was decided, for machines and for people.
 *
 * @param why a label
 * @param text one sentence
 */
record Explanation(String why, String text) {

  /*
   * A forecast's decision is not one of a probability against a cost: the planner weighs every
   * moment until the session ends (see RenewalPlanner). So the sentences give both numbers, and
   * claim no more than that the plan came out this way.
   */

  private static final MathContext DIGITS = new MathContext(3);

  /** Explains a decision. */
  static Explanation of(Decided decided) {
    boolean forecast = !decided.decision().expected().equals(Expectation.NONE);
    return switch (decided.decision()) {
      case Decision.Renew(Expectation expected) ->
          forecast
              ? new Explanation("forecast", "Decided to renew: " + renewed(expected, decided))
              : new Explanation(
                  "no-forecast",
                  "Decided to renew: the token was about to end, or had ended, and there was no"
                      + " forecast to decide by.");
      case Decision.Later(Instant at, Expectation expected) ->
          forecast
              ? new Explanation("forecast", "Not yet: " + postponed(at, expected, decided))
              : new Explanation(
                  "too-early",
                  "Too early: a token is renewed late in its life; to be decided at "
                      + shown(at)
                      + ".");
      case Decision.Never(Why why, Expectation expected) -> never(why, expected, decided);
    };
  }

  private static Explanation never(Why why, Expectation expected, Decided decided) {
    return switch (why) {
      case NOT_REFRESHABLE ->
          new Explanation(
              "not-refreshable", "Not renewed: the grant has no refresh token that can be used.");
      case IDLE ->
          new Explanation(
              "idle", "Not renewed: the user was away for longer than the idle timeout.");
      case SESSION_END ->
          new Explanation(
              "session-end",
              "Not renewed: the session has ended, or will have before the token does.");
      case POLICY -> new Explanation("policy", "Not renewed: the policy renews nothing ahead.");
      case FORECAST ->
          new Explanation(
              "forecast",
              "Not renewed: "
                  + need(expected)
                  + "; at no moment until the session ends, as far as is forecast, a renewal is"
                  + " worth its cost of "
                  + cost(decided)
                  + ". Decided anew when the user is active.");
    };
  }

  private static String renewed(Expectation expected, Decided decided) {
    return need(expected)
        + String.format(Locale.ROOT, " (within a minute: %s)", percent(expected.soon()))
        + "; weighed over the time until the session ends, that is worth its cost of "
        + cost(decided)
        + " now.";
  }

  private static String postponed(Instant at, Expectation expected, Decided decided) {
    return need(expected)
        + "; weighed over the time until the session ends, at a cost of "
        + cost(decided)
        + " for each renewal, the best moment is "
        + shown(at)
        + " if the user does not come before.";
  }

  private static String need(Expectation expected) {
    return String.format(
        Locale.ROOT,
        "a token renewed at that moment would be used with a probability of %s, by %s",
        percent(expected.need()),
        switch (expected.requests()) {
          case 0 -> "what all users do";
          case 1 -> "1 request of this user and what all users do";
          default -> expected.requests() + " requests of this user and what all users do";
        });
  }

  private static String percent(double probability) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * probability);
  }

  private static String cost(Decided decided) {
    BigDecimal rounded = new BigDecimal(decided.cost(), DIGITS).stripTrailingZeros();
    return rounded.toPlainString() + " stalls";
  }

  private static String shown(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
