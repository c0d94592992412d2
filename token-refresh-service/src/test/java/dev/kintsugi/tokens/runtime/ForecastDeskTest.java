package dev.kintsugi.tokens.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.RefreshPolicy.Decision;
import dev.kintsugi.tokens.domain.RefreshPolicy.Expectation;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import dev.kintsugi.tokens.runtime.ForecastDesk.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ForecastDeskTest {

  private static final Instant NOW = Instant.parse("2026-11-25T14:37:20Z");
  private static final UserKey ALICE =
      new UserKey(new ApplicationId("webmail"), new UserId("alice"));

  private final ActivityModels models = new ActivityModels(_ -> 3, Duration.ofHours(8), 100);
  private final Decisions decisions = new Decisions();

  private Answer look(double speed) {
    return new ForecastDesk(Optional.of(models), decisions, () -> speed, () -> NOW).look(ALICE);
  }

  @Test
  void who_forecasts_nobody_says_so() {
    assertThat(new ForecastDesk(Optional.empty(), decisions, () -> 1, () -> NOW).look(ALICE))
        .isEqualTo(new Answer.NoForecasts());
  }

  @Test
  void a_share_that_is_not_here_or_not_read_is_elsewhere() {
    assertThat(look(1)).isEqualTo(new Answer.Elsewhere(3));
    models.assign(3);
    assertThat(look(1)).isEqualTo(new Answer.Elsewhere(3));
    models.ready(3);
    assertThat(look(1)).isEqualTo(new Answer.Unknown());
    models.revoke(3);
    assertThat(look(1)).isEqualTo(new Answer.Elsewhere(3));
  }

  @Test
  void decisions_are_seen_also_where_no_activity_was() {
    models.assign(3);
    models.ready(3);
    Grant grant =
        new Grant(
            new GrantKey(ALICE.application(), new GrantId("g")),
            ALICE.user(),
            "idp",
            Optional.empty(),
            Optional.empty(),
            "",
            1,
            Duration.ZERO,
            Optional.empty(),
            "");
    decisions.add(grant, new Decision.Renew(Expectation.NONE), 0.05, NOW);
    assertThat(look(1))
        .isInstanceOfSatisfying(
            Answer.Seen.class,
            seen -> {
              assertThat(seen.known()).isEmpty();
              assertThat(seen.decisions()).hasSize(1);
            });
  }

  /** Replayed: heard of ten seconds ago, and happened years before. */
  @Test
  void silence_is_counted_from_when_it_was_heard_of_in_the_time_of_the_activity() {
    models.assign(3);
    models.ready(3);
    Instant heard = NOW.minusSeconds(10);
    var _ = models.take(3, ALICE, 1_000_000_000_000L, 0, heard.toEpochMilli());
    assertThat(look(60))
        .isInstanceOfSatisfying(
            Answer.Seen.class,
            seen -> {
              assertThat(seen.share()).isEqualTo(3);
              assertThat(seen.known().orElseThrow().heardAt()).isEqualTo(heard);
              assertThat(seen.known().orElseThrow().elapsedSeconds()).isEqualTo(600);
            });
  }
}
