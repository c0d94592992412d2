package dev.kintsugi.tokens.adapter.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.tokens.domain.ClockOffset;
import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.TokenCheck;
import dev.kintsugi.tokens.runtime.Provider;
import dev.kintsugi.tokens.runtime.Providers;
import dev.kintsugi.tokens.runtime.TokenEvents.Trigger;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class ProviderHealthTest {

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Totals totals = new Totals(registry, () -> now);
  private final ShownProvider provider = new ShownProvider();
  private final Providers providers = Providers.of(List.of(provider), Optional.empty());
  private final ProviderHealth indicator = new ProviderHealth(totals, providers, () -> now);

  private Health health() {
    Health health = indicator.health().block();
    assertThat(health).isNotNull();
    return health;
  }

  @Test
  void a_provider_that_does_nothing_but_fail_for_half_a_minute_is_down() {
    assertThat(health().getStatus()).isEqualTo(Status.UP);
    totals.failed("idp", FailureReason.TIMEOUT);
    now = now.plusSeconds(31);
    assertThat(health().getStatus()).isEqualTo(Status.DOWN);
    assertThat(health().getDetails()).containsEntry("idp", "timeout");
    totals.refreshed("idp", Trigger.AHEAD, Duration.ofMillis(5));
    assertThat(health().getStatus()).isEqualTo(Status.UP);
  }

  @Test
  void what_was_held_back_or_broken_off_says_nothing_against_it() {
    totals.heldBack("idp", FailureReason.CIRCUIT_OPEN);
    totals.failed("idp", FailureReason.INTERRUPTED);
    now = now.plusSeconds(31);
    assertThat(health().getStatus()).isEqualTo(Status.UP);
    assertThat(registry.get("kintsugi.tokens.held.back").counter().count()).isEqualTo(1);
    assertThat(totals.shown()).containsEntry("providerFailures", 1L);
  }

  @Test
  void its_clock_is_shown_once_it_is_known() {
    ProviderGauges.register(registry, providers, () -> now);
    assertThat(gauge("clock.lead")).isNaN();
    assertThat(health().getDetails()).doesNotContainKey("idp-clock");
    provider.clock = ClockOffset.UNKNOWN.after(now.minusMillis(200), now, now.plusSeconds(7));
    assertThat(gauge("clock.lead")).isEqualTo(7.6);
    assertThat(gauge("clock.error")).isEqualTo(0.6);
    assertThat(gauge("away")).isZero();
    assertThat(health().getDetails())
        .containsEntry("idp-clock", "7600 ms ahead, give or take 600 ms");
  }

  private double gauge(String name) {
    return registry.get("kintsugi.tokens.provider." + name).tag("provider", "idp").gauge().value();
  }

  private static final class ShownProvider implements Provider {

    private ClockOffset clock = ClockOffset.UNKNOWN;

    @Override
    public String name() {
      return "idp";
    }

    @Override
    public Duration timeout() {
      return Duration.ofSeconds(4);
    }

    @Override
    public Duration assumedLifetime() {
      return Duration.ofMinutes(5);
    }

    @Override
    public ClockOffset clock() {
      return clock;
    }

    @Override
    public ProviderAnswer redeem(Secret refreshToken) {
      throw new UnsupportedOperationException("health asks no provider");
    }

    @Override
    public TokenCheck check(Secret accessToken) {
      throw new UnsupportedOperationException("health asks no provider");
    }

    @Override
    public Revocation revoke(Grant grant) {
      throw new UnsupportedOperationException("health asks no provider");
    }
  }
}
