package dev.kintsugi.local.verify.load;

import dev.kintsugi.local.verify.check.Answer;
import dev.kintsugi.local.verify.check.Content;
import dev.kintsugi.local.verify.check.Fate;
import dev.kintsugi.local.verify.check.Found;
import dev.kintsugi.local.verify.check.Kind;
import dev.kintsugi.local.verify.check.Stamp;
import dev.kintsugi.local.verify.wire.Response;
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
        response.header("Shard-Stale").filter("true"::equals).isPresent(),
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

  /** The areas of a rebuilt session, in order; empty unless each is there and proven. */
  static Optional<Found[]> areas(Response response) {
    JsonNode areas = tree(response.body()).path("areas");
    Found[] found = new Found[Areas.COUNT];
    for (int area = 0; area < found.length; area++) {
      JsonNode one = areas.path(Areas.NAMES.get(area));
      if (response.status() != 200
          || !one.path("version").isIntegralNumber()
          || one.path("stale").booleanValue(false)) {
        return Optional.empty();
      }
      found[area] = new Found(one.path("version").longValue(), content(one.path("attributes")));
    }
    return Optional.of(found);
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
