package dev.kintsugi.tokens.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VerdictRulesTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration SKEW = Duration.ofSeconds(2);
  private static final TokenCheck SOUND = new TokenCheck.Sound(Optional.empty());
  private static final TokenCheck UNCHECKED = new TokenCheck.Unchecked();
  private static final TokenCheck FORGED = new TokenCheck.Forged("signature");

  static List<Arguments> grants() {
    return List.of(
        Arguments.of("expired, refreshable", grant(true, -3600), SOUND, valid(300)),
        Arguments.of("no token, refreshable", grant(true, null), UNCHECKED, valid(300)),
        Arguments.of("long, not refreshable", grant(false, 3600), SOUND, valid(300)),
        Arguments.of("opaque, not refreshable", grant(false, 3600), UNCHECKED, valid(300)),
        Arguments.of("short, not refreshable", grant(false, 10), SOUND, valid(12)),
        Arguments.of("within skew", grant(false, -1), SOUND, valid(1)),
        Arguments.of("at the end of skew", grant(false, -2), SOUND, revoked("expired")),
        Arguments.of("expired", grant(false, -3600), SOUND, revoked("expired")),
        Arguments.of("forged", grant(true, 3600), FORGED, revoked("signature")),
        Arguments.of(
            "ends earlier by its own word",
            grant(false, 3600),
            new TokenCheck.Sound(Optional.of(NOW.minusSeconds(3))),
            revoked("expired")),
        Arguments.of(
            "ends later by its own word",
            grant(false, 10),
            new TokenCheck.Sound(Optional.of(NOW.plusSeconds(3600))),
            valid(12)),
        Arguments.of(
            "dead", grant(true, 3600).dead("invalid_grant"), SOUND, revoked("invalid_grant")),
        Arguments.of(
            "dead and forged",
            grant(true, 3600).dead("invalid_grant"),
            FORGED,
            revoked("invalid_grant")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("grants")
  void a_grant_gets_its_verdict(String name, Grant grant, TokenCheck check, GrantVerdict verdict) {
    assertThat(VerdictRules.of(grant, check, NOW, SKEW)).isEqualTo(verdict);
  }

  @Test
  void a_verdict_is_never_usable_for_longer_than_five_minutes_or_beyond_the_end() {
    for (int seconds = -10; seconds < 1_000; seconds++) {
      GrantVerdict verdict = VerdictRules.of(grant(false, seconds), SOUND, NOW, SKEW);
      if (verdict instanceof GrantVerdict.Valid(Duration usable)) {
        assertThat(usable).isPositive().isLessThanOrEqualTo(Duration.ofMinutes(5));
        assertThat(usable).isLessThanOrEqualTo(Duration.ofSeconds(seconds).plus(SKEW));
      } else {
        assertThat(seconds).isLessThanOrEqualTo(-2);
      }
    }
  }

  private static GrantVerdict valid(int seconds) {
    return new GrantVerdict.Valid(Duration.ofSeconds(seconds));
  }

  private static GrantVerdict revoked(String reason) {
    return new GrantVerdict.Revoked(reason, Optional.of(new UserId("alice")));
  }

  private static Grant grant(boolean refreshable, Integer endsInSeconds) {
    return new Grant(
        new GrantKey(new ApplicationId("webmail"), new GrantId("g")),
        new UserId("alice"),
        "idp",
        refreshable ? Optional.of(new Secret("refresh")) : Optional.empty(),
        Optional.ofNullable(endsInSeconds)
            .map(seconds ->
                new AccessToken(
                    new Secret("access"), NOW.minusSeconds(7200), NOW.plusSeconds(seconds))),
        "openid",
        1,
        Duration.ZERO,
        Optional.empty(),
        "");
  }
}
