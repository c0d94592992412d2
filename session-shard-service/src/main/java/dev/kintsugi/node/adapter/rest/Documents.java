package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.node.domain.Content;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * Reads the bodies of requests. Whatever is not sound ends in a 400 that says what is wrong. Pure.
 */
final class Documents {

  private static final int LONGEST_GRANT_ID = 128;
  private static final int MOST_REPORTED = 500;
  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(3650);

  /** The body of {@code POST /v1/sessions}. */
  record NewSession(
      Optional<UserId> user,
      SortedMap<Area, Content> contents,
      Optional<Duration> idleTimeout,
      Optional<Duration> absoluteTimeout,
      Optional<String> grantId) {}

  /** The body of an internal write. */
  record Owned(ApplicationId application, Optional<UserId> user, Content content) {}

  private Documents() {}

  static NewSession newSession(byte[] body, Areas areas) {
    JsonNode document = object(body);
    SortedMap<Area, Content> contents = new TreeMap<>();
    JsonNode byArea = document.path("areas");
    if (!byArea.isMissingNode()) {
      check(byArea.isObject(), "\"areas\" must be an object of area names.");
      byArea
          .properties()
          .forEach(member ->
              contents.put(area(member.getKey(), areas), Attributes.put(member.getValue())));
    }
    return new NewSession(
        text(document, "userId", UserId::new),
        contents,
        timeout(document, "idleTimeout"),
        timeout(document, "absoluteTimeout"),
        text(document, "grantId", Documents::grantId));
  }

  private static Area area(String name, Areas areas) {
    try {
      Area area = new Area(name);
      check(areas.find(area).isPresent(), "There is no area \"" + area + "\".");
      return area;
    } catch (IllegalArgumentException e) {
      throw Problems.malformed("\"areas\" holds a name that is no area's.").asException();
    }
  }

  private static String grantId(String text) {
    check(
        !text.isEmpty() && text.length() <= LONGEST_GRANT_ID && isPrintable(text),
        "\"grantId\" must have 1 to 128 printable characters.");
    return text;
  }

  private static Optional<Duration> timeout(JsonNode document, String name) {
    String rule = "\"" + name + "\" must be an ISO 8601 duration such as PT30M, above zero.";
    return text(
        document,
        name,
        text -> {
          try {
            Duration timeout = Duration.parse(text);
            check(timeout.toMillis() > 0 && timeout.compareTo(LONGEST_TIMEOUT) <= 0, rule);
            return timeout;
          } catch (DateTimeParseException | ArithmeticException e) {
            throw Problems.malformed(rule).asException();
          }
        });
  }

  private static <T> Optional<T> text(JsonNode document, String name, Function<String, T> parse) {
    JsonNode value = document.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    check(value.isString(), "\"" + name + "\" must be a string.");
    try {
      return Optional.of(parse.apply(value.asString()));
    } catch (IllegalArgumentException e) {
      throw Problems.malformed("\"" + name + "\" is malformed: " + e.getMessage()).asException();
    }
  }

  static Owned owned(byte[] body) {
    JsonNode document = object(Json.readStored(body));
    ApplicationId application =
        text(document, "application", ApplicationId::new)
            .orElseThrow(() -> Problems.malformed("\"application\" is missing.").asException());
    JsonNode attributes = document.path("attributes");
    return new Owned(
        application,
        text(document, "userId", UserId::new),
        attributes.isMissingNode() ? Content.EMPTY : Attributes.put(attributes));
  }

  /** A report of activity: session id to milliseconds since. */
  static Map<SessionId, Duration> activity(byte[] body) {
    JsonNode sessions = object(body).path("sessions");
    check(
        sessions.isObject() && !sessions.isEmpty() && sessions.size() <= MOST_REPORTED,
        "\"sessions\" must be an object of 1 to 500 session ids.");
    Map<SessionId, Duration> ago = new LinkedHashMap<>();
    sessions
        .properties()
        .forEach(member -> {
          JsonNode millis = member.getValue();
          check(
              millis.isIntegralNumber()
                  && millis.canConvertToLong()
                  && millis.asLong() >= 0
                  && millis.asLong() <= LONGEST_TIMEOUT.toMillis(),
              "The time since an activity must be a number of milliseconds.");
          ago.put(Asked.session(member.getKey()), Duration.ofMillis(millis.asLong()));
        });
    return ago;
  }

  /** Whether a text has no character that nobody can see. */
  static boolean isPrintable(String text) {
    return isPrintableAscii(text) || hasNoStrangeCharacter(text);
  }

  private static boolean isPrintableAscii(String text) {
    for (int at = 0; at < text.length(); at++) {
      char one = text.charAt(at);
      if (one < ' ' || one > '~') {
        return false;
      }
    }
    return true;
  }

  private static boolean hasNoStrangeCharacter(String text) {
    return text.codePoints()
        .noneMatch(character ->
            switch (Character.getType(character)) {
              case Character.CONTROL,
                  Character.SURROGATE,
                  Character.UNASSIGNED,
                  Character.LINE_SEPARATOR,
                  Character.PARAGRAPH_SEPARATOR ->
                  true;
              default -> false;
            });
  }

  private static JsonNode object(byte[] body) {
    return object(Json.read(body));
  }

  private static JsonNode object(JsonNode document) {
    check(document.isObject(), "The body must be a JSON object.");
    return document;
  }

  /** Refuses what is not sound. */
  static void check(boolean sound, String detail) {
    if (!sound) {
      throw Problems.malformed(detail).asException();
    }
  }
}
