package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.RefreshPolicy;
import java.time.Duration;

/** The parts of the runtime, put together. */
public final class TokenRuntime implements AutoCloseable {

  private final TokenDesk tokens;
  private final GrantDesk grants;
  private final VerdictDesk verdicts;
  private final Refresher refresher;
  private final DueLoop loop;

  /**
   * Puts the runtime together; nothing runs before {@link #start}.
   *
   * @param poll how often the shared schedule is looked at
   * @param parallel tasks of the schedule at a time
   * @param feed told of each grant's end
   * @param skew tolerated in the times of tokens
   */
  public TokenRuntime(
      GrantStore store,
      DueTimes times,
      Providers providers,
      RefreshPolicy policy,
      TokenEvents events,
      RefreshSettings settings,
      Surroundings around,
      Duration poll,
      int parallel,
      RevocationFeed feed,
      Duration skew) {
    TokenMemory memory = new TokenMemory();
    Planner planner = new Planner(policy, times, around);
    Revoker revoker =
        new Revoker(store, times, providers, events, settings.aheadBackoff(), around, feed);
    Redemption redemption =
        new Redemption(store, providers, planner, revoker, memory, events, settings, around);
    this.refresher = new Refresher(store, redemption, settings, around);
    this.tokens = new TokenDesk(store, refresher, planner, memory, events, settings, around);
    this.grants = new GrantDesk(store, providers, planner, revoker, memory, settings, around);
    this.verdicts = new VerdictDesk(store, providers, skew, around);
    this.loop =
        new DueLoop(
            store, times, planner, refresher, revoker, events, settings, around, poll, parallel);
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
