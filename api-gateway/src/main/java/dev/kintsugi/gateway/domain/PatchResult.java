package dev.kintsugi.gateway.domain;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.ShardVersion;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What became of an upstream's patch, area by area. There is no transaction across areas: some may
 * have been applied and others not.
 */
public record PatchResult(SortedMap<Area, AreaResult> areas) {

  /** What became of one area's patch. */
  public sealed interface AreaResult {
    /** It is in the log. */
    record Applied(ShardVersion version) implements AreaResult {}

    /** It never will be. */
    record Refused(int status) implements AreaResult {}

    /** It may or may not be. */
    record Unknown(int status) implements AreaResult {}
  }

  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;
  private static final int BAD_GATEWAY = 502;
  private static final int UNAVAILABLE = 503;
  private static final int TIMEOUT = 504;

  public PatchResult(Map<Area, AreaResult> areas) {
    this(new TreeMap<>(areas));
  }

  /** What an owner's refusal of a write means; 200 is none. */
  public static AreaResult refusal(int status) {
    return (status >= 400 && status < 500) || status == UNAVAILABLE
        ? new AreaResult.Refused(status)
        : new AreaResult.Unknown(status);
  }

  public boolean isComplete() {
    return all().stream().allMatch(AreaResult.Applied.class::isInstance);
  }

  public boolean nothingHappened() {
    return all().stream().allMatch(AreaResult.Refused.class::isInstance);
  }

  /**
   * The status for a client whose request's patch is not complete: 504 where the fate of an area is
   * unknown; else 409 where an area had changed meanwhile; 401, 403, 404 as the owner said; 503
   * where no owner could serve; 502 for what only the upstream can mend, such as too large a patch.
   */
  public int status() {
    if (all().stream().anyMatch(AreaResult.Unknown.class::isInstance)) {
      return TIMEOUT;
    }
    if (refused(PRECONDITION_FAILED) || refused(CONFLICT)) {
      return CONFLICT;
    }
    for (int final4xx : new int[] {404, 401, 403}) {
      if (refused(final4xx)) {
        return final4xx;
      }
    }
    return refused(UNAVAILABLE) || refused(429) ? UNAVAILABLE : BAD_GATEWAY;
  }

  private boolean refused(int status) {
    return all().contains(new AreaResult.Refused(status));
  }

  private Collection<AreaResult> all() {
    return areas.values();
  }
}
