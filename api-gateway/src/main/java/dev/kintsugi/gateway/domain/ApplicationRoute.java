package dev.kintsugi.gateway.domain;

import dev.kintsugi.core.Area;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Requests that an upstream application answers, and what of a session it needs for that.
 *
 * @param pattern of paths, in the syntax of Spring's path patterns; begins with a literal segment
 * @param methods that pass, sorted
 * @param areas handed on, and the only ones that the upstream may patch; sorted
 */
public record ApplicationRoute(
    String pattern, List<String> methods, List<Area> areas, Upstream upstream, TokenNeed token) {

  /** Whether the upstream gets an access token of the session's grant. */
  public enum TokenNeed {
    /** A request of a session without a grant is refused. */
    REQUIRED,
    /** Where the session has a grant. */
    IF_GRANTED,
    /** Never. */
    NONE
  }

  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");

  public ApplicationRoute {
    methods = List.copyOf(new TreeSet<>(methods));
    areas = List.copyOf(new TreeSet<>(areas));
    if (methods.isEmpty() || !METHODS.containsAll(methods)) {
      throw new IllegalArgumentException(
          "methods must be some of GET, HEAD, POST, PUT, PATCH, DELETE, got " + methods);
    }
    if (areas.contains(Area.SESSION)) {
      throw new IllegalArgumentException(
          "areas must not name session: a session's facts are always handed on");
    }
  }
}
