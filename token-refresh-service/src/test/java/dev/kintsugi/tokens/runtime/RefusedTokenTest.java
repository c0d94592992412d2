package dev.kintsugi.tokens.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.Backoff;
import dev.kintsugi.tokens.domain.CostControl;
import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.SessionEnd;
import dev.kintsugi.tokens.domain.Submission;
import dev.kintsugi.tokens.domain.ThresholdPolicy;
import dev.kintsugi.tokens.domain.TokenCheck;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What callers say of tokens that were refused before their end, on virtual time. */
class RefusedTokenTest {

  private static final ApplicationId WEBMAIL = new ApplicationId("webmail");
  private static final GrantKey KEY = new GrantKey(WEBMAIL, new GrantId("g1"));
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration LIFE = Duration.ofHours(1);

  private final FakeStore store = new FakeStore();
  private final RotatingProvider provider = new RotatingProvider();
  private final Refusals refusals = new Refusals();
  private volatile Instant now = START;
  private final TokenRuntime one = runtime();
  private final TokenRuntime two = runtime();

  @AfterEach
  void stop() {
    one.close();
    two.close();
  }

  @Test
  void fifty_callers_at_two_instances_that_report_the_same_token_cost_one_redemption()
      throws Exception {
    put(KEY, "alice");
    now = now.plusSeconds(600);
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    provider.onRedeem =
        () -> {
          arrived.countDown();
          try {
            assertThat(gate.await(10, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
          }
          return provider.next();
        };
    List<CompletableFuture<TokenAnswer>> all = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 50; i++) {
        TokenRuntime instance = i % 2 == 0 ? one : two;
        all.add(CompletableFuture.supplyAsync(() -> refused(instance, 1), threads));
        if (i == 10) {
          assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
        }
      }
      gate.countDown();
    }
    assertThat(provider.redeemed).containsExactly("r0");
    for (CompletableFuture<TokenAnswer> each : all) {
      assertThat(generation(each.get(10, TimeUnit.SECONDS))).isEqualTo(2);
    }
  }

  @Test
  void another_generation_than_the_stored_one_costs_nothing() throws Exception {
    put(KEY, "alice");
    now = now.plusSeconds(600);
    assertThat(generation(refused(one, 1))).isEqualTo(2);
    assertThat(generation(refused(two, 1))).isEqualTo(2);
    assertThat(generation(refused(two, 77))).as("never handed out").isEqualTo(2);
    assertThat(provider.redeemed).hasSize(1);
    assertThat(refusals.seen)
        .containsExactly(
            TokenEvents.Refusal.RENEWED,
            TokenEvents.Refusal.OUTDATED,
            TokenEvents.Refusal.OUTDATED);
  }

  @Test
  void who_reports_again_and_again_costs_one_redemption_a_minute() {
    put(KEY, "alice");
    int tooSoon = 0;
    for (int second = 0; second < 600; second++) {
      now = START.plusSeconds(10).plusSeconds(second);
      long newest = stored(KEY).generation();
      switch (refused(second % 2 == 0 ? one : two, newest)) {
        case TokenAnswer.Token token -> assertThat(token.generation()).isGreaterThan(newest);
        case TokenAnswer.TooSoon(Duration wait) -> {
          assertThat(wait).isBetween(Duration.ofSeconds(1), Duration.ofMinutes(1));
          tooSoon++;
        }
        case TokenAnswer answer -> assertThat(answer).isNull();
      }
    }
    assertThat(provider.redeemed).hasSize(10);
    assertThat(tooSoon).isEqualTo(590);
  }

  @Test
  void a_provider_that_fails_is_asked_once_a_minute_for_it_and_the_token_stays() throws Exception {
    put(KEY, "alice");
    now = now.plusSeconds(600);
    provider.onRedeem =
        () -> new ProviderAnswer.Failed(FailureReason.SERVER_ERROR, Optional.empty());
    assertThat(refused(one, 1)).isInstanceOf(TokenAnswer.Later.class);
    assertThat(refused(two, 1)).isInstanceOf(TokenAnswer.TooSoon.class);
    assertThat(provider.redeemed).hasSize(1);
    assertThat(generation(one.tokens().accessToken(KEY, Optional.empty()))).isEqualTo(1);
    now = now.plusSeconds(61);
    provider.onRedeem = provider::next;
    assertThat(generation(refused(two, 1))).isEqualTo(2);
  }

  @Test
  void a_token_that_has_ended_is_renewed_as_ever() {
    put(KEY, "alice");
    now = now.plus(LIFE);
    assertThat(generation(refused(one, 1))).isEqualTo(2);
    assertThat(stored(KEY).redemptions().refusedAt()).isEmpty();
  }

  @Test
  void what_was_refused_is_not_served_from_memory() throws Exception {
    put(KEY, "alice");
    assertThat(generation(one.tokens().accessToken(KEY, Optional.empty()))).isEqualTo(1);
    store.fail(call -> call.equals("load"), false);
    assertThat(generation(one.tokens().accessToken(KEY, Optional.empty()))).isEqualTo(1);
    assertThat(refused(one, 1)).isInstanceOf(TokenAnswer.Later.class);
    store.recover();
  }

  @Test
  void a_user_reports_for_himself_alone() throws Exception {
    put(KEY, "alice");
    now = now.plusSeconds(600);
    UserId bob = new UserId("bob");
    assertThat(one.tokens().accessToken(KEY, Optional.of(bob), OptionalLong.of(1)))
        .isInstanceOf(TokenAnswer.NotFound.class);
    assertThat(provider.redeemed).isEmpty();
  }

  @Test
  void a_grant_without_refresh_token_has_no_other_token_to_give() throws Exception {
    put(KEY, "alice", Optional.empty(), Optional.empty());
    assertThat(refused(one, 1)).isEqualTo(new TokenAnswer.Dead("refused"));
    assertThat(one.tokens().accessToken(KEY, Optional.empty()))
        .isInstanceOf(TokenAnswer.Token.class);
  }

  @Test
  void what_users_report_brings_renewals_nearer_and_is_handed_out_all_the_same() throws Exception {
    for (int user = 0; user < 8; user++) {
      put(new GrantKey(WEBMAIL, new GrantId("of-" + user)), "user-" + user);
    }
    now = now.plus(Duration.ofMinutes(25));
    for (int user = 0; user < 8; user++) {
      GrantKey key = new GrantKey(WEBMAIL, new GrantId("of-" + user));
      assertThat(generation(one.tokens().accessToken(key, Optional.empty(), OptionalLong.of(1))))
          .isEqualTo(2);
    }
    Duration learned = one.lives().reliable("idp", now).orElseThrow();
    assertThat(learned).isBetween(Duration.ofMinutes(22), Duration.ofMinutes(25));
    assertThat(two.lives().reliable("idp", now)).as("each instance for itself").isEmpty();
    put(KEY, "alice");
    assertThat(store.planned(KEY).orElseThrow()).isBefore(now.plus(learned));
    assertThat(one.grants().facts(KEY, Optional.empty()).orElseThrow().countsUntil())
        .contains(now.plus(learned));
    now = now.plus(Duration.ofMinutes(40));
    assertThat(generation(one.tokens().accessToken(KEY, Optional.empty()))).isEqualTo(1);
  }

  @Test
  void a_session_that_ends_before_its_token_is_not_planned_and_says_until_when_it_counts() {
    put(KEY, "alice", Optional.of("r0"), Optional.of(new SessionEnd.After(LIFE)));
    assertThat(store.planned(KEY)).isEmpty();
    put(KEY, "alice", Optional.of("s0"), Optional.of(new SessionEnd.After(LIFE.plusSeconds(1))));
    assertThat(store.planned(KEY)).isPresent();
    put(KEY, "alice", Optional.of("s0"), Optional.of(new SessionEnd.At(START.plusSeconds(30))));
    assertThat(store.planned(KEY)).isEmpty();
    assertThat(one.grants().facts(KEY, Optional.empty()).orElseThrow().countsUntil())
        .contains(START.plusSeconds(30));
  }

  private TokenAnswer refused(TokenRuntime instance, long generation) {
    try {
      return instance.tokens().accessToken(KEY, Optional.empty(), OptionalLong.of(generation));
    } catch (InterruptedException stop) {
      throw new IllegalStateException(stop);
    }
  }

  private static long generation(TokenAnswer answer) {
    assertThat(answer).isInstanceOf(TokenAnswer.Token.class);
    return ((TokenAnswer.Token) answer).generation();
  }

  private void put(GrantKey key, String user) {
    put(key, user, Optional.of("r0"), Optional.empty());
  }

  private void put(
      GrantKey key, String user, Optional<String> refreshToken, Optional<SessionEnd> end) {
    Submission submission =
        new Submission(
            new UserId(user),
            "idp",
            refreshToken.map(Secret::new),
            Optional.of(new Secret("given")),
            Optional.of(LIFE),
            "openid",
            Duration.ZERO,
            end);
    assertThat(one.grants().put(key, submission)).isPresent();
  }

  private Grant stored(GrantKey key) {
    return store.load(key).grant().orElseThrow();
  }

  private TokenRuntime runtime() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2));
    return new TokenRuntime(
        store,
        store,
        new Providers(Map.of("idp", provider), Optional.of("idp")),
        Shares.UNDIVIDED,
        new ThresholdPolicy(Duration.ofMinutes(5)),
        new Costs(new CostControl.Aim.Ratio(0.05), this::nanos),
        refusals,
        new RefreshSettings(
            Duration.ofDays(1),
            Duration.ofSeconds(15),
            Duration.ofSeconds(8),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            backoff,
            backoff),
        new Surroundings(() -> now, this::nanos, RefusedTokenTest::pause, new Random(7)),
        Duration.ofMillis(250),
        4,
        RevocationFeed.NONE,
        Duration.ofSeconds(2));
  }

  /** Time stands still but where a test moves it: whoever waits lets the others go on. */
  @SuppressWarnings("ThreadPriorityCheck") // virtual threads go on until they give way
  private static void pause(Duration time) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    Thread.yield();
  }

  private long nanos() {
    return Duration.between(START, now).toNanos();
  }

  private static final class RotatingProvider implements Provider {

    private final List<String> redeemed = new CopyOnWriteArrayList<>();
    private Supplier<ProviderAnswer> onRedeem = this::next;

    ProviderAnswer next() {
      return new ProviderAnswer.Granted(
          new Secret("a" + redeemed.size()),
          Optional.of(new Secret("r" + redeemed.size())),
          Optional.of(LIFE),
          Optional.empty());
    }

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
    public ProviderAnswer redeem(Secret refreshToken) {
      redeemed.add(refreshToken.value());
      return onRedeem.get();
    }

    @Override
    public TokenCheck check(Secret accessToken) {
      return new TokenCheck.Unchecked();
    }

    @Override
    public Revocation revoke(Grant grant) {
      return Revocation.DONE;
    }
  }

  private static final class Refusals implements TokenEvents {

    private final List<Refusal> seen = new CopyOnWriteArrayList<>();

    @Override
    public void refused(String provider, Refusal outcome) {
      seen.add(outcome);
    }

    @Override
    public void refreshed(String provider, Trigger trigger, Duration took) {}

    @Override
    public void failed(String provider, FailureReason reason) {}

    @Override
    public void heldBack(String provider, FailureReason reason) {}

    @Override
    public void stalled(Duration waited) {}

    @Override
    public void servedFromMemory() {}

    @Override
    public void revoked(String provider, Provider.Revocation outcome) {}

    @Override
    public void unreadable() {}
  }
}
