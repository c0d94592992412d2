package dev.kintsugi.tokens.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.GrantRules.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GrantRulesTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration ASSUMED = Duration.ofMinutes(5);
  private static final GrantKey KEY = new GrantKey(new ApplicationId("webmail"), new GrantId("g1"));

  private final Grant fresh = GrantRules.put(KEY, Optional.empty(), given("r0"), ASSUMED, NOW);
  private final ProviderAnswer.Granted next = answer("a1", "r1");

  @Test
  void new_tokens_replace_those_that_were_redeemed() {
    Grant stored = stored(GrantRules.granted(Optional.of(fresh), fresh, next, ASSUMED, NOW));
    assertThat(stored.refreshToken()).contains(new Secret("r1"));
    assertThat(stored.access().orElseThrow().expiresAt()).isEqualTo(NOW.plusSeconds(60));
    assertThat(stored.generation()).isEqualTo(fresh.generation() + 1);
  }

  @Test
  void a_provider_that_does_not_rotate_leaves_the_refresh_token() {
    ProviderAnswer.Granted same =
        new ProviderAnswer.Granted(
            new Secret("a1"), Optional.empty(), Optional.empty(), Optional.empty());
    Grant stored = stored(GrantRules.granted(Optional.of(fresh), fresh, same, ASSUMED, NOW));
    assertThat(stored.refreshToken()).contains(new Secret("r0"));
    assertThat(stored.access().orElseThrow().expiresAt()).isEqualTo(NOW.plus(ASSUMED));
  }

  @Test
  void tokens_of_a_deleted_grant_belong_to_nobody() {
    assertThat(GrantRules.granted(Optional.empty(), fresh, next, ASSUMED, NOW))
        .isInstanceOf(Verdict.Orphaned.class);
  }

  @Test
  void tokens_of_a_grant_that_was_replaced_are_dropped() {
    Grant other = GrantRules.put(KEY, Optional.of(fresh), given("other"), ASSUMED, NOW);
    assertThat(GrantRules.granted(Optional.of(other), fresh, next, ASSUMED, NOW))
        .isEqualTo(new Verdict.Superseded(other));
  }

  @Test
  void the_echo_of_a_lost_race_does_not_kill_the_grant() {
    Grant renewed = stored(GrantRules.granted(Optional.of(fresh), fresh, next, ASSUMED, NOW));
    assertThat(GrantRules.refused(Optional.of(renewed), fresh, "invalid_grant"))
        .isEqualTo(new Verdict.Superseded(renewed));
  }

  @Test
  void the_winner_of_a_race_undoes_the_losers_verdict() {
    Grant dead = stored(GrantRules.refused(Optional.of(fresh), fresh, "invalid_grant"));
    assertThat(dead.isDead()).isTrue();
    Grant revived = stored(GrantRules.granted(Optional.of(dead), fresh, next, ASSUMED, NOW));
    assertThat(revived.isDead()).isFalse();
    assertThat(revived.refreshToken()).contains(new Secret("r1"));
  }

  @Test
  void the_same_call_repeated_after_a_renewal_keeps_the_renewed_tokens() {
    Grant renewed = stored(GrantRules.granted(Optional.of(fresh), fresh, next, ASSUMED, NOW));
    Grant again = GrantRules.put(KEY, Optional.of(renewed), given("r0"), ASSUMED, NOW);
    assertThat(again.refreshToken()).contains(new Secret("r1"));
    assertThat(again.generation()).isEqualTo(renewed.generation());
  }

  @Test
  void an_older_call_that_comes_late_does_not_bring_its_token_back() {
    Grant known = fresh;
    for (String next : List.of("s0", "t0", "u0")) {
      known = put(known, next);
    }
    for (String late : List.of("r0", "s0", "t0", "u0")) {
      assertThat(put(known, late)).isEqualTo(known);
    }
    Grant another = put(known, "v0");
    assertThat(another.refreshToken()).contains(new Secret("v0"));
    assertThat(another.putDigest().split(" ", -1)).hasSize(4);
    assertThat(put(another, "r0").refreshToken()).as("forgotten").contains(new Secret("r0"));
  }

  @Test
  void whether_a_provider_replaces_tokens_is_known_beyond_a_sign_in() {
    Grant renewed = stored(GrantRules.granted(Optional.of(fresh), fresh, next, ASSUMED, NOW));
    assertThat(put(RedemptionRules.begin(renewed, 7, NOW), "s0").redemptions())
        .isEqualTo(new Redemptions(Redemptions.Rotation.ROTATES, Optional.empty()));
  }

  @Test
  void whatever_is_handed_in_makes_a_dead_grant_live_and_is_another_users_own() {
    Grant dead = stored(GrantRules.refused(Optional.of(put(fresh, "s0")), put(fresh, "s0"), "x"));
    assertThat(put(dead, "r0").refreshToken()).contains(new Secret("r0"));
    assertThat(put(put(dead, "t0"), "s0").refreshToken()).contains(new Secret("t0"));
    Submission bobs =
        new Submission(
            new UserId("bob"),
            "idp",
            Optional.of(new Secret("r0")),
            Optional.empty(),
            Optional.empty(),
            "openid",
            Duration.ZERO);
    Grant bob = GrantRules.put(KEY, Optional.of(fresh), bobs, ASSUMED, NOW);
    assertThat(bob.user()).isEqualTo(new UserId("bob"));
    assertThat(bob.access()).isEmpty();
    assertThat(bob.generation()).isGreaterThan(fresh.generation());
  }

  @Test
  void a_call_that_comes_late_does_not_have_a_spent_token_shown_again() {
    Grant renewed = stored(GrantRules.granted(Optional.of(fresh), fresh, next, ASSUMED, NOW));
    Grant refused = stored(GrantRules.refused(Optional.of(renewed), renewed, "invalid_grant"));
    assertThat(put(refused, "r0")).isEqualTo(refused);
    Grant begun = RedemptionRules.begin(fresh, 7, NOW);
    Grant interrupted =
        stored(
            RedemptionRules.broken(Optional.of(begun), begun.redemptions().begun().orElseThrow()));
    assertThat(put(interrupted, "r0")).isEqualTo(interrupted);
    assertThat(put(interrupted, "s0").isRefreshable()).isTrue();
  }

  @Test
  void a_token_that_was_refused_and_never_replaced_may_be_handed_in_again() {
    Grant refused = stored(GrantRules.refused(Optional.of(fresh), fresh, "invalid_grant"));
    assertThat(put(refused, "r0").isRefreshable()).isTrue();
  }

  private static Grant put(Grant known, String refreshToken) {
    return GrantRules.put(KEY, Optional.of(known), given(refreshToken), ASSUMED, NOW);
  }

  @Test
  void a_repeated_call_never_moves_an_end_away_that_was_given_as_a_time_from_now() {
    SessionEnd hour = new SessionEnd.After(Duration.ofHours(1));
    Grant first = GrantRules.put(KEY, Optional.empty(), ending("r0", hour), ASSUMED, NOW);
    assertThat(first.sessionEndsAt()).contains(NOW.plusSeconds(3600));
    Instant later = NOW.plusSeconds(600);
    Grant again = GrantRules.put(KEY, Optional.of(first), ending("r0", hour), ASSUMED, later);
    assertThat(again).isEqualTo(first);
    SessionEnd sooner = new SessionEnd.After(Duration.ofMinutes(1));
    assertThat(
            GrantRules.put(KEY, Optional.of(first), ending("r0", sooner), ASSUMED, later)
                .sessionEndsAt())
        .contains(later.plusSeconds(60));
    SessionEnd said = new SessionEnd.At(NOW.plusSeconds(9000));
    assertThat(
            GrantRules.put(KEY, Optional.of(first), ending("r0", said), ASSUMED, later)
                .sessionEndsAt())
        .contains(NOW.plusSeconds(9000));
    assertThat(
            GrantRules.put(KEY, Optional.of(first), ending("s0", hour), ASSUMED, later)
                .sessionEndsAt())
        .as("another sign-in")
        .contains(later.plusSeconds(3600));
    assertThat(put(first, "r0").sessionEndsAt()).as("not said any more").isEmpty();
  }

  private static Submission ending(String refreshToken, SessionEnd end) {
    return new Submission(
        new UserId("alice"),
        "idp",
        Optional.of(new Secret(refreshToken)),
        Optional.empty(),
        Optional.empty(),
        "openid",
        Duration.ZERO,
        Optional.of(end));
  }

  @Test
  void a_new_sign_in_makes_a_dead_grant_live() {
    Grant dead = stored(GrantRules.refused(Optional.of(fresh), fresh, "invalid_grant"));
    Grant again = GrantRules.put(KEY, Optional.of(dead), given("s0"), ASSUMED, NOW);
    assertThat(again.isRefreshable()).isTrue();
    assertThat(again.generation()).isGreaterThan(dead.generation());
  }

  @Test
  void nothing_shows_a_token() {
    assertThat(fresh.toString()).doesNotContain("r0").doesNotContain("a0");
    assertThat(next.toString()).doesNotContain("r1").doesNotContain("a1");
    assertThat(given("r0").toString()).doesNotContain("r0");
  }

  private static Grant stored(Verdict verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Store.class);
    return ((Verdict.Store) verdict).grant();
  }

  private static ProviderAnswer.Granted answer(String access, String refresh) {
    return new ProviderAnswer.Granted(
        new Secret(access),
        Optional.of(new Secret(refresh)),
        Optional.of(Duration.ofSeconds(60)),
        Optional.of("openid"));
  }

  private static Submission given(String refreshToken) {
    return new Submission(
        new UserId("alice"),
        "idp",
        Optional.of(new Secret(refreshToken)),
        Optional.of(new Secret("a0")),
        Optional.of(Duration.ofSeconds(60)),
        "openid",
        Duration.ZERO);
  }
}
