package dev.kintsugi.tokens.adapter.rest;

import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.RefreshPolicy.Decision;
import dev.kintsugi.tokens.domain.RefreshPolicy.Expectation;
import dev.kintsugi.tokens.runtime.Decisions.Decided;
import dev.kintsugi.tokens.runtime.ForecastDesk.Answer;
import dev.kintsugi.tokens.runtime.ForecastDesk.Known;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What is seen of a user, as JSON. Holds no token. */
final class ForecastBody {

  private static final int HOURS_OF_WEEK = 168;

  /** 1970 began on a Thursday; weeks are shown from Monday on. */
  private static final int MONDAY = 96;

  private ForecastBody() {}

  static Map<String, @Nullable Object> of(Answer.Seen seen) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("at", seen.at().toString());
    body.put("share", seen.share());
    body.put("activitySpeed", seen.activitySpeed());
    body.put("activity", seen.known().map(ForecastBody::activity).orElse(null));
    body.put("forecast", seen.known().map(known -> forecast(known, seen.at())).orElse(null));
    body.put("tokens", tokens(seen.decisions()));
    body.put("decisions", seen.decisions().stream().map(ForecastBody::decision).toList());
    return body;
  }

  private static Map<String, Object> activity(Known known) {
    Map<String, Object> activity = new LinkedHashMap<>();
    activity.put("requests", known.portrait().requests());
    activity.put("lastRequestAt", Instant.ofEpochMilli(known.portrait().lastMillis()).toString());
    activity.put("heardAt", known.heardAt().toString());
    activity.put(
        "recent",
        known.portrait().recentSeconds().stream()
            .map(seconds -> Instant.ofEpochSecond(seconds).toString())
            .toList());
    List<Double> hours = known.portrait().weekHours();
    activity.put(
        "weekHours",
        IntStream.range(0, HOURS_OF_WEEK)
            .mapToObj(hour -> hours.get((MONDAY + hour) % HOURS_OF_WEEK))
            .toList());
    return activity;
  }

  private static Map<String, Object> forecast(Known known, Instant at) {
    ForecastCurve curve = new ForecastCurve(known.portrait().forecast(), known.elapsedSeconds());
    Map<String, @Nullable Object> within = new LinkedHashMap<>();
    within.put("p10", curve.within(0.1).orElse(null));
    within.put("p50", curve.within(0.5).orElse(null));
    within.put("p90", curve.within(0.9).orElse(null));
    Map<String, Object> forecast = new LinkedHashMap<>();
    forecast.put("at", at.toString());
    forecast.put("elapsedSeconds", known.elapsedSeconds());
    forecast.put("reachSeconds", curve.reach());
    forecast.put("requestsItRestsOn", known.portrait().requests());
    forecast.put("expectedWithin", within);
    forecast.put("curve", curve.points());
    return forecast;
  }

  /** Of each grant, the token that the newest decision was about. */
  private static List<Map<String, @Nullable Object>> tokens(List<Decided> decisions) {
    Map<GrantId, Map<String, @Nullable Object>> tokens = new LinkedHashMap<>();
    for (Decided decided : decisions) {
      tokens.computeIfAbsent(
          decided.grant().id(),
          grant -> {
            Map<String, @Nullable Object> token = new LinkedHashMap<>();
            token.put("grant", grant.value());
            token.put("asOf", decided.at().toString());
            token.put("issuedAt", decided.tokenIssued().map(Instant::toString).orElse(null));
            token.put("endsAt", decided.tokenEnds().map(Instant::toString).orElse(null));
            return token;
          });
    }
    return List.copyOf(tokens.values());
  }

  private static Map<String, @Nullable Object> decision(Decided decided) {
    Explanation explanation = Explanation.of(decided);
    Expectation expected = decided.decision().expected();
    Map<String, @Nullable Object> decision = new LinkedHashMap<>();
    decision.put("at", decided.at().toString());
    decision.put("grant", decided.grant().id().value());
    decision.put("tokenIssuedAt", decided.tokenIssued().map(Instant::toString).orElse(null));
    decision.put("tokenEndsAt", decided.tokenEnds().map(Instant::toString).orElse(null));
    switch (decided.decision()) {
      case Decision.Renew _ -> decision.put("decision", "renew");
      case Decision.Later(Instant until, var _) -> {
        decision.put("decision", "later");
        decision.put("until", until.toString());
      }
      case Decision.Never _ -> decision.put("decision", "never");
    }
    decision.put("why", explanation.why());
    boolean forecast = !expected.equals(Expectation.NONE);
    decision.put("need", forecast ? expected.need() : null);
    decision.put("soon", forecast ? expected.soon() : null);
    decision.put("requests", expected.requests());
    decision.put("cost", decided.cost());
    decision.put("explanation", explanation.text());
    return decision;
  }
}
