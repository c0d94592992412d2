package dev.kintsugi.tokens.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kintsugi.tokens.runtime.MadeUpActivity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The page in a browser, by the keyboard alone. Leaves pictures of what it saw in {@code target};
 * docs/pictures/forecast-page.png is the one in light colours.
 */
@Timeout(180)
class ForecastPageIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String ALL_DRAWN = "document.querySelectorAll('main svg').length === 4";

  private static ForecastHost host;

  @TempDir Path profile;

  @BeforeAll
  static void start() {
    assumeTrue(
        Browser.isHere(),
        "no Chromium here (packages chromium and chromium-driver): the page is not tested");
    host = new ForecastHost();
  }

  @AfterAll
  static void stop() {
    if (host != null) {
      host.close();
    }
  }

  /** The first field has the focus after one tab; enter sends the form. */
  private static void look(Browser browser, String user, String token) throws Exception {
    browser.open(host.url("/forecast"));
    browser.type(Browser.TAB);
    browser.type(user + Browser.TAB);
    browser.type("webmail" + Browser.TAB);
    browser.type(token + Browser.ENTER);
  }

  private static void see(Browser browser, String condition) {
    await()
        .atMost(PATIENCE)
        .until(() -> browser.run("return Boolean(" + condition + ");").asBoolean());
  }

  private static String text(Browser browser, String id) throws Exception {
    return browser.run("return document.getElementById('" + id + "').textContent;").asString();
  }

  private static int count(Browser browser, String selector) throws Exception {
    return browser.run("return document.querySelectorAll('" + selector + "').length;").asInt();
  }

  @ParameterizedTest(name = "dark: {0}")
  @ValueSource(booleans = {false, true})
  void a_user_is_drawn(boolean dark) throws Exception {
    try (Browser browser = new Browser(profile, dark)) {
      look(browser, "mira.okafor", "admin");
      see(browser, ALL_DRAWN);
      String picture = dark ? "forecast-page-dark.png" : "forecast-page.png";
      Files.write(Path.of("target", picture), browser.screenshot());
      int decisions = host.activity().decisions.of(MadeUpActivity.MIRA).size();
      assertThat(count(browser, "#decisions li")).isEqualTo(decisions);
      assertThat(count(browser, "#moments g")).isBetween(1, decisions);
      assertThat(count(browser, "#moments .token")).isPositive();
      assertThat(count(browser, "#week .hour")).isGreaterThan(40);
      assertThat(count(browser, "#curve .band")).isEqualTo(1);
      assertThat(text(browser, "decisions")).contains("weighed over the time until the session");
      assertThat(text(browser, "curve-note")).contains("with 50 % within");
      assertThat(text(browser, "problem")).isEmpty();
      assertThat(browser.console()).as("nothing is against the page's policy").isEmpty();
    }
  }

  @Test
  void the_token_stays_in_the_page() throws Exception {
    try (Browser browser = new Browser(profile, false)) {
      look(browser, "mira.okafor", "admin");
      see(browser, ALL_DRAWN);
      assertThat(browser.run("return location.href;").asString()).isEqualTo(host.url("/forecast"));
      assertThat(
              browser
                  .run("return localStorage.length + sessionStorage.length + document.cookie;")
                  .asString())
          .isEqualTo("0");
      assertThat(
              browser
                  .run("return performance.getEntriesByType('resource').map(it => it.name).join();")
                  .asString())
          .contains("/admin/v1/users/mira.okafor/forecast?application=webmail")
          .doesNotContain("=admin");
    }
  }

  @Test
  void markup_in_a_user_id_stays_text() throws Exception {
    String evil = MadeUpActivity.MARKUP.user().value();
    try (Browser browser = new Browser(profile, false)) {
      look(browser, evil, "admin");
      see(browser, ALL_DRAWN);
      assertThat(text(browser, "facts")).contains(evil);
      assertThat(browser.run("return document.images.length;").asInt()).isZero();
      assertThat(browser.run("return document.title;").asString()).isNotEqualTo("owned");
    }
  }

  @Test
  void problems_are_told_in_words() throws Exception {
    try (Browser browser = new Browser(profile, false)) {
      look(browser, "mira.okafor", "user");
      see(browser, "document.getElementById('problem').textContent.startsWith('403: ')");
      look(browser, "<img src=x onerror=\"document.title='owned'\">nobody", "admin");
      see(browser, "document.getElementById('problem').textContent.startsWith('404: ')");
      assertThat(browser.run("return document.getElementById('seen').hidden;").asBoolean())
          .isTrue();
      look(browser, "elsewhere-1", "admin");
      see(browser, "document.getElementById('problem').textContent.includes('share 5')");
    }
  }
}
