package dev.kintsugi.tokens.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.RefreshPolicy.Decision;
import dev.kintsugi.tokens.domain.RefreshPolicy.Expectation;
import dev.kintsugi.tokens.domain.RefreshPolicy.Why;
import dev.kintsugi.tokens.runtime.Decisions.Decided;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExplanationTest {

  private static final Instant AT = Instant.parse("2026-11-25T14:37:20.123Z");
  private static final Expectation HARDLY = new Expectation(0.031, 0.001, 42);

  private static Explanation of(Decision decision) {
    return Explanation.of(
        new Decided(
            new GrantKey(new ApplicationId("webmail"), new GrantId("g")),
            AT,
            Optional.empty(),
            Optional.empty(),
            decision,
            0.05));
  }

  @Test
  void a_forecast_is_told_with_its_numbers_and_weighed_over_the_whole_time() {
    assertThat(of(new Decision.Never(Why.FORECAST, HARDLY)))
        .isEqualTo(
            new Explanation(
                "forecast",
                "Not renewed: a token renewed at that moment would be used with a probability of"
                    + " 3.1 %, by 42 requests of this user and what all users do; at no moment"
                    + " until the session ends, as far as is forecast, a renewal is worth its cost"
                    + " of 0.05 stalls. Decided anew when the user is active."));
    assertThat(of(new Decision.Renew(new Expectation(0.873, 0.12, 1))).text())
        .startsWith("Decided to renew: ")
        .contains("87.3 %", "12.0 %", "by 1 request of this user", "0.05 stalls");
    assertThat(of(new Decision.Later(AT.plusSeconds(90), new Expectation(0.4, 0.01, 0))).text())
        .startsWith("Not yet: ")
        .contains("40.0 %", "by what all users do", "2026-11-25T14:38:50Z");
  }

  @Test
  void without_a_forecast_no_number_is_claimed() {
    assertThat(of(new Decision.Renew(Expectation.NONE)).why()).isEqualTo("no-forecast");
    assertThat(of(new Decision.Later(AT, Expectation.NONE)).why()).isEqualTo("too-early");
    for (Why why : List.of(Why.IDLE, Why.SESSION_END, Why.NOT_REFRESHABLE, Why.POLICY)) {
      Explanation told = of(new Decision.Never(why, Expectation.NONE));
      assertThat(told.why()).isEqualTo(why.name().toLowerCase(Locale.ROOT).replace('_', '-'));
      assertThat(told.text()).startsWith("Not renewed: ").doesNotContain("%");
    }
  }
}
