package dev.kintsugi.local.verify.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads one HTTP/1.1 answer from the bytes that have come so far. Pure. */
final class ResponseParser {

  /** More than this is no answer of ours. */
  static final int MOST_BYTES = 16 << 20;

  private static final int MOST_HEAD_BYTES = 64 << 10;

  private ResponseParser() {}

  /**
   * The answer, once all of it is there; empty before.
   *
   * @param ended whether nothing more will come
   * @throws IOException if this is no HTTP answer
   */
  static Optional<Response> parse(byte[] bytes, int length, boolean ended) throws IOException {
    int body = endOfHead(bytes, length);
    if (body < 0) {
      if (length > MOST_HEAD_BYTES) {
        throw new IOException("the head of the answer is too long");
      }
      return Optional.empty();
    }
    String[] head = new String(bytes, 0, body, StandardCharsets.ISO_8859_1).split("\r\n");
    int status = status(head[0]);
    Map<String, String> headers = headers(head);
    if (status < 200 || status == 204 || status == 304) {
      return Optional.of(new Response(status, headers, ""));
    }
    if ("chunked".equalsIgnoreCase(headers.getOrDefault("transfer-encoding", ""))) {
      return chunks(bytes, body, length).map(whole -> new Response(status, headers, whole));
    }
    String announced = headers.get("content-length");
    int end = announced == null ? (ended ? length : -1) : body + number(announced, 10);
    return end < 0 || end > length
        ? Optional.empty()
        : Optional.of(
            new Response(
                status, headers, new String(bytes, body, end - body, StandardCharsets.UTF_8)));
  }

  private static int endOfHead(byte[] bytes, int length) {
    for (int i = 3; i < length; i++) {
      if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  private static int status(String line) throws IOException {
    if (!line.startsWith("HTTP/1.") || line.length() < 12) {
      throw new IOException("this is no HTTP answer: " + line);
    }
    return number(line.substring(9, 12), 10);
  }

  private static Map<String, String> headers(String[] head) {
    Map<String, String> headers = new HashMap<>();
    for (int i = 1; i < head.length; i++) {
      int colon = head[i].indexOf(':');
      if (colon > 0) {
        headers.put(
            head[i].substring(0, colon).toLowerCase(Locale.ROOT),
            head[i].substring(colon + 1).strip());
      }
    }
    return headers;
  }

  private static Optional<String> chunks(byte[] bytes, int from, int length) throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    int at = from;
    while (true) {
      int line = at;
      while (line + 1 < length && !(bytes[line] == '\r' && bytes[line + 1] == '\n')) {
        line++;
      }
      if (line + 1 >= length) {
        return Optional.empty();
      }
      String size = new String(bytes, at, line - at, StandardCharsets.ISO_8859_1);
      int chunk = number(size.split(";", 2)[0].strip(), 16);
      int begin = line + 2;
      if (begin + chunk + 2 > length) {
        return Optional.empty();
      }
      if (chunk == 0) {
        return Optional.of(whole.toString(StandardCharsets.UTF_8));
      }
      whole.write(bytes, begin, chunk);
      at = begin + chunk + 2;
    }
  }

  private static int number(String text, int radix) throws IOException {
    try {
      int number = Integer.parseInt(text, radix);
      if (number >= 0 && number <= MOST_BYTES) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IOException("not a number in an HTTP answer: " + text, e);
    }
    throw new IOException("out of range in an HTTP answer: " + text);
  }
}
