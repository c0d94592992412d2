package dev.kintsugi.tokens.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.RefreshPolicy.ActivityFacts;
import dev.kintsugi.tokens.domain.RefreshPolicy.Decision;
import dev.kintsugi.tokens.domain.RefreshPolicy.Expectation;
import dev.kintsugi.tokens.domain.RefreshPolicy.GrantFacts;
import dev.kintsugi.tokens.domain.RefreshPolicy.Plan;
import dev.kintsugi.tokens.domain.RefreshPolicy.Why;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final GrantKey KEY = new GrantKey(new ApplicationId("webmail"), new GrantId("g1"));
  private static final UserId ALICE = new UserId("alice");
  private static final Decision RENEW = new Decision.Renew(Expectation.NONE);
  private static final ActivityFacts BUSY = new ActivityFacts(NOW, Duration.ZERO);

  private final RefreshPolicy threshold = new ThresholdPolicy(Duration.ofMinutes(5));

  @ParameterizedTest
  @CsvSource({"PT1H, PT55M", "PT15M, PT10M", "PT2M, PT1M20S", "PT6S, PT4S"})
  void the_lead_is_the_smaller_of_the_threshold_and_a_third(Duration life, Duration expected) {
    Instant at = NOW.plus(expected);
    assertThat(threshold.plan(facts(life), BUSY, NOW))
        .isEqualTo(new Plan.Between(at.minus(life.dividedBy(10)), at));
    assertThat(threshold.decide(facts(life), BUSY, NOW))
        .isEqualTo(new Decision.Later(at, Expectation.NONE));
    assertThat(threshold.decide(facts(life), BUSY, at)).isEqualTo(RENEW);
    assertThat(threshold.decide(facts(life), BUSY, at.minus(life.dividedBy(10)))).isEqualTo(RENEW);
  }

  @Test
  void a_grant_without_access_token_is_renewed_at_once() {
    GrantFacts none = new GrantFacts(KEY, ALICE, Optional.empty(), true);
    assertThat(threshold.decide(none, BUSY, NOW)).isEqualTo(RENEW);
  }

  @Test
  void an_idle_grant_is_left_alone() {
    ActivityFacts activity = new ActivityFacts(NOW, Duration.ofMinutes(30));
    GrantFacts facts = facts(Duration.ofMinutes(2));
    assertThat(threshold.decide(facts, activity, NOW.plusSeconds(1800))).isEqualTo(RENEW);
    assertThat(threshold.decide(facts, activity, NOW.plusSeconds(1801)))
        .isEqualTo(new Decision.Never(Why.IDLE, Expectation.NONE));
  }

  @Test
  void nothing_is_renewed_for_a_session_that_ends_before_its_token() {
    Instant tokenEnds = NOW.plusSeconds(120);
    GrantFacts facts = facts(Duration.ofMinutes(2));
    ActivityFacts ends = new ActivityFacts(NOW, Duration.ZERO, Optional.of(tokenEnds));
    ActivityFacts goesOn =
        new ActivityFacts(NOW, Duration.ZERO, Optional.of(tokenEnds.plusMillis(1)));
    assertThat(threshold.plan(facts, ends, NOW)).isEqualTo(new Plan.Never(Why.SESSION_END));
    assertThat(threshold.decide(facts, ends, NOW.plusSeconds(100)))
        .isEqualTo(new Decision.Never(Why.SESSION_END, Expectation.NONE));
    assertThat(threshold.decide(facts, goesOn, NOW.plusSeconds(100))).isEqualTo(RENEW);
    GrantFacts none = new GrantFacts(KEY, ALICE, Optional.empty(), true);
    assertThat(threshold.decide(none, ends, tokenEnds.minusMillis(1))).isEqualTo(RENEW);
    assertThat(threshold.decide(none, ends, tokenEnds))
        .isEqualTo(new Decision.Never(Why.SESSION_END, Expectation.NONE));
  }

  @Test
  void what_cannot_be_renewed_is_not_planned() {
    GrantFacts dead = new GrantFacts(KEY, ALICE, Optional.empty(), false);
    assertThat(threshold.decide(dead, BUSY, NOW))
        .isEqualTo(new Decision.Never(Why.NOT_REFRESHABLE, Expectation.NONE));
  }

  @Test
  void the_reactive_policy_never_renews_ahead() {
    assertThat(new ReactivePolicy().decide(facts(Duration.ofMinutes(2)), BUSY, NOW))
        .isEqualTo(new Decision.Never(Why.POLICY, Expectation.NONE));
  }

  private static GrantFacts facts(Duration life) {
    return new GrantFacts(
        KEY, ALICE, Optional.of(new AccessToken(new Secret("a"), NOW, NOW.plus(life))), true);
  }
}
