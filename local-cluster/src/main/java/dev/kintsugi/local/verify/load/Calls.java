package dev.kintsugi.local.verify.load;

import dev.kintsugi.local.verify.check.Content;
import java.nio.charset.StandardCharsets;

/** The public API's calls as bytes. Thread-safe. */
final class Calls {

  /** The attribute that says whose content it is. */
  static final String WHO = "who";

  /** The attribute with the value of the newest write. */
  static final String LAST = "last";

  private static final String JSON = "application/json";

  /**
   * No session ends by itself while it is asked about: after each run all are read, no run takes
   * more than some two hours, and the most runs of the longest fault some fifty days.
   */
  private static final String TIMEOUTS = "\"idleTimeout\":\"PT6H\",\"absoluteTimeout\":\"P60D\"";

  private final String host;

  /**
   * @param host and port, for the header
   */
  Calls(String host) {
    this.host = host;
  }

  /** The attribute of a place of a {@link Content}. */
  static String place(int number) {
    return "w" + number;
  }

  byte[] create(String user, String pad, String key, String token) {
    StringBuilder areas = new StringBuilder();
    for (String area : Areas.NAMES) {
      areas.append(areas.isEmpty() ? "" : ",");
      areas.append("\"%s\":{\"%s\":\"%s\",\"pad\":\"%s\"}".formatted(area, WHO, user, pad));
    }
    String body = "{\"userId\":\"%s\",%s,\"areas\":{%s}}".formatted(user, TIMEOUTS, areas);
    return bytes(
        head("POST", "/v1/sessions", token).append("Idempotency-Key: ").append(key).append("\r\n"),
        JSON,
        body);
  }

  byte[] readAll(String session, String token) {
    return bytes(
        head(
            "GET",
            "/v1/sessions/" + session + "/areas?names=" + String.join(",", Areas.NAMES),
            token));
  }

  byte[] read(String session, int area, String token) {
    return bytes(head("GET", path(session, area), token));
  }

  byte[] signOut(String session, String token) {
    return bytes(head("DELETE", "/v1/sessions/" + session, token));
  }

  /**
   * @param ifMatch -1: none
   * @param key empty: none
   */
  byte[] write(String session, int area, int value, long ifMatch, String key, String token) {
    StringBuilder head = head("PATCH", path(session, area), token);
    if (ifMatch >= 0) {
      head.append("If-Match: \"").append(ifMatch).append("\"\r\n");
    }
    if (!key.isEmpty()) {
      head.append("Idempotency-Key: ").append(key).append("\r\n");
    }
    String body =
        "{\"%s\":%d,\"%s\":%d}".formatted(LAST, value, place(Content.placeOf(value)), value);
    return bytes(head, "application/merge-patch+json", body);
  }

  private static String path(String session, int area) {
    return "/v1/sessions/" + session + "/areas/" + Areas.NAMES.get(area);
  }

  private StringBuilder head(String method, String path, String token) {
    return new StringBuilder(1_024)
        .append(method)
        .append(' ')
        .append(path)
        .append(" HTTP/1.1\r\nHost: ")
        .append(host)
        .append("\r\nAccept: application/json\r\nAuthorization: Bearer ")
        .append(token)
        .append("\r\n");
  }

  private static byte[] bytes(StringBuilder head) {
    return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(StringBuilder head, String type, String body) {
    head.append("Content-Type: ").append(type);
    head.append("\r\nContent-Length: ").append(body.length()).append("\r\n\r\n").append(body);
    return head.toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
