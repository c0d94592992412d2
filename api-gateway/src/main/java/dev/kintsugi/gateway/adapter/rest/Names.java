package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.kit.Problems;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.http.HttpStatus;

/** Reads the names in paths and queries, and answers bad ones with a problem. Immutable. */
final class Names {

  private final Areas areas;

  Names(Areas areas) {
    this.areas = areas;
  }

  Areas areas() {
    return areas;
  }

  SessionId session(String text) {
    try {
      return SessionId.parse(text);
    } catch (IllegalArgumentException e) {
      throw Problems.malformed("A session id consists of 32 base64url characters.").asException();
    }
  }

  UserId user(String text) {
    try {
      return new UserId(text);
    } catch (IllegalArgumentException e) {
      throw Problems.malformed(
              "A user id consists of 1 to 256 characters without control characters.")
          .asException();
    }
  }

  /** A declared area; never {@code session}, whose facts have a path of their own. */
  Area area(String text) {
    return declared(text)
        .orElseThrow(() ->
            Problem.refused(
                    HttpStatus.NOT_FOUND,
                    "There is no such area; this deployment has "
                        + String.join(", ", all().stream().map(Area::value).toList())
                        + '.')
                .asException());
  }

  boolean isArea(String text) {
    return declared(text).isPresent();
  }

  private java.util.Optional<Area> declared(String text) {
    return areas.named(text).filter(area -> !area.equals(Area.SESSION));
  }

  /** Every area but {@code session}, sorted. */
  List<Area> all() {
    return areas.all().stream()
        .map(policy -> policy.area())
        .filter(area -> !area.equals(Area.SESSION))
        .toList();
  }

  /**
   * The areas that the query parameter {@code names} lists; all where it is absent.
   *
   * @param values of the parameter; each may list several, separated by commas
   */
  Set<Area> areas(List<String> values) {
    if (values.isEmpty()) {
      return new LinkedHashSet<>(all());
    }
    Set<Area> named = new LinkedHashSet<>();
    for (String value : values) {
      for (String name : value.split(",", -1)) {
        if (name.isEmpty()) {
          throw Problems.malformed("The parameter names must list areas, separated by commas.")
              .asException();
        }
        named.add(area(name));
      }
    }
    return named;
  }
}
