package dev.kintsugi.tokens.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.GrantRules.Verdict;
import dev.kintsugi.tokens.domain.RedemptionRules.Start;
import dev.kintsugi.tokens.domain.Redemptions.Begun;
import dev.kintsugi.tokens.domain.Redemptions.Rotation;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RedemptionRulesTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration NO_WINDOW = Duration.ZERO;
  private static final Duration WINDOW = Duration.ofSeconds(30);

  private final Grant fresh =
      GrantRules.put(
          new GrantKey(new ApplicationId("webmail"), new GrantId("g1")),
          Optional.empty(),
          new Submission(
              new UserId("alice"),
              "idp",
              Optional.of(new Secret("r0")),
              Optional.empty(),
              Optional.empty(),
              "openid",
              Duration.ZERO),
          Duration.ofMinutes(5),
          NOW);
  private final Grant begun = RedemptionRules.begin(fresh, 7, NOW);

  private static Start start(Grant grant, long sightedSeconds, Duration window, long sinceSeconds) {
    return RedemptionRules.start(
        grant, Duration.ofSeconds(sightedSeconds), PATIENCE, window, NOW.plusSeconds(sinceSeconds));
  }

  @Test
  void refusals_are_a_minute_apart_whatever_becomes_of_them() {
    Grant refused = RedemptionRules.beginRefused(fresh, 7, NOW);
    assertThat(refused.redemptions().begun()).contains(new Begun(7, NOW));
    assertThat(RedemptionRules.untilNextRefusal(fresh, NOW)).isEmpty();
    assertThat(RedemptionRules.untilNextRefusal(refused, NOW.plusSeconds(59)))
        .contains(Duration.ofSeconds(1));
    assertThat(RedemptionRules.untilNextRefusal(refused, NOW.plusSeconds(60))).isEmpty();
    assertThat(RedemptionRules.untilNextRefusal(refused, NOW.minusSeconds(3))).isPresent();
    assertThat(RedemptionRules.untilNextRefusal(refused, NOW.minus(Duration.ofDays(9))))
        .as("a time that cannot be")
        .isEmpty();
    Grant later = RedemptionRules.begin(refused, 8, NOW.plusSeconds(1));
    assertThat(RedemptionRules.untilNextRefusal(later, NOW.plusSeconds(59))).isPresent();
  }

  @Test
  void a_redemption_of_which_nothing_is_under_way_may_begin() {
    assertThat(start(fresh, 0, NO_WINDOW, 0)).isInstanceOf(Start.Free.class);
    assertThat(fresh.redemptions()).isEqualTo(Redemptions.NONE);
  }

  @Test
  void a_beginning_changes_nothing_else_about_a_grant() {
    assertThat(begun.redemptions().begun()).contains(new Begun(7, NOW));
    assertThat(begun.with(Redemptions.NONE)).isEqualTo(fresh);
  }

  @Test
  void whoever_began_may_yet_tell_of_it() {
    assertThat(start(begun, 0, NO_WINDOW, 20)).isEqualTo(new Start.Wait(PATIENCE));
    assertThat(start(begun, 2, NO_WINDOW, 20)).isEqualTo(new Start.Wait(Duration.ofSeconds(1)));
  }

  @Test
  void what_nobody_tells_of_was_broken_off() {
    assertThat(start(begun, 3, NO_WINDOW, 20)).isEqualTo(new Start.Broken(new Begun(7, NOW)));
    assertThat(start(begun, 3, WINDOW, 31)).isInstanceOf(Start.Broken.class);
  }

  @Test
  void while_the_provider_accepts_a_token_that_it_has_replaced_it_is_redeemed_again() {
    assertThat(start(begun, 0, WINDOW, 30)).isInstanceOf(Start.Free.class);
    assertThat(start(begun, 0, WINDOW, -5))
        .as("a clock that is behind")
        .isInstanceOf(Start.Free.class);
    assertThat(start(begun, 0, WINDOW, 31)).isInstanceOf(Start.Wait.class);
    assertThat(start(begun, 0, WINDOW, -600))
        .as("a clock that is minutes behind")
        .isInstanceOf(Start.Wait.class);
  }

  @Test
  void a_token_that_is_never_replaced_may_always_be_redeemed_again() {
    Grant kept = begun.with(begun.redemptions().succeed(false));
    assertThat(kept.redemptions().rotation()).isEqualTo(Rotation.KEEPS);
    assertThat(start(RedemptionRules.begin(kept, 8, NOW), 99, NO_WINDOW, 99))
        .isInstanceOf(Start.Free.class);
  }

  @Test
  void a_provider_that_has_ever_replaced_a_token_is_not_taken_to_keep_them() {
    Redemptions rotated = Redemptions.NONE.succeed(true).succeed(false);
    assertThat(rotated.rotation()).isEqualTo(Rotation.ROTATES);
  }

  @Test
  void an_answer_says_whether_tokens_are_replaced() {
    assertThat(renewed("r1").redemptions())
        .isEqualTo(new Redemptions(Rotation.ROTATES, Optional.empty()));
    assertThat(renewed("r0").redemptions())
        .isEqualTo(new Redemptions(Rotation.KEEPS, Optional.empty()));
    assertThat(renewed("").redemptions())
        .isEqualTo(new Redemptions(Rotation.KEEPS, Optional.empty()));
  }

  private Grant renewed(String refreshToken) {
    ProviderAnswer.Granted answer =
        new ProviderAnswer.Granted(
            new Secret("a1"),
            Optional.of(refreshToken).filter(it -> !it.isEmpty()).map(Secret::new),
            Optional.empty(),
            Optional.empty());
    return stored(
        GrantRules.granted(Optional.of(begun), begun, answer, Duration.ofMinutes(5), NOW));
  }

  @Test
  void a_failure_takes_away_its_own_mark_and_no_others() {
    assertThat(stored(RedemptionRules.failed(Optional.of(begun), 7))).isEqualTo(fresh);
    Grant other = RedemptionRules.begin(fresh, 8, NOW);
    assertThat(RedemptionRules.failed(Optional.of(other), 7))
        .isEqualTo(new Verdict.Superseded(other));
    assertThat(RedemptionRules.failed(Optional.of(fresh), 7))
        .isEqualTo(new Verdict.Superseded(fresh));
    assertThat(RedemptionRules.failed(Optional.empty(), 7)).isInstanceOf(Verdict.Orphaned.class);
  }

  @Test
  void a_grant_whose_redemption_was_broken_off_is_dead() {
    Grant dead = stored(RedemptionRules.broken(Optional.of(begun), new Begun(7, NOW)));
    assertThat(dead.deadReason()).contains("interrupted");
    assertThat(dead.redemptions().begun()).isEmpty();
    assertThat(RedemptionRules.broken(Optional.of(begun), new Begun(6, NOW)))
        .as("another one's")
        .isEqualTo(new Verdict.Superseded(begun));
    assertThat(RedemptionRules.broken(Optional.of(fresh), new Begun(7, NOW)))
        .as("told of meanwhile")
        .isEqualTo(new Verdict.Superseded(fresh));
    assertThat(RedemptionRules.broken(Optional.empty(), new Begun(7, NOW)))
        .isInstanceOf(Verdict.Orphaned.class);
  }

  @Test
  void tokens_that_come_after_all_undo_that() {
    Grant dead = stored(RedemptionRules.broken(Optional.of(begun), new Begun(7, NOW)));
    ProviderAnswer.Granted late =
        new ProviderAnswer.Granted(
            new Secret("a1"), Optional.of(new Secret("r1")), Optional.empty(), Optional.empty());
    Grant live =
        stored(GrantRules.granted(Optional.of(dead), begun, late, Duration.ofMinutes(5), NOW));
    assertThat(live.isDead()).isFalse();
    assertThat(live.refreshToken()).contains(new Secret("r1"));
  }

  private static Grant stored(Verdict verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Store.class);
    return ((Verdict.Store) verdict).grant();
  }
}
