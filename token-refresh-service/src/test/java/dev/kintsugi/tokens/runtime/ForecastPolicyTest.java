package dev.kintsugi.tokens.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.AccessToken;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.RefreshPolicy.ActivityFacts;
import dev.kintsugi.tokens.domain.RefreshPolicy.Decision;
import dev.kintsugi.tokens.domain.RefreshPolicy.Expectation;
import dev.kintsugi.tokens.domain.RefreshPolicy.GrantFacts;
import dev.kintsugi.tokens.domain.RefreshPolicy.Plan;
import dev.kintsugi.tokens.domain.RefreshPolicy.Why;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForecastPolicyTest {

  private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
  private static final Duration LIFE = Duration.ofMinutes(15);
  private static final Duration IDLE = Duration.ofMinutes(30);
  private static final ApplicationId WEBMAIL = new ApplicationId("webmail");
  private static final UserId STEADY = new UserId("steady");
  private static final UserId GONE = new UserId("gone");

  private final ActivityModels models = new ActivityModels(_ -> 0, Duration.ofHours(8), 1_000);
  private final ForecastPolicy policy =
      new ForecastPolicy(models, Duration.ofMinutes(5), Duration.ofSeconds(1), () -> 0.25, () -> 1);
  private Instant last = START;
  private long offset;

  private static GrantFacts grant(UserId user, Instant issued) {
    AccessToken token = new AccessToken(new Secret("a"), issued, issued.plus(LIFE));
    return new GrantFacts(new GrantKey(WEBMAIL, new GrantId("g")), user, Optional.of(token), true);
  }

  private void happens(UserId user, Instant at) {
    var _ =
        models.take(0, new UserKey(WEBMAIL, user), at.toEpochMilli(), offset++, at.toEpochMilli());
  }

  /** One comes every few minutes all day, the other once in three days for a minute. */
  private void learn() {
    models.assign(0);
    Random random = new Random(1);
    for (int minute = 0; minute < 14 * 24 * 60; minute += 4 + random.nextInt(5)) {
      last = START.plus(Duration.ofMinutes(minute));
      happens(STEADY, last);
      if (minute % (3 * 24 * 60) < 8) {
        happens(GONE, last.plusSeconds(1));
        happens(GONE, last.plusSeconds(20));
      }
    }
    models.ready(0);
  }

  @Test
  void the_decision_is_planned_for_just_before_the_end() {
    ActivityFacts busy = new ActivityFacts(START, IDLE);
    assertThat(policy.plan(grant(STEADY, START), busy, START))
        .isEqualTo(
            new Plan.Between(
                START.plus(Duration.ofMinutes(10)), START.plus(LIFE).minusSeconds(11)));
  }

  @Test
  void who_will_come_back_is_renewed_for_and_who_is_gone_is_not() {
    learn();
    Instant now = last.plusSeconds(200);
    Instant issued = now.minus(LIFE).plusSeconds(11);
    ActivityFacts used = new ActivityFacts(issued, IDLE);
    assertThat(policy.decide(grant(STEADY, issued), used, now))
        .isInstanceOfSatisfying(
            Decision.Renew.class,
            renew -> {
              assertThat(renew.expected().need()).isGreaterThan(0.8);
              assertThat(renew.expected().requests()).isPositive();
            });
    happens(GONE, now.minus(Duration.ofMinutes(12)));
    assertThat(policy.decide(grant(GONE, issued), used, now))
        .isInstanceOfSatisfying(
            Decision.Never.class,
            never -> {
              assertThat(never.why()).isEqualTo(Why.FORECAST);
              assertThat(never.expected().need()).isLessThan(0.2);
            });
  }

  @Test
  void models_that_lack_what_happened_lately_decide_about_nobody() {
    learn();
    Instant now = last.plus(Duration.ofMinutes(20));
    Instant issued = now.minus(LIFE).plusSeconds(11);
    ActivityFacts used = new ActivityFacts(issued, IDLE);
    happens(GONE, now.minus(Duration.ofMinutes(12)));
    models.behind(0, true);
    assertThat(policy.decide(grant(GONE, issued), used, now))
        .isEqualTo(new Decision.Renew(Expectation.NONE));
    assertThat(models.isMine(0)).isTrue();
    models.behind(0, false);
    assertThat(policy.decide(grant(GONE, issued), used, now)).isInstanceOf(Decision.Never.class);
  }

  @Test
  void tokens_that_end_before_anybody_could_use_them_are_not_renewed_without_end() {
    AccessToken useless = new AccessToken(new Secret("a"), START, START.plusSeconds(1));
    GrantFacts grant =
        new GrantFacts(new GrantKey(WEBMAIL, new GrantId("g")), STEADY, Optional.of(useless), true);
    ActivityFacts used = new ActivityFacts(START, IDLE);
    assertThat(policy.plan(grant, used, START)).isEqualTo(new Plan.Never(Why.POLICY));
    assertThat(policy.decide(grant, used, START))
        .isEqualTo(new Decision.Never(Why.POLICY, Expectation.NONE));
  }

  @Test
  void activity_keeps_a_session_alive_whose_token_nobody_asked_for() {
    learn();
    Instant issued = last.minus(Duration.ofMinutes(40));
    ActivityFacts used = new ActivityFacts(issued, IDLE);
    assertThat(policy.decide(grant(STEADY, issued), used, last.plusSeconds(1)))
        .as("comes back in four minutes at the earliest")
        .isInstanceOf(Decision.Later.class);
    assertThat(policy.decide(grant(STEADY, issued), used, last.plusSeconds(238)))
        .isInstanceOf(Decision.Renew.class);
    assertThat(policy.decide(grant(GONE, issued), used, last.plusSeconds(1)))
        .isEqualTo(new Decision.Never(Why.IDLE, Expectation.NONE));
  }

  @Test
  void nothing_is_renewed_beyond_the_sessions_absolute_end() {
    learn();
    Instant now = last.plusSeconds(200);
    Instant issued = now.minus(LIFE).plusSeconds(11);
    Instant tokenEnds = issued.plus(LIFE);
    GrantFacts grant = grant(STEADY, issued);
    ActivityFacts ends = new ActivityFacts(issued, IDLE, Optional.of(tokenEnds));
    assertThat(policy.plan(grant, ends, now)).isEqualTo(new Plan.Never(Why.SESSION_END));
    assertThat(policy.decide(grant, ends, now))
        .isEqualTo(new Decision.Never(Why.SESSION_END, Expectation.NONE));
    ActivityFacts soon = new ActivityFacts(issued, IDLE, Optional.of(tokenEnds.plusSeconds(2)));
    assertThat(policy.decide(grant, soon, now))
        .as("hardly anybody comes within two seconds")
        .isInstanceOfSatisfying(
            Decision.Never.class, never -> assertThat(never.why()).isEqualTo(Why.FORECAST));
    ActivityFacts far = new ActivityFacts(issued, IDLE, Optional.of(tokenEnds.plusSeconds(7200)));
    assertThat(policy.decide(grant, far, now)).isInstanceOf(Decision.Renew.class);
  }

  @Test
  void without_a_model_at_hand_it_renews_as_the_threshold_does() {
    ActivityFacts used = new ActivityFacts(START, IDLE);
    GrantFacts grant = grant(STEADY, START);
    assertThat(policy.decide(grant, used, START.plus(Duration.ofMinutes(9))))
        .isEqualTo(new Decision.Later(START.plus(LIFE).minusSeconds(11), Expectation.NONE));
    assertThat(policy.decide(grant, used, START.plus(Duration.ofMinutes(10))))
        .isEqualTo(new Decision.Renew(Expectation.NONE));
    models.assign(0);
    assertThat(policy.decide(grant, used, START.plus(Duration.ofMinutes(10))))
        .as("models that are not read yet")
        .isEqualTo(new Decision.Renew(Expectation.NONE));
    models.ready(0);
    assertThat(policy.decide(grant, used, START.plus(Duration.ofMinutes(10))))
        .as("models that have learned nothing")
        .isEqualTo(new Decision.Renew(Expectation.NONE));
  }

  @Test
  void what_cannot_be_renewed_or_is_idle_is_left_alone() {
    GrantFacts dead =
        new GrantFacts(new GrantKey(WEBMAIL, new GrantId("g")), STEADY, Optional.empty(), false);
    ActivityFacts used = new ActivityFacts(START, IDLE);
    assertThat(policy.plan(dead, used, START)).isEqualTo(new Plan.Never(Why.NOT_REFRESHABLE));
    assertThat(policy.plan(grant(STEADY, START), used, START.plusSeconds(1_801)))
        .isEqualTo(new Plan.Never(Why.IDLE));
  }

  /** Whatever the times are, it answers, and never with a time that has passed. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void any_times_are_answered(long seed) {
    learn();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      Instant issued = last.plusSeconds(random.nextInt(-4_000, 4_000));
      Duration life = Duration.ofMillis(random.nextLong(0, 10_000_000));
      GrantFacts grant =
          new GrantFacts(
              new GrantKey(WEBMAIL, new GrantId("g")),
              random.nextBoolean() ? STEADY : new UserId("stranger"),
              random.nextInt(10) == 0
                  ? Optional.empty()
                  : Optional.of(new AccessToken(new Secret("a"), issued, issued.plus(life))),
              true);
      ActivityFacts activity =
          new ActivityFacts(
              last.plusSeconds(random.nextInt(-4_000, 4_000)),
              Duration.ofSeconds(random.nextInt(0, 40_000)));
      Instant now = last.plusSeconds(random.nextInt(-4_000, 8_000));
      if (policy.decide(grant, activity, now) instanceof Decision.Later(Instant at, var _)) {
        assertThat(at).isAfter(now);
      }
      var _ = policy.plan(grant, activity, now);
    }
  }
}
