package dev.kintsugi.tokens.adapter.rest;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A headless Chromium, driven by the WebDriver protocol through ChromeDriver. */
final class Browser implements AutoCloseable {

  /** Keys that are no characters. */
  static final String TAB = "\uE004";

  static final String ENTER = "\uE007";

  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Pattern PORT = Pattern.compile("started successfully on port (\\d+)");

  /** By which the protocol names an element. */
  private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process driver;
  private final String session;

  /** Whether there is a browser on this machine. */
  static boolean isHere() {
    return Files.isExecutable(DRIVER) && Files.isExecutable(CHROMIUM);
  }

  /** Starts one with an empty profile in the directory. */
  Browser(Path profile, boolean dark) throws Exception {
    driver = new ProcessBuilder(DRIVER.toString(), "--port=0").redirectErrorStream(true).start();
    String sessions = "http://127.0.0.1:" + port(driver) + "/session";
    Map<String, Object> asked =
        Map.of("capabilities", Map.of("alwaysMatch", wanted(profile, dark)));
    session = sessions + "/" + call("POST", sessions, json(asked)).get("sessionId").asString();
  }

  private static Map<String, Object> wanted(Path profile, boolean dark) {
    List<String> arguments =
        List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--window-size=1040,1960",
            "--blink-settings=preferredColorScheme=" + (dark ? 0 : 1),
            "--user-data-dir=" + profile);
    return Map.of(
        "browserName",
        "chrome",
        "goog:loggingPrefs",
        Map.of("browser", "ALL"),
        "goog:chromeOptions",
        Map.of("binary", CHROMIUM.toString(), "args", arguments));
  }

  private static String port(Process driver) throws IOException {
    BufferedReader output = driver.inputReader(StandardCharsets.UTF_8);
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      Matcher found = PORT.matcher(line);
      if (found.find()) {
        return found.group(1);
      }
    }
    throw new IOException("the driver ended without naming its port");
  }

  void open(String url) throws Exception {
    var _ = post("/url", Map.of("url", url));
  }

  /** What a function of this body returns. */
  JsonNode run(String body) throws Exception {
    return post("/execute/sync", Map.of("script", body, "args", List.of()));
  }

  /** Types into whatever has the focus. */
  void type(String text) throws Exception {
    String focused = get("/element/active").get(ELEMENT).asString();
    var _ = post("/element/" + focused + "/value", Map.of("text", text));
  }

  /** What the console said since it was asked last. */
  List<String> console() throws Exception {
    return StreamSupport.stream(post("/se/log", Map.of("type", "browser")).spliterator(), false)
        .map(line -> line.get("message").asString())
        .toList();
  }

  /** A PNG. */
  byte[] screenshot() throws Exception {
    return Base64.getDecoder().decode(get("/screenshot").asString());
  }

  private JsonNode get(String path) throws Exception {
    return call("GET", session + path, BodyPublishers.noBody());
  }

  private JsonNode post(String path, Map<String, Object> body) throws Exception {
    return call("POST", session + path, json(body));
  }

  private static BodyPublisher json(Map<String, Object> body) {
    return BodyPublishers.ofString(JsonMapper.shared().writeValueAsString(body));
  }

  private JsonNode call(String method, String url, BodyPublisher body)
      throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).method(method, body).build();
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(method + " " + url + ": " + answer.body());
    }
    return JsonMapper.shared().readTree(answer.body()).get("value");
  }

  @Override
  public void close() throws IOException {
    try {
      var _ = call("DELETE", session, BodyPublishers.noBody());
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } finally {
      driver.destroy();
      http.close();
    }
  }
}
