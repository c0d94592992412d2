package dev.kintsugi.signin;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The login form of an HTML page: where it posts to, and the hidden fields (CSRF token) to send
 * back.
 *
 * @param userField the name of the text field
 * @param passwordField the name of the password field
 */
record LoginForm(URI action, Map<String, String> hidden, String userField, String passwordField) {

  private static final Pattern FORM =
      Pattern.compile("<form\\b([^>]*)>(.*?)</form>", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern INPUT =
      Pattern.compile("<input\\b([^>]*)>", Pattern.CASE_INSENSITIVE);
  private static final Pattern ATTRIBUTE = Pattern.compile("([\\w-]+)\\s*=\\s*\"([^\"]*)\"");

  /** Finds the first form with a password field. */
  static Optional<LoginForm> in(String html, URI page) {
    Matcher form = FORM.matcher(html);
    while (form.find()) {
      Optional<LoginForm> found = read(attributes(form.group(1)), form.group(2), page);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<LoginForm> read(Map<String, String> form, String content, URI page) {
    Map<String, String> hidden = new LinkedHashMap<>();
    String user = "";
    String password = "";
    Matcher input = INPUT.matcher(content);
    while (input.find()) {
      Map<String, String> field = attributes(input.group(1));
      String name = field.getOrDefault("name", "");
      switch (field.getOrDefault("type", "text")) {
        case "hidden" -> hidden.put(name, field.getOrDefault("value", ""));
        case "text", "email" -> user = name;
        case "password" -> password = name;
        default -> {}
      }
    }
    if (user.isEmpty() || password.isEmpty()) {
      return Optional.empty();
    }
    URI action = page.resolve(form.getOrDefault("action", page.toString()));
    return Optional.of(new LoginForm(action, hidden, user, password));
  }

  private static Map<String, String> attributes(String tag) {
    Map<String, String> attributes = new LinkedHashMap<>();
    Matcher attribute = ATTRIBUTE.matcher(tag);
    while (attribute.find()) {
      attributes.put(attribute.group(1).toLowerCase(java.util.Locale.ROOT), unescaped(attribute));
    }
    return attributes;
  }

  private static String unescaped(Matcher attribute) {
    return attribute
        .group(2)
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
  }
}
