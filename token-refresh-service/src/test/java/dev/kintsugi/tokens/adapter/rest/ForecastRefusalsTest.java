package dev.kintsugi.tokens.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.tokens.runtime.MadeUpActivity;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Who and what is not answered, over HTTP and behind the product's security. */
class ForecastRefusalsTest {

  private static final String USERS = "/admin/v1/users/";
  private static final String MIRA = USERS + "mira.okafor/forecast";
  private static final String OF_WEBMAIL = "/forecast?application=webmail";

  private static ForecastHost host;

  @BeforeAll
  static void start() {
    host = new ForecastHost();
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Test
  void only_an_administrator_looks() throws Exception {
    String path = MIRA + "?application=webmail";
    assertProblem(host.get(path, ""), 401);
    assertProblem(host.get(path, "forged"), 401);
    assertProblem(host.get(path, "user"), 403);
    assertThat(host.get(path, "admin").statusCode()).isEqualTo(200);
  }

  @Test
  void nobody_knows_a_stranger() throws Exception {
    assertProblem(host.get(USERS + "nobody" + OF_WEBMAIL, "admin"), 404);
    assertProblem(host.get(MIRA + "?application=crm", "admin"), 404);
    HttpResponse<String> markup =
        host.get(USERS + encoded("<script>alert(1)</script>") + OF_WEBMAIL, "admin");
    assertProblem(markup, 404);
    assertThat(markup.body()).doesNotContain("script");
  }

  @Test
  void a_user_of_another_share_is_said_to_be_elsewhere() throws Exception {
    HttpResponse<String> answer = host.get(USERS + "elsewhere-1" + OF_WEBMAIL, "admin");
    assertProblem(answer, 409);
    assertThat(answer.body())
        .contains("share " + MadeUpActivity.ELSEWHERE)
        .contains("ask another")
        .doesNotContain("elsewhere-1");
  }

  @Test
  void markup_in_a_user_id_is_data_of_a_type_that_no_browser_draws() throws Exception {
    String id = MadeUpActivity.MARKUP.user().value();
    HttpResponse<String> answer = host.get(USERS + encoded(id) + OF_WEBMAIL, "admin");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(answer.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
    assertThat(JsonMapper.shared().readTree(answer.body()).get("user").asString()).isEqualTo(id);
  }

  static List<String> malformed() {
    return List.of(
        USERS + "evil%0auser" + OF_WEBMAIL,
        USERS + "evil%00user" + OF_WEBMAIL,
        USERS + "evil%1buser" + OF_WEBMAIL,
        USERS + "evil%7fuser" + OF_WEBMAIL,
        USERS + "evil".repeat(65) + OF_WEBMAIL,
        USERS + "evil;user" + OF_WEBMAIL,
        MIRA,
        MIRA + "?application",
        MIRA + "?application=",
        MIRA + "?application=webmail&application=evil",
        MIRA + "?application=evil%20one",
        MIRA + "?application=evil%0aone",
        MIRA + "?application=evil%22%3Cimg%3E",
        MIRA + "?application=" + "evil".repeat(33));
  }

  @ParameterizedTest(name = "case {index}")
  @MethodSource("malformed")
  void malformed_names_are_refused_and_not_repeated(String path) throws Exception {
    HttpResponse<String> answer = host.get(path, "admin");
    assertProblem(answer, 400);
    assertThat(answer.body()).doesNotContain("evil");
  }

  @Test
  void who_names_no_application_is_told_to() throws Exception {
    assertThat(host.get(MIRA, "admin").body())
        .contains("The parameter application must be given, once");
  }

  @Test
  void an_endless_path_is_refused() throws Exception {
    HttpResponse<String> answer = host.get(USERS + "evil".repeat(20_000) + OF_WEBMAIL, "admin");
    assertThat(answer.statusCode()).isBetween(400, 499);
    assertThat(answer.body()).doesNotContain("evil");
  }

  private static void assertProblem(HttpResponse<String> answer, int status) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    JsonNode problem = JsonMapper.shared().readTree(answer.body());
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("outcome").asString()).isEqualTo("refused");
  }
}
