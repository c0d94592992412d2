package dev.kintsugi.tokens.runtime;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.GrantVerdict;
import dev.kintsugi.tokens.domain.TokenCheck;
import dev.kintsugi.tokens.domain.VerdictRules;
import dev.kintsugi.tokens.runtime.GrantStore.Found;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Says of grants whether they still stand. It asks the store once for all of them, never the
 * provider but for its keys, and hands out no token. Blocks; call it on virtual threads.
 * Thread-safe.
 */
public final class VerdictDesk {

  /** So many grants are judged at a time. */
  public static final int MOST = 200;

  /** Where nothing is asked for: tells whether the store answers. */
  private static final GrantKey NOBODYS =
      new GrantKey(new ApplicationId("kintsugi"), new GrantId("nobodys"));

  private final GrantStore store;
  private final Providers providers;
  private final Duration skew;
  private final Surroundings around;

  VerdictDesk(GrantStore store, Providers providers, Duration skew, Surroundings around) {
    this.store = store;
    this.providers = providers;
    this.skew = skew;
    this.around = around;
  }

  /**
   * The verdicts in the order of the keys; empty for none, once the store has answered.
   *
   * @throws StoreUnavailableException if the store does not answer: then nothing is known
   */
  public List<GrantVerdict> on(List<GrantKey> keys) {
    if (keys.size() > MOST) {
      throw new IllegalArgumentException("at most " + MOST + " grants at a time");
    }
    if (keys.isEmpty()) {
      store.load(NOBODYS);
      return List.of();
    }
    List<GrantVerdict> verdicts = new ArrayList<>(keys.size());
    for (Found found : store.loadAll(keys)) {
      verdicts.add(
          switch (found) {
            case Found.Absent(long revision) ->
                revision > 0
                    ? new GrantVerdict.Revoked(VerdictRules.DELETED, Optional.empty())
                    : new GrantVerdict.Unknown("absent");
            case Found.Unreadable _ -> new GrantVerdict.Unknown("unreadable");
            case Found.Present present -> on(present.value());
          });
    }
    return List.copyOf(verdicts);
  }

  private GrantVerdict on(Grant grant) {
    TokenCheck check =
        grant.isDead()
            ? new TokenCheck.Unchecked()
            : grant
                .access()
                .flatMap(token ->
                    providers.find(grant.provider()).map(known -> known.check(token.value())))
                .orElseGet(TokenCheck.Unchecked::new);
    return VerdictRules.of(grant, check, around.now(), skew);
  }
}
