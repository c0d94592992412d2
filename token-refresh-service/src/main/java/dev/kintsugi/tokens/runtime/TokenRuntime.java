package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.RefreshPolicy;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import java.time.Duration;

/** The parts of the runtime, put together. */
public final class TokenRuntime implements AutoCloseable {

  private final TokenDesk tokens;
  private final GrantDesk grants;
  private final VerdictDesk verdicts;
  private final Refresher refresher;
  private final DueLoop loop;
  private final Decisions decisions = new Decisions();
  private final TokenLives lives = new TokenLives();

  /**
   * Puts the runtime together; nothing runs before {@link #start}.
   *
   * @param shares into which users are divided
   * @param costs of renewals
   * @param poll how often the shared schedule is looked at
   * @param parallel tasks of the schedule at a time
   * @param feed told of each grant's end
   * @param skew tolerated in the times of tokens
   */
  public TokenRuntime(
      GrantStore store,
      DueTimes times,
      Providers providers,
      Shares shares,
      RefreshPolicy policy,
      Costs costs,
      TokenEvents events,
      RefreshSettings settings,
      Surroundings around,
      Duration poll,
      int parallel,
      RevocationFeed feed,
      Duration skew) {
    TokenMemory memory = new TokenMemory();
    Outcomes outcomes = new Outcomes(events);
    Planner planner =
        new Planner(policy, costs::cost, lives, times, shares, decisions, events, around);
    Revoker revoker =
        new Revoker(store, times, shares, providers, events, settings.aheadBackoff(), around, feed);
    Redemption redemption =
        new Redemption(store, providers, planner, revoker, memory, lives, events, settings, around);
    this.refresher = new Refresher(store, redemption, settings, around);
    this.tokens = new TokenDesk(store, refresher, planner, memory, events, settings, around, costs);
    this.grants =
        new GrantDesk(store, providers, planner, revoker, memory, lives, settings, around);
    this.verdicts = new VerdictDesk(store, providers, skew, around);
    this.loop =
        new DueLoop(
            store,
            times,
            shares,
            planner,
            refresher,
            revoker,
            events,
            outcomes,
            new Sleepers(),
            costs,
            settings,
            around,
            poll,
            parallel);
  }

  /** Somebody is active: tokens that were not renewed may be needed after all. Quick. */
  public void active(UserKey user) {
    loop.wake(user);
  }

  /** What was decided lately. */
  public Decisions decisions() {
    return decisions;
  }

  /** What is learned of tokens that die before their end. */
  public TokenLives lives() {
    return lives;
  }

  public TokenDesk tokens() {
    return tokens;
  }

  public GrantDesk grants() {
    return grants;
  }

  public VerdictDesk verdicts() {
    return verdicts;
  }

  public void start() {
    loop.start();
  }

  /** Stops; renewals under way are let end, for a few seconds. */
  @Override
  public void close() {
    loop.close();
    refresher.close();
  }
}
