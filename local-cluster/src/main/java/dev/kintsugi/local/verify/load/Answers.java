package dev.kintsugi.local.verify.load;

import dev.kintsugi.local.verify.check.Answer;
import dev.kintsugi.local.verify.check.Content;
import dev.kintsugi.local.verify.check.Fate;
import dev.kintsugi.local.verify.check.Found;
import dev.kintsugi.local.verify.check.Kind;
import dev.kintsugi.local.verify.check.Stamp;
import dev.kintsugi.local.verify.wire.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads what the public API answers. Pure. */
final class Answers {

  private static final Pattern ETAG = Pattern.compile("(?:W/)?\"(\\d{1,18})\"");
  private static final Pattern STAMP =
      Pattern.compile("(\\d{1,18})\\.(\\d{1,18})(?:@(\\d{1,18}))?");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Answers() {}

  /**
   * What an answer means.
   *
   * @param user whose content a read must show
   */
  static Answer of(Kind kind, Response response, String user, long nanos) {
    int status = response.status();
    if (status / 100 != 2) {
      return Answer.refusal(nanos, status, fate(response));
    }
    JsonNode attributes =
        kind == Kind.READ ? tree(response.body()).path("attributes") : JSON.missingNode();
    return new Answer(
        nanos,
        status,
        Fate.DONE,
        response.header("Shard-Slot").map(Areas::slot).orElse(-1),
        stamp(response.header("Shard-Epoch")),
        number(response.header("Shard-Offset")),
        stamp(response.header("Shard-Map-Version")),
        version(response.header("ETag")),
        isMarked(response),
        isForeign(attributes, user),
        content(attributes));
  }

  /** A 4xx says that nothing happened; of the others the problem document says what it knows. */
  private static Fate fate(Response response) {
    if (response.status() / 100 == 4) {
      return Fate.REFUSED;
    }
    return tree(response.body()).path("outcome").asString("").equals("refused")
        ? Fate.REFUSED
        : Fate.UNKNOWN;
  }

  /** Whether content is there that is not the user's. */
  private static boolean isForeign(JsonNode attributes, String user) {
    String who = attributes.path(Calls.WHO).asString("");
    return !who.isEmpty() && !who.equals(user);
  }

  private static Content content(JsonNode attributes) {
    if (!attributes.has(Calls.LAST)) {
      return Content.EMPTY;
    }
    int[] places = new int[Content.PLACES];
    for (int place = 0; place < places.length; place++) {
      places[place] = attributes.path(Calls.place(place)).asInt(0);
    }
    return new Content(attributes.path(Calls.LAST).asInt(0), places);
  }

  /** What reading a whole session says of it. */
  sealed interface Whole {
    /**
     * It lives.
     *
     * @param areas in order; empty for one that it lacks
     */
    record Lives(List<Optional<Found>> areas) implements Whole {
      public Lives {
        areas = List.copyOf(areas);
      }
    }

    /** There is no such session. */
    record Gone() implements Whole {}

    /** Nothing that can be relied on: it is to be asked again. */
    record Unproven() implements Whole {}
  }

  /** Of an answer about all areas. */
  static Whole whole(Response response) {
    if (response.status() == 404) {
      return new Whole.Gone();
    }
    JsonNode areas = tree(response.body()).path("areas");
    if (response.status() != 200 || !areas.isObject() || isMarked(response)) {
      return new Whole.Unproven();
    }
    List<Optional<Found>> found = new ArrayList<>();
    for (String name : Areas.NAMES) {
      JsonNode one = areas.path(name);
      boolean there = one.path("version").isIntegralNumber();
      if (one.path("stale").booleanValue(false) || (!there && areas.has(name))) {
        return new Whole.Unproven();
      }
      found.add(
          there
              ? Optional.of(
                  new Found(one.path("version").longValue(), content(one.path("attributes"))))
              : Optional.empty());
    }
    return new Whole.Lives(found);
  }

  private static boolean isMarked(Response response) {
    return response.header("Shard-Stale").filter("true"::equals).isPresent();
  }

  /** The slots of a rebuilt session's areas, in order. */
  static int[] slots(Response response) {
    JsonNode areas = tree(response.body()).path("areas");
    int[] slots = new int[Areas.COUNT];
    for (int area = 0; area < slots.length; area++) {
      slots[area] = Areas.slot(areas.path(Areas.NAMES.get(area)).path("slot").asString(""));
    }
    return slots;
  }

  /** The id of a created session; empty if none was. */
  static String sessionId(Response response) {
    return response.status() == 201 ? tree(response.body()).path("sessionId").asString("") : "";
  }

  private static long version(Optional<String> etag) {
    return etag.map(ETAG::matcher)
        .filter(Matcher::matches)
        .map(m -> Long.parseLong(m.group(1)))
        .orElse(-1L);
  }

  private static long number(Optional<String> text) {
    return text.filter(t -> t.matches("\\d{1,18}")).map(Long::parseLong).orElse(-1L);
  }

  static Stamp stamp(Optional<String> text) {
    Matcher matcher = STAMP.matcher(text.orElse(""));
    if (!matcher.matches()) {
      return Stamp.NONE;
    }
    return new Stamp(
        Long.parseLong(matcher.group(1)),
        Long.parseLong(matcher.group(2)),
        matcher.group(3) == null ? -1 : Long.parseLong(matcher.group(3)));
  }

  private static JsonNode tree(String body) {
    try {
      return body.isBlank() ? JSON.missingNode() : JSON.readTree(body);
    } catch (JacksonException notJson) {
      return JSON.missingNode();
    }
  }
}
