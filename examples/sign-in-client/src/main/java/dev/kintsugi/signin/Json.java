package dev.kintsugi.signin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A reader of JSON (RFC 8259), enough for provider metadata and token answers: objects become maps,
 * arrays lists, numbers doubles. Depth is bounded. Not thread-safe.
 */
final class Json {

  private static final int MAX_DEPTH = 32;

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /**
   * Reads one object.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  static Map<String, @Nullable Object> object(String text) {
    Json json = new Json(text);
    json.blanks();
    if (json.peek() != '{') {
      throw json.wrong("an object");
    }
    Map<String, @Nullable Object> object = json.members(0);
    json.blanks();
    if (json.at != text.length()) {
      throw json.wrong("the end");
    }
    return object;
  }

  private @Nullable Object value(int depth) {
    if (depth > MAX_DEPTH) {
      throw wrong("less depth");
    }
    blanks();
    return switch (peek()) {
      case '{' -> members(depth);
      case '[' -> elements(depth);
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private Map<String, @Nullable Object> members(int depth) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    at++;
    blanks();
    if (took('}')) {
      return members;
    }
    do {
      blanks();
      String name = string();
      blanks();
      take(':');
      members.put(name, value(depth + 1));
      blanks();
    } while (took(','));
    take('}');
    return members;
  }

  private List<@Nullable Object> elements(int depth) {
    List<@Nullable Object> elements = new ArrayList<>();
    at++;
    blanks();
    if (took(']')) {
      return elements;
    }
    do {
      elements.add(value(depth + 1));
      blanks();
    } while (took(','));
    take(']');
    return elements;
  }

  private String string() {
    take('"');
    StringBuilder string = new StringBuilder();
    while (peek() != '"') {
      char c = text.charAt(at++);
      if (c < ' ') {
        throw wrong("no control character");
      }
      string.append(c == '\\' ? escaped() : c);
    }
    at++;
    return string.toString();
  }

  private char escaped() {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw wrong("an escape");
    };
  }

  private char unicode() {
    if (at + 4 > text.length()) {
      throw wrong("four hex digits");
    }
    int code = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(text.charAt(at++), 16);
      if (digit < 0) {
        throw wrong("four hex digits");
      }
      code = code * 16 + digit;
    }
    return (char) code;
  }

  private Double number() {
    int from = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    try {
      return Double.valueOf(text.substring(from, at));
    } catch (NumberFormatException notOne) {
      throw new IllegalArgumentException(wrong("a value").getMessage(), notOne);
    }
  }

  private @Nullable Object word(String word, @Nullable Object meaning) {
    if (!text.startsWith(word, at)) {
      throw wrong(word);
    }
    at += word.length();
    return meaning;
  }

  private void blanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() {
    if (at >= text.length()) {
      throw wrong("more");
    }
    return text.charAt(at);
  }

  private boolean took(char c) {
    if (peek() != c) {
      return false;
    }
    at++;
    return true;
  }

  private void take(char c) {
    if (!took(c)) {
      throw wrong("'" + c + "'");
    }
  }

  private IllegalArgumentException wrong(String expected) {
    return new IllegalArgumentException("not JSON: expected " + expected + " at position " + at);
  }
}
