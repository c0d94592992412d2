package dev.kintsugi.trace;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Lines of a web server's access log, common or combined format, with further quoted fields behind.
 *
 * <p>The user is the third field, or, if a cookie is named, that cookie's value from any quoted
 * field behind the request. A cookie's value may be a secret, so that it is replaced by a digest.
 * Lines without a user ({@code -}) are ignored.
 */
final class AccessLogParser implements LineParser {

  private static final int DIGEST_CHARACTERS = 16;

  private final String cookie;

  /** A parser that takes the user from the third field if the cookie's name is empty. */
  AccessLogParser(String cookie) {
    this.cookie = cookie;
  }

  @Override
  public LineResult parse(String line) {
    List<String> fields = split(line);
    if (fields.size() < 7) {
      return new LineResult.Malformed(fields.size() + " fields instead of at least 7");
    }
    Optional<Instant> at = TraceTimes.accessLog(fields.get(3));
    if (at.isEmpty()) {
      return new LineResult.Malformed(Shown.of(fields.get(3)) + " is no time of an access log");
    }
    if (!fields.get(5).matches("[1-5][0-9]{2}|-")) {
      return new LineResult.Malformed(Shown.of(fields.get(5)) + " is no status");
    }
    String user = cookie.isEmpty() ? fields.get(2) : cookieValue(fields);
    if (user.isEmpty() || user.equals("-")) {
      return LineResult.IGNORED;
    }
    if (!TraceUser.isName(user)) {
      return new LineResult.Malformed("a user needs 1 to 256 printable characters");
    }
    return new LineResult.Happened(user, kindOf(fields.get(4)), "", at.get());
  }

  private static ActionKind kindOf(String request) {
    int end = request.indexOf(' ');
    String method = end < 0 ? request : request.substring(0, end);
    String rest = end < 0 ? "" : request.substring(end);
    return switch (method) {
      case "POST", "PUT", "PATCH", "DELETE" -> {
        ActionKind named = ActionKind.named(rest);
        yield named == ActionKind.READ ? ActionKind.WRITE : named;
      }
      default -> ActionKind.READ;
    };
  }

  private String cookieValue(List<String> fields) {
    for (String field : fields.subList(7, fields.size())) {
      for (String pair : field.split(";", -1)) {
        int equals = pair.indexOf('=');
        if (equals > 0 && pair.substring(0, equals).strip().equals(cookie)) {
          return digest(pair.substring(equals + 1).strip());
        }
      }
    }
    return "";
  }

  private static String digest(String value) {
    if (value.isEmpty() || value.equals("-")) {
      return "";
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, DIGEST_CHARACTERS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Fields between blanks; those in quotes or brackets may hold blanks, and quotes after a \. */
  private static List<String> split(String line) {
    List<String> fields = new ArrayList<>();
    int i = 0;
    while (i < line.length()) {
      char c = line.charAt(i);
      if (c == ' ') {
        i++;
      } else if (c == '"' || c == '[') {
        int end = closing(line, i + 1, c == '"' ? '"' : ']');
        fields.add(line.substring(i + 1, end));
        i = end + 1;
      } else {
        int end = line.indexOf(' ', i);
        end = end < 0 ? line.length() : end;
        fields.add(line.substring(i, end));
        i = end;
      }
    }
    return fields;
  }

  private static int closing(String line, int from, char mark) {
    for (int i = from; i < line.length(); i++) {
      if (line.charAt(i) == '\\') {
        i++;
      } else if (line.charAt(i) == mark) {
        return i;
      }
    }
    return line.length();
  }
}
