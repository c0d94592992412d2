package dev.kintsugi.node.runtime.grants;

import dev.kintsugi.node.domain.GrantRef;
import dev.kintsugi.node.domain.GrantVerdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The token service, as nodes ask it. Thread-safe; must not block. */
@FunctionalInterface
public interface TokenService {

  /**
   * Its verdicts; a grant that it says nothing sound of is missing. Fails if it does not answer, or
   * cannot say, within the time given.
   *
   * @param grants none: only whether it can say anything
   */
  CompletableFuture<Map<GrantRef, GrantVerdict>> judge(List<GrantRef> grants, Duration patience);
}
