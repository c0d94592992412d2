package dev.kintsugi.tokens.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.tokens.domain.forecast.Forecast;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import dev.kintsugi.tokens.runtime.ActivityModels.Portrait;
import dev.kintsugi.tokens.runtime.Decisions.Decided;
import dev.kintsugi.tokens.runtime.MadeUpActivity;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is shown is what real models and real decisions say. */
class ForecastControllerTest {

  private static final String MIRA = "/admin/v1/users/mira.okafor/forecast?application=webmail";

  private static ForecastHost host;

  @BeforeAll
  static void start() {
    host = new ForecastHost();
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  private static JsonNode mira() throws Exception {
    HttpResponse<String> answer = host.get(MIRA, "admin");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JsonMapper.shared().readTree(answer.body());
  }

  private static Portrait portrait(UserKey user) {
    return host.activity().models.portrait(user).orElseThrow();
  }

  private static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  @Test
  void who_is_shown_and_what_was_heard() throws Exception {
    JsonNode shown = mira();
    Portrait known = portrait(MadeUpActivity.MIRA);
    assertThat(shown.get("user").asString()).isEqualTo("mira.okafor");
    assertThat(shown.get("application").asString()).isEqualTo("webmail");
    assertThat(shown.get("share").asInt()).isZero();
    assertThat(shown.get("policy").asString()).isEqualTo("predictive");
    assertThat(shown.get("at").asString()).isEqualTo(MadeUpActivity.NOW.toString());
    JsonNode activity = shown.get("activity");
    assertThat(activity.get("requests").asInt()).isEqualTo(known.requests()).isGreaterThan(1_000);
    assertThat(activity.get("lastRequestAt").asString())
        .isEqualTo(Instant.ofEpochMilli(known.lastMillis()).toString());
    List<String> recent = list(activity.get("recent")).stream().map(JsonNode::asString).toList();
    assertThat(recent).hasSize(16).isSorted();
    assertThat(recent.getLast())
        .isEqualTo(Instant.ofEpochSecond(known.lastMillis() / 1000).toString());
  }

  @Test
  void the_week_begins_on_monday() throws Exception {
    List<Double> hours =
        list(mira().get("activity").get("weekHours")).stream().map(JsonNode::asDouble).toList();
    assertThat(hours).hasSize(168);
    assertThat(hours.subList(0, 8)).as("Monday night").containsOnly(0.0);
    assertThat(hours.get(9)).as("Monday at nine").isPositive();
    assertThat(hours.get(4 * 24 + 9)).as("Friday at nine").isPositive();
    assertThat(hours.get(5 * 24 + 9)).as("Saturday at nine").isZero();
    assertThat(hours.stream().mapToDouble(it -> it).sum())
        .isEqualTo(
            portrait(MadeUpActivity.MIRA).weekHours().stream().mapToDouble(it -> it).sum(),
            within(1e-9));
  }

  @Test
  void the_curve_is_the_forecast_from_now_on() throws Exception {
    JsonNode shown = mira().get("forecast");
    Forecast forecast = portrait(MadeUpActivity.MIRA).forecast();
    double elapsed = shown.get("elapsedSeconds").asDouble();
    long silence = MadeUpActivity.NOW.toEpochMilli() - portrait(MadeUpActivity.MIRA).lastMillis();
    assertThat(elapsed).isEqualTo((double) silence / 1e3);
    List<JsonNode> points = list(shown.get("curve"));
    assertThat(points).hasSizeBetween(90, 97);
    long lastAfter = -1;
    double lastProbability = 0;
    for (JsonNode point : points) {
      long after = point.get("afterSeconds").asLong();
      double probability = point.get("probabilityUntilThen").asDouble();
      assertThat(after).isGreaterThan(lastAfter);
      assertThat(probability)
          .isBetween(lastProbability, 1.0)
          .isEqualTo(Math.max(0.0, forecast.probability(elapsed, elapsed + (double) after)));
      lastAfter = after;
      lastProbability = probability;
    }
    assertThat(points.getFirst().get("probabilityUntilThen").asDouble()).isZero();
    assertThat(lastAfter)
        .as("the forecast reaches eight hours from the last request on, not from now")
        .isEqualTo((long) Math.floor(8 * 3600 - elapsed));
    assertThat(shown.get("requestsItRestsOn").asInt())
        .isEqualTo(portrait(MadeUpActivity.MIRA).requests());
  }

  @Test
  void the_band_is_where_the_curve_says() throws Exception {
    JsonNode shown = mira().get("forecast");
    JsonNode band = shown.get("expectedWithin");
    assertThat(probability(shown, band.get("p10"))).isEqualTo(0.1, within(1e-9));
    assertThat(probability(shown, band.get("p50"))).isEqualTo(0.5, within(1e-9));
    assertThat(probability(shown, band.get("p90"))).isEqualTo(0.9, within(1e-9));
  }

  private static double probability(JsonNode shown, JsonNode within) {
    double elapsed = shown.get("elapsedSeconds").asDouble();
    return portrait(MadeUpActivity.MIRA)
        .forecast()
        .probability(elapsed, elapsed + within.asDouble());
  }

  @Test
  void decisions_come_with_their_numbers_and_why() throws Exception {
    JsonNode shown = mira();
    List<Decided> decided = host.activity().decisions.of(MadeUpActivity.MIRA);
    List<JsonNode> decisions = list(shown.get("decisions"));
    assertThat(decisions).hasSameSizeAs(decided).hasSizeGreaterThan(10);
    for (int i = 0; i < decisions.size(); i++) {
      JsonNode one = decisions.get(i);
      assertThat(one.get("at").asString()).isEqualTo(decided.get(i).at().toString());
      assertThat(one.get("cost").asDouble()).isEqualTo(MadeUpActivity.COST);
      if (one.get("why").asString().equals("forecast")) {
        assertThat(one.get("need").asDouble())
            .isEqualTo(decided.get(i).decision().expected().need());
      } else {
        assertThat(one.get("need").isNull()).isTrue();
      }
      assertThat(one.get("explanation").asString()).endsWith(".");
    }
    assertThat(decisions.stream().map(it -> it.get("decision").asString()))
        .contains("renew")
        .isSubsetOf("renew", "later", "never");
    assertThat(shown.get("tokens").size()).isEqualTo(1);
    JsonNode token = shown.get("tokens").get(0);
    assertThat(token.get("endsAt").asString())
        .isEqualTo(decided.getFirst().tokenEnds().orElseThrow().toString());
  }

  @Test
  void no_token_is_shown() throws Exception {
    assertThat(host.get(MIRA, "admin").body())
        .doesNotContain("access-of-mira")
        .doesNotContain("refresh-of-mira");
  }

  @Test
  void calibration_is_shown_by_tenths() throws Exception {
    List<JsonNode> tenths = list(mira().get("calibration"));
    assertThat(tenths).hasSize(10);
    assertThat(tenths.stream().mapToLong(it -> it.get("renewed").asLong()).sum()).isEqualTo(4_000);
    JsonNode last = tenths.getLast();
    assertThat(last.get("from").asDouble()).isEqualTo(0.9);
    assertThat(last.get("to").asDouble()).isEqualTo(1.0);
    assertThat(last.get("expected").asDouble() / last.get("renewed").asDouble())
        .isBetween(0.9, 1.0);
    assertThat(last.get("used").asLong()).isBetween(1L, last.get("renewed").asLong());
  }
}
