package dev.kintsugi.tokens.runtime;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.Backoff;
import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.VerdictRules;
import dev.kintsugi.tokens.runtime.GrantStore.Found;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who serve sessions, and providers, that grants are of no use any more. What is to be
 * revoked is kept in the store until both know, for at most a day. Thread-safe.
 */
public final class Revoker {
  /*
   * The number of a task tells when the grant was deleted: whoever has to tell of it later, after a
   * crash, must not name a later time, by which somebody may have signed in again. Tokens that came
   * for a grant that was deleted before are nobody's news.
   */

  private static final Logger LOG = LoggerFactory.getLogger(Revoker.class);
  private static final Pattern DELETION = Pattern.compile("d([0-9a-f]{16})[0-9a-f]{16}");

  private static final Duration KEEP = Duration.ofDays(1);

  /** As long as sessions usually last at most: a grant without a mark may never have been. */
  private static final Duration KEEP_MARK = Duration.ofDays(1);

  /** What the provider was not asked is asked again as soon as after so many failures. */
  private static final int HELD_BACK = 3;

  /** For how long whoever deletes a grant waits until everybody can know. */
  private static final Duration TELLING = Duration.ofSeconds(1);

  /** Longer than any call to the store is waited for, and than a lost packet is sent again. */
  private static final Duration ON_ITS_WAY = Duration.ofSeconds(10);

  private final GrantStore store;
  private final DueTimes times;
  private final Shares shares;
  private final Providers providers;
  private final TokenEvents events;
  private final Backoff backoff;
  private final Surroundings around;
  private final RevocationFeed feed;

  /** Tasks of which everybody was told by this instance. */
  private final Cache<String, Boolean> told =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(KEEP).build();

  Revoker(
      GrantStore store,
      DueTimes times,
      Shares shares,
      Providers providers,
      TokenEvents events,
      Backoff backoff,
      Surroundings around,
      RevocationFeed feed) {
    this.store = store;
    this.times = times;
    this.shares = shares;
    this.providers = providers;
    this.events = events;
    this.backoff = backoff;
    this.around = around;
    this.feed = feed;
  }

  /** Deletes a grant; the schedule, in which the task stands before, takes care of the rest. */
  void delete(GrantKey key) {
    Instant now = around.now();
    DueTask.Revoke task =
        new DueTask.Revoke(key, "d" + HexFormat.of().toHexDigits(now.toEpochMilli()) + chance());
    Found before = store.load(key);
    times.plan(task, Shares.NONE, now.plus(TELLING));
    boolean deleted = store.delete(task, KEEP_MARK, KEEP);
    if (!deleted) {
      times.forget(task, Shares.NONE);
    }
    // One of whose user nothing is known any more finds no grant when its time comes.
    before
        .grant()
        .ifPresent(grant ->
            times.forget(new DueTask.Refresh(key), shares.of(key.application(), grant.user())));
    if (deleted || before.revision() > 0) {
      tell(task, before.grant().map(Grant::user), now);
    }
    if (deleted) {
      times.plan(task, Shares.NONE, around.now());
    }
  }

  /** Tells of a grant that the provider does not accept any more; does not wait. */
  void died(Grant grant) {
    var _ =
        feed.tell(
            new RevocationFeed.Ended(
                grant.key(),
                Optional.of(grant.user()),
                around.now(),
                grant.deadReason().orElse("")));
  }

  /** Whether everybody has been told, or need not be. */
  private boolean known(DueTask.Revoke task, Grant grant) {
    Matcher deletion = DELETION.matcher(task.number());
    return !deletion.matches()
        || told.getIfPresent(task.toString()) != null
        || tell(
            task,
            Optional.of(grant.user()),
            Instant.ofEpochMilli(HexFormat.fromHexDigitsToLong(deletion.group(1))));
  }

  private boolean tell(DueTask.Revoke task, Optional<UserId> user, Instant at) {
    try {
      feed.tell(new RevocationFeed.Ended(task.key(), user, at, VerdictRules.DELETED))
          .get(TELLING.toMillis(), TimeUnit.MILLISECONDS);
      told.put(task.toString(), true);
      return true;
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException notYet) {
      LOG.warn("not everybody can be told yet that grant {} was deleted", task.key());
      return false;
    }
  }

  /** Revokes tokens that belong to no stored grant; at once if they cannot be kept for later. */
  void orphaned(Grant grant) {
    DueTask.Revoke task = new DueTask.Revoke(grant.key(), chance());
    try {
      store.keepForRevocation(task, grant, KEEP);
      times.plan(task, Shares.NONE, around.now());
    } catch (StoreUnavailableException notKept) {
      attempt(grant);
    }
  }

  void run(DueTask.Revoke task) {
    Optional<Grant> grant = store.forRevocation(task);
    if (grant.isEmpty() && isYoung(task)) {
      times.plan(task, Shares.NONE, around.now().plus(TELLING));
      return;
    }
    boolean known = grant.isEmpty() || known(task, grant.get());
    Provider.Revocation outcome = grant.map(this::attempt).orElse(Provider.Revocation.NOTHING);
    if (known && outcome.isOver()) {
      store.dropRevocation(task);
      times.forget(task, Shares.NONE);
      return;
    }
    int failures = outcome == Provider.Revocation.HELD_BACK ? HELD_BACK : Integer.MAX_VALUE;
    Duration pause = backoff.pause(failures, Optional.empty(), around.chance());
    times.plan(task, Shares.NONE, around.now().plus(pause));
  }

  /** Whether the deletion that it belongs to may still be on its way to the store. */
  private boolean isYoung(DueTask.Revoke task) {
    Matcher deletion = DELETION.matcher(task.number());
    return deletion.matches()
        && around
            .now()
            .isBefore(
                Instant.ofEpochMilli(HexFormat.fromHexDigitsToLong(deletion.group(1)))
                    .plus(ON_ITS_WAY));
  }

  private Provider.Revocation attempt(Grant grant) {
    Optional<Provider> provider = providers.find(grant.provider());
    Provider.Revocation outcome =
        provider.map(known -> known.revoke(grant)).orElse(Provider.Revocation.NOTHING);
    events.revoked(grant.provider(), outcome);
    return outcome;
  }

  private String chance() {
    return HexFormat.of().toHexDigits(around.random().nextLong());
  }
}
