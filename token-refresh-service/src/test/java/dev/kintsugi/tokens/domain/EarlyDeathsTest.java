package dev.kintsugi.tokens.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EarlyDeathsTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration LIFE = Duration.ofHours(1);
  private static final Duration DEATH = Duration.ofMinutes(25);

  private final EarlyDeaths deaths = new EarlyDeaths();
  private Instant now = START;

  @Test
  void nothing_is_held_against_tokens_of_which_nothing_is_known() {
    assertThat(deaths.reliable(now)).isEmpty();
    assertThat(deaths.reliable(token(LIFE), now)).isEqualTo(token(LIFE));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void the_age_at_which_tokens_die_is_found_within_an_eighth_of_an_octave(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      now = now.plusSeconds(random.nextInt(120));
      if (random.nextInt(4) == 0) {
        lives("user-" + i, Duration.ofSeconds(random.nextLong(60, DEATH.toSeconds())));
      } else {
        dies("user-" + i, DEATH.plusSeconds(random.nextInt(90)));
      }
    }
    assertThat(deaths.reliable(now).orElseThrow()).isBetween(Duration.ofMinutes(22), DEATH);
    AccessToken counted = deaths.reliable(token(LIFE), now);
    assertThat(counted.lifetime()).isEqualTo(deaths.reliable(now).orElseThrow());
    assertThat(deaths.reliable(token(DEATH.dividedBy(2)), now))
        .isEqualTo(token(DEATH.dividedBy(2)));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void few_deaths_among_many_tokens_shorten_nothing(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      now = now.plusSeconds(random.nextInt(20));
      if (random.nextInt(100) == 0) {
        dies("user-" + i, Duration.ofSeconds(random.nextLong(1_000, 3_500)));
      } else {
        lives("user-" + i, LIFE);
      }
      assertThat(deaths.reliable(now)).as("after %d", i).isEmpty();
    }
  }

  @Test
  void two_users_teach_nothing_however_often_their_tokens_die() {
    for (int i = 0; i < 20_000; i++) {
      now = now.plusSeconds(61);
      dies("mallory-" + i % 2, DEATH);
      assertThat(deaths.reliable(now)).isEmpty();
    }
  }

  @Test
  void one_user_among_others_weighs_next_to_nothing() {
    for (int i = 0; i < 20_000; i++) {
      now = now.plusSeconds(30);
      dies("mallory", DEATH);
      if (i % 20 == 0) {
        lives("user-" + i, LIFE);
      }
      assertThat(deaths.reliable(now)).isEmpty();
    }
  }

  @Test
  void it_is_forgotten_in_two_days_where_nothing_more_is_heard() {
    for (int i = 0; i < 10_000; i++) {
      now = now.plusSeconds(1);
      dies("user-" + i, DEATH);
    }
    assertThat(deaths.reliable(now)).isPresent();
    assertThat(deaths.reliable(now.plus(Duration.ofHours(12)))).isPresent();
    assertThat(deaths.reliable(now.plus(Duration.ofDays(2)))).isEmpty();
  }

  @Test
  void never_less_than_a_quarter_of_a_life_is_counted_on_nor_learned_from() {
    for (int i = 0; i < 100; i++) {
      dies("hasty-" + i, Duration.ofMinutes(14));
    }
    assertThat(deaths.reliable(now)).as("no renewal could forestall these").isEmpty();
    for (int i = 0; i < 100; i++) {
      dies("user-" + i, Duration.ofMinutes(16));
    }
    assertThat(deaths.reliable(token(Duration.ofHours(24)), now).lifetime())
        .isEqualTo(Duration.ofHours(6));
    AccessToken brief = token(Duration.ofSeconds(20));
    assertThat(deaths.reliable(brief, now)).isEqualTo(brief);
  }

  @Test
  void times_that_cannot_be_teach_nothing() {
    for (int i = 0; i < 100; i++) {
      dies("early-" + i, Duration.ofMinutes(-5));
      dies("late-" + i, LIFE.plusSeconds(1));
      lives("back-" + i, Duration.ofDays(-400));
      deaths.died(grant("none-" + i, Optional.empty()), now);
    }
    assertThat(deaths.reliable(now)).isEmpty();
    assertThat(deaths.reliable(Instant.EPOCH)).isEmpty();
    for (int i = 0; i < 10; i++) {
      dies("user-" + i, DEATH);
    }
    assertThat(deaths.reliable(Instant.EPOCH)).as("a clock that was set back").isPresent();
    assertThat(deaths.reliable(Instant.parse("9999-01-01T00:00:00Z"))).isEmpty();
  }

  private void dies(String user, Duration age) {
    deaths.died(grant(user, Optional.of(issued(age))), now);
  }

  private void lives(String user, Duration used) {
    deaths.lived(grant(user, Optional.of(issued(LIFE))), now.minus(LIFE).plus(used), now);
  }

  private AccessToken issued(Duration ago) {
    return new AccessToken(new Secret("a"), now.minus(ago), now.minus(ago).plus(LIFE));
  }

  private static AccessToken token(Duration life) {
    return new AccessToken(new Secret("a"), START, START.plus(life));
  }

  private static Grant grant(String user, Optional<AccessToken> access) {
    return new Grant(
        new GrantKey(new ApplicationId("webmail"), new GrantId("g1")),
        new UserId(user),
        "idp",
        Optional.of(new Secret("r0")),
        access,
        "openid",
        1,
        Duration.ZERO,
        Optional.empty(),
        "");
  }
}
