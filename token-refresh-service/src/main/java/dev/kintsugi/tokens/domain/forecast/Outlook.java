package dev.kintsugi.tokens.domain.forecast;

import java.util.List;

/**
 * What a forecast says for one decision. Times are seconds of activity since the last request.
 *
 * @param renewals when to renew if no request comes, in order; may be empty
 * @param need the probability, 0 to 1, of a request while a token renewed now would be good
 * @param soon the probability of a request within the next minute
 * @param requests how many of the user's requests it rests on
 */
public record Outlook(List<Double> renewals, double need, double soon, int requests) {

  public Outlook {
    renewals = List.copyOf(renewals);
  }
}
