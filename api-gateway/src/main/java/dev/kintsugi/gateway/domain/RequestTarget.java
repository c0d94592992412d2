package dev.kintsugi.gateway.domain;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Path and query of a request as they may be handed on: whoever decodes the path, once or twice,
 * finds the place that the gateway saw. Immutable.
 *
 * @param path as on the request line: encoded, a slash first
 * @param query likewise, without the question mark
 */
public record RequestTarget(String path, Optional<String> query) {
  /*
   * Programs differ in what they make of "/a/..;/b", "/a%2f..%2fb", "/a//b", "/a/%252e%252e/b" or an
   * overlong UTF-8 dot: the gateway would check one path, and the upstream serve another. None of
   * these is of use to an honest client, so each is refused instead of cleaned.
   */

  /** Characters of path and query together. */
  public static final int LONGEST = 8192;

  private static final Pattern RAW = Pattern.compile("[A-Za-z0-9._~!$&'()*+,=:@%-]*");
  private static final Pattern STILL_ENCODED = Pattern.compile("%[0-9A-Fa-f]{2}");

  public RequestTarget {
    if (path.length() + query.map(String::length).orElse(0) > LONGEST) {
      throw new IllegalArgumentException("path and query must have at most 8192 characters");
    }
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("the path must start with a slash");
    }
    String[] segments = path.split("/", -1);
    for (int i = 1; i < segments.length; i++) {
      if (segments[i].isEmpty() && i < segments.length - 1) {
        throw new IllegalArgumentException("the path must not have empty segments");
      }
      check(segments[i]);
    }
    query.ifPresent(RequestTarget::checkQuery);
  }

  private static void check(String segment) {
    if (!RAW.matcher(segment).matches()) {
      throw new IllegalArgumentException("the path has a character that must be encoded, or a ;");
    }
    String decoded = decoded(segment);
    if (decoded.equals(".") || decoded.equals("..")) {
      throw new IllegalArgumentException("the path must not have dot segments");
    }
    if (decoded.chars().anyMatch(c -> c < ' ' || c == 0x7f || c == '/' || c == '\\' || c == ';')) {
      throw new IllegalArgumentException(
          "the path must not have encoded slashes, semicolons or control characters");
    }
    if (STILL_ENCODED.matcher(decoded).find()) {
      throw new IllegalArgumentException("the path must not be encoded twice");
    }
  }

  private static String decoded(String segment) {
    if (segment.indexOf('%') < 0) {
      return segment;
    }
    byte[] bytes = new byte[segment.length()];
    int length = 0;
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      if (c == '%') {
        c = (char) octet(segment, i + 1);
        i += 2;
      }
      bytes[length++] = (byte) c;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the path is not UTF-8", e);
    }
  }

  private static int octet(String segment, int at) {
    int high = at + 1 < segment.length() ? Character.digit(segment.charAt(at), 16) : -1;
    int low = high < 0 ? -1 : Character.digit(segment.charAt(at + 1), 16);
    if (low < 0) {
      throw new IllegalArgumentException("the path has a % without two hexadecimal digits");
    }
    return high << 4 | low;
  }

  private static void checkQuery(String query) {
    if (query.chars().anyMatch(c -> c <= ' ' || c >= 0x7f || c == '#')) {
      throw new IllegalArgumentException("the query has a character that must be encoded");
    }
  }

  /**
   * This target on a server.
   *
   * @param origin scheme and authority only
   * @throws IllegalArgumentException if the query has characters that no URI has
   */
  public URI at(URI origin) {
    return URI.create(origin + toString());
  }

  /** As it stands on a request line. */
  @Override
  public String toString() {
    return query.map(given -> path + '?' + given).orElse(path);
  }
}
