package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.core.Area;
import dev.kintsugi.gateway.domain.ApplicationRoute;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import org.springframework.web.util.pattern.PatternParseException;

/**
 * The declared routes of upstream applications. Of several whose pattern fits, the most specific
 * one that knows the method counts. Immutable; a look-up is linear in the number of routes.
 */
final class RouteTable {

  private record Entry(PathPattern pattern, ApplicationRoute route) {}

  /** What the table says of a request. */
  sealed interface Match {
    /** An application answers it. */
    record Found(ApplicationRoute route) implements Match {}

    /** One does, but not with this method. */
    record OtherMethods(List<String> allowed) implements Match {}

    /** None does. */
    record None() implements Match {}
  }

  /** A literal first segment keeps routes apart from the paths of the gateway itself. */
  private static final Pattern FORM = Pattern.compile("/([A-Za-z0-9][A-Za-z0-9._~-]*)(/.*)?");

  private static final Pattern RESERVED =
      Pattern.compile("v[0-9]+|admin|actuator|internal|openapi\\.yaml|favicon\\.ico");

  private final List<Entry> entries;

  private RouteTable(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /**
   * A table of routes.
   *
   * @throws IllegalArgumentException if a route cannot be served; says which and why
   */
  static RouteTable of(List<ApplicationRoute> routes, Names names) {
    List<Entry> entries = new ArrayList<>();
    for (ApplicationRoute route : routes) {
      for (Area area : route.areas()) {
        if (!names.isArea(area.value())) {
          throw refused(route, "needs the area " + area + ", which this deployment does not have");
        }
      }
      Entry entry = new Entry(pattern(route), route);
      entries.stream()
          .filter(other -> other.pattern().equals(entry.pattern()))
          .filter(other -> other.route().methods().stream().anyMatch(route.methods()::contains))
          .findFirst()
          .ifPresent(_ -> {
            throw refused(route, "is declared twice for the same method");
          });
      entries.add(entry);
    }
    entries.sort(Comparator.comparing(Entry::pattern, PathPattern.SPECIFICITY_COMPARATOR));
    return new RouteTable(entries);
  }

  private static PathPattern pattern(ApplicationRoute route) {
    Matcher form = FORM.matcher(route.pattern());
    if (!form.matches()) {
      throw refused(
          route, "must begin with a segment of letters, digits, dots, hyphens: like /mail/**");
    }
    if (RESERVED.matcher(form.group(1).toLowerCase(Locale.ROOT)).matches()) {
      throw refused(route, "lies among the gateway's own paths (/" + form.group(1) + ")");
    }
    try {
      return PathPatternParser.defaultInstance.parse(route.pattern());
    } catch (PatternParseException e) {
      throw new IllegalArgumentException(
          refused(route, "is no path pattern: " + e.getMessage()).getMessage(), e);
    }
  }

  private static IllegalArgumentException refused(ApplicationRoute route, String why) {
    return new IllegalArgumentException(
        "kintsugi.gateway.applications.routes: the path " + route.pattern() + ' ' + why);
  }

  /** The patterns of all routes. */
  List<String> patterns() {
    return entries.stream().map(entry -> entry.route().pattern()).distinct().toList();
  }

  Match match(PathContainer path, HttpMethod method) {
    Set<String> allowed = new TreeSet<>();
    for (Entry entry : entries) {
      if (entry.pattern().matches(path)) {
        if (entry.route().methods().contains(method.name())) {
          return new Match.Found(entry.route());
        }
        allowed.addAll(entry.route().methods());
      }
    }
    return allowed.isEmpty() ? new Match.None() : new Match.OtherMethods(List.copyOf(allowed));
  }

  /** Whether an application answers at this path, by whatever method. */
  boolean knows(PathContainer path) {
    return entries.stream().anyMatch(entry -> entry.pattern().matches(path));
  }
}
