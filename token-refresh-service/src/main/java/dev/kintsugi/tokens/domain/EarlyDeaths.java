package dev.kintsugi.tokens.domain;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is learned of one provider's access tokens that die before their end: for how long they can
 * be counted on. Takes 2 KB, and about 100 bytes for each user of the last hours, 4,096 at most; a
 * call costs O(1). Not thread-safe.
 */
public final class EarlyDeaths {

  /*
   * The product-limit estimate [1] over ages in pieces of an eighth of an octave: in each piece, how
   * many died of those that were seen alive up to it. A token that was in use until it was renewed
   * says only that it lived so long (it is censored), which is what most tokens say. A few made-up
   * survivors in each piece stand for what is not known, so that a hazard needs evidence, and so
   * that forgetting leads back to the full life: the weights of all that was seen halve every six
   * hours, and never exceed those of 256 tokens.
   *
   * A user counts once in six hours, with the first token whose end is known, so that shares are
   * those of tokens and no user weighs more than two. Below the weight of five deaths nothing is
   * believed, so it takes three users at least.
   *
   * A token that died before the floor of its age says nothing here: who renews earlier than that
   * would renew again and again, and a token that is refused when it is new has not died of age.
   *
   * [1] Kaplan, Meier, Nonparametric Estimation from Incomplete Observations, JASA 1958.
   */

  /** How long a user's token stands for the user, and in which time what was seen halves. */
  static final Duration MEMORY = Duration.ofHours(6);

  private static final int PIECES = 128;
  private static final double PIECES_PER_OCTAVE = 8;
  private static final double FIRST_SECONDS = 30;
  private static final double SHARE = 0.05;
  private static final double UNKNOWN = 10;
  private static final double FEWEST_DEATHS = 5;
  private static final double MOST_SEEN = 256;
  private static final int MOST_USERS = 4096;
  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final int FLOOR_PART = 4;

  private record User(ApplicationId application, UserId user) {}

  private final double[] died = new double[PIECES];
  private final double[] lived = new double[PIECES];
  private final Map<User, Instant> counted = new LinkedHashMap<>();
  private double seen;
  private Instant at = Instant.MIN;

  /** A token was refused, although it had not ended, and the provider gave another one for it. */
  public void died(Grant grant, Instant now) {
    if (grant.access().isEmpty()) {
      return;
    }
    AccessToken token = grant.access().get();
    Duration age = Duration.between(token.issuedAt(), now);
    if (age.compareTo(floor(token)) >= 0
        && age.compareTo(token.lifetime()) < 0
        && counts(grant, now)) {
      take(died, age, now);
    }
  }

  /** A token was renewed; it was good when it was asked for last. */
  public void lived(Grant grant, Instant lastUsed, Instant now) {
    if (grant.access().isEmpty()) {
      return;
    }
    AccessToken token = grant.access().get();
    Instant until = lastUsed.isBefore(token.expiresAt()) ? lastUsed : token.expiresAt();
    Duration age = Duration.between(token.issuedAt(), until);
    if (age.compareTo(floor(token)) >= 0 && counts(grant, now)) {
      take(lived, age, now);
    }
  }

  /**
   * The age by which hardly one in twenty has died; empty: no reason not to count on a token until
   * its end.
   */
  public Optional<Duration> reliable(Instant now) {
    double weight = weight(now);
    double deaths = 0;
    double atRisk = 0;
    for (int i = 0; i < PIECES; i++) {
      deaths += died[i] * weight;
      atRisk += (died[i] + lived[i]) * weight;
    }
    if (deaths < FEWEST_DEATHS) {
      return Optional.empty();
    }
    double alive = 1;
    for (int i = 0; i < PIECES; i++) {
      alive *= 1 - died[i] * weight / (atRisk + UNKNOWN);
      if (alive < 1 - SHARE) {
        return Optional.of(start(i));
      }
      atRisk -= (died[i] + lived[i]) * weight;
    }
    return Optional.empty();
  }

  /** The token with the end that is to be reckoned with; never below a quarter of its life. */
  public AccessToken reliable(AccessToken token, Instant now) {
    return reliable(now)
        .map(age -> age.compareTo(floor(token)) < 0 ? floor(token) : age)
        .map(token::livingAtMost)
        .orElse(token);
  }

  private static Duration floor(AccessToken token) {
    Duration part = token.lifetime().dividedBy(FLOOR_PART);
    return part.compareTo(SHORTEST) < 0 ? SHORTEST : part;
  }

  private boolean counts(Grant grant, Instant now) {
    User user = new User(grant.key().application(), grant.user());
    Instant before = counted.get(user);
    if (before != null && now.isBefore(before.plus(MEMORY))) {
      return false;
    }
    counted.remove(user);
    counted.put(user, now);
    if (counted.size() > MOST_USERS) {
      counted.remove(counted.keySet().iterator().next());
    }
    return true;
  }

  private void take(double[] where, Duration age, Instant now) {
    double weight = weight(now);
    scale(weight);
    at = at.isAfter(now) ? at : now;
    where[piece(age)]++;
    seen++;
    if (seen > MOST_SEEN) {
      scale(MOST_SEEN / seen);
    }
  }

  private double weight(Instant now) {
    return at.isBefore(now) && !at.equals(Instant.MIN)
        ? Math.pow(0.5, Duration.between(at, now).toMillis() / (double) MEMORY.toMillis())
        : 1;
  }

  private void scale(double by) {
    for (int i = 0; i < PIECES; i++) {
      died[i] *= by;
      lived[i] *= by;
    }
    seen *= by;
  }

  private static int piece(Duration age) {
    double octaves = Math.log(age.toMillis() / 1e3 / FIRST_SECONDS) / Math.log(2);
    return (int) Math.clamp(Math.floor(octaves * PIECES_PER_OCTAVE), 0, PIECES - 1);
  }

  private static Duration start(int piece) {
    double seconds = FIRST_SECONDS * Math.pow(2, piece / PIECES_PER_OCTAVE);
    return Duration.ofMillis(Math.round(seconds * 1e3));
  }
}
