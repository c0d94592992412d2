package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.Backoff;
import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Tells providers that tokens are of no use any more. What is to be revoked is kept in the store
 * until the provider has answered, for at most a day. Thread-safe.
 */
public final class Revoker {

  private static final Duration KEEP = Duration.ofDays(1);
  private static final Duration KEEP_MARK = Duration.ofMinutes(10);

  private final GrantStore store;
  private final DueTimes times;
  private final Providers providers;
  private final TokenEvents events;
  private final Backoff backoff;
  private final Surroundings around;

  Revoker(
      GrantStore store,
      DueTimes times,
      Providers providers,
      TokenEvents events,
      Backoff backoff,
      Surroundings around) {
    this.store = store;
    this.times = times;
    this.providers = providers;
    this.events = events;
    this.backoff = backoff;
    this.around = around;
  }

  /** Deletes a grant; the schedule, in which the task stands before, takes care of the rest. */
  void delete(GrantKey key) {
    DueTask.Revoke task = task(key);
    times.plan(task, around.now());
    if (!store.delete(task, KEEP_MARK, KEEP)) {
      times.forget(task);
    }
    times.forget(new DueTask.Refresh(key));
  }

  /** Revokes tokens that belong to no stored grant; at once if they cannot be kept for later. */
  void orphaned(Grant grant) {
    DueTask.Revoke task = task(grant.key());
    try {
      store.keepForRevocation(task, grant, KEEP);
      times.plan(task, around.now());
    } catch (StoreUnavailableException notKept) {
      attempt(grant);
    }
  }

  void run(DueTask.Revoke task) {
    Optional<Grant> grant = store.forRevocation(task);
    if (grant.isEmpty() || attempt(grant.get()) == Provider.Revocation.DONE) {
      store.dropRevocation(task);
      times.forget(task);
      return;
    }
    Duration pause = backoff.pause(Integer.MAX_VALUE, Optional.empty(), around.chance());
    times.plan(task, around.now().plus(pause));
  }

  private Provider.Revocation attempt(Grant grant) {
    Optional<Provider> provider = providers.find(grant.provider());
    Provider.Revocation outcome =
        provider.map(known -> known.revoke(grant)).orElse(Provider.Revocation.DONE);
    events.revoked(grant.provider(), outcome);
    return outcome;
  }

  private DueTask.Revoke task(GrantKey key) {
    return new DueTask.Revoke(key, HexFormat.of().toHexDigits(around.random().nextLong()));
  }
}
