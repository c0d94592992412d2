package dev.kintsugi.tokens.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page's files, as they are served. */
class ForecastPageTest {

  private static ForecastHost host;

  @BeforeAll
  static void start() {
    host = new ForecastHost();
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  @Test
  void the_page_is_open_and_runs_nothing_but_its_own() throws Exception {
    HttpResponse<String> page = host.get("/forecast", "");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=UTF-8");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'", "script-src 'self'", "form-action 'none'")
        .contains("frame-ancestors 'none'", "require-trusted-types-for 'script'")
        .doesNotContain("unsafe");
    assertThat(page.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(page.body())
        .as("no inline style or script, and no field that a form would send")
        .doesNotContain(" style=", " onclick=", "<script>", "<style>", "<input name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "page.css",
        "page.js",
        "chart.js",
        "week.js",
        "moments.js",
        "curve.js",
        "calibration.js"
      })
  void its_parts_are_open_and_make_no_markup_of_text(String file) throws Exception {
    HttpResponse<String> part = host.get("/forecast/" + file, "");
    assertThat(part.statusCode()).isEqualTo(200);
    assertThat(part.headers().firstValue("Content-Type").orElse(""))
        .startsWith(file.endsWith("css") ? "text/css" : "text/javascript");
    assertThat(part.body())
        .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
        .doesNotContain("localStorage", "sessionStorage", "cookie", "https://");
  }

  @Test
  void nothing_else_is_there() throws Exception {
    for (String path : List.of("/forecast/page.html", "/forecast/..%2fapplication.yml")) {
      assertThat(host.get(path, "").statusCode()).as(path).isIn(400, 404);
    }
    assertThat(host.get("/forecast-page/page.js", "").statusCode()).isEqualTo(401);
  }
}
