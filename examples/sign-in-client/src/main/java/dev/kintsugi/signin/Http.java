package dev.kintsugi.signin;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Blocking HTTP with a bound on time and on the size of an answer. Thread-safe. */
final class Http implements AutoCloseable {

  private static final long MAX_ANSWER_BYTES = 256 * 1024;

  private final HttpClient client;
  private final Duration timeout;

  Http(Duration timeout) {
    this.timeout = timeout;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .build();
  }

  HttpRequest.Builder get(URI uri) {
    return HttpRequest.newBuilder(uri).timeout(timeout);
  }

  HttpRequest.Builder post(URI uri, Map<String, String> form) {
    return get(uri)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(BodyPublishers.ofString(encoded(form)));
  }

  /**
   * @throws SignInException if there is no answer in time, or one that is too large
   */
  HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.limiting(BodyHandlers.ofString(), MAX_ANSWER_BYTES));
    } catch (IOException noAnswer) {
      throw new SignInException("no proper answer from " + place(request.uri()), noAnswer);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new SignInException("interrupted while waiting for " + place(request.uri()), stop);
    }
  }

  /** The address without its query, which may hold secrets. */
  static String place(URI uri) {
    return uri.getScheme() + "://" + uri.getAuthority() + uri.getPath();
  }

  static String encoded(Map<String, String> form) {
    return form.entrySet().stream()
        .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
        .collect(Collectors.joining("&"));
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  static Map<String, String> query(@Nullable String rawQuery) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String field : rawQuery == null ? new String[0] : rawQuery.split("&", -1)) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        fields.put(decode(field.substring(0, equals)), decode(field.substring(equals + 1)));
      }
    }
    return fields;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }
}
