package dev.kintsugi.local.verify.load;

/**
 * How much of what is asked, in shares of all requests. What is left are reads of one area.
 *
 * @param writes merge patches of one area; the next three are among them
 * @param guarded of all requests, writes with {@code If-Match}
 * @param keyed of all requests, writes with the client's own {@code Idempotency-Key}
 * @param repeated of the keyed ones, those that are sent once more under the same key
 * @param foreign reads of another user's session
 * @param endedReads reads of sessions that have been signed out
 * @param signOutsPerSecond while there are sessions left to sign out
 * @param probesPerSecond requests straight to a node, beside all of the above
 * @param hotSessions so many sessions get half of everything; 0: all get the same
 */
public record Mixture(
    double writes,
    double guarded,
    double keyed,
    double repeated,
    double foreign,
    double endedReads,
    double signOutsPerSecond,
    double probesPerSecond,
    int hotSessions) {

  /** As it usually is. */
  public static final Mixture USUAL = new Mixture(0.48, 0.08, 0.10, 0.4, 0.01, 0.01, 2, 20, 0);

  /** The same with other probes, and half of everything for a few sessions. */
  public Mixture with(int probes, int hot) {
    return new Mixture(
        writes, guarded, keyed, repeated, foreign, endedReads, signOutsPerSecond, probes, hot);
  }
}
