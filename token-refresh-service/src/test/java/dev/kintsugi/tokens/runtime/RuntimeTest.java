package dev.kintsugi.tokens.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.Backoff;
import dev.kintsugi.tokens.domain.CostControl;
import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.GrantVerdict;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.Submission;
import dev.kintsugi.tokens.domain.ThresholdPolicy;
import dev.kintsugi.tokens.domain.TokenCheck;
import dev.kintsugi.tokens.runtime.TokenAnswer.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The runtime on virtual time: a pause lets the clock pass and nothing else. */
class RuntimeTest {

  private static final GrantKey KEY = new GrantKey(new ApplicationId("webmail"), new GrantId("g1"));
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final FakeStore store = new FakeStore();
  private final ScriptedProvider provider = new ScriptedProvider();
  private final CountedEvents events = new CountedEvents();
  private final List<RevocationFeed.Ended> told = new CopyOnWriteArrayList<>();
  private volatile boolean feedIsAway;
  private volatile Instant now = START;
  private volatile Runnable onPause = () -> {};
  private volatile Runnable betweenPauses = () -> {};
  private final TokenRuntime one = runtime();
  private final TokenRuntime two = runtime();

  @AfterEach
  void stop() {
    one.close();
    two.close();
  }

  @Test
  void a_failing_provider_is_asked_again_with_growing_pauses() throws Exception {
    put("r0", 10);
    now = now.plusSeconds(20);
    provider.answers(failed(), failed(), granted("a1", "r1"));
    TokenAnswer answer = one.tokens().accessToken(KEY, Optional.empty());
    assertThat(token(answer)).isEqualTo("a1");
    assertThat(((TokenAnswer.Token) answer).source()).isEqualTo(Source.STALL);
    assertThat(Duration.between(START.plusSeconds(20), now)).isBetween(ms(150), ms(300));
    assertThat(events.stalls).isEqualTo(1);
  }

  @Test
  void it_gives_up_in_time_and_says_when_to_come_back() throws Exception {
    put("r0", 10);
    now = now.plusSeconds(20);
    provider.otherwise(failed());
    TokenAnswer answer = one.tokens().accessToken(KEY, Optional.empty());
    assertThat(answer).isInstanceOf(TokenAnswer.Later.class);
    assertThat(Duration.between(START.plusSeconds(20), now))
        .isLessThanOrEqualTo(Duration.ofSeconds(8));
    assertThat(provider.redeemed).allMatch("r0"::equals);
  }

  @Test
  void a_new_refresh_token_is_stored_however_long_the_store_is_away() throws Exception {
    put("r0", 10);
    now = now.plusSeconds(20);
    provider.onRedeem =
        () -> {
          store.fail(call -> call.equals("store"), false);
          return granted("a1", "r1");
        };
    List<Instant> pauses = new ArrayList<>();
    CompletableFuture<Void> down = new CompletableFuture<>();
    onPause =
        () -> {
          pauses.add(now);
          if (pauses.size() == 20) {
            down.join();
          }
          if (pauses.size() == 40) {
            store.recover();
          }
        };
    assertThat(token(one.tokens().accessToken(KEY, Optional.empty()))).isEqualTo("a1");
    assertThat(stored().refreshToken()).contains(new Secret("r0"));
    down.complete(null);
    one.close();
    assertThat(stored().refreshToken()).contains(new Secret("r1"));
    assertThat(store.planned(KEY)).isPresent();
  }

  @Test
  void a_store_whose_answer_was_lost_is_not_repeated() throws Exception {
    put("r0", 10);
    now = now.plusSeconds(20);
    provider.onRedeem =
        () -> {
          store.fail(call -> call.equals("store"), true);
          return granted("a1", "r1");
        };
    onPause = store::recover;
    assertThat(token(one.tokens().accessToken(KEY, Optional.empty()))).isEqualTo("a1");
    one.close();
    assertThat(stored().refreshToken()).contains(new Secret("r1"));
    assertThat(stored().generation()).isEqualTo(2);
  }

  @Test
  void a_refusal_counts_once_the_grant_can_be_read_again_and_is_not_asked_for_twice()
      throws Exception {
    put("r0", 10);
    now = now.plusSeconds(20);
    provider.onRedeem =
        () -> {
          store.fail(call -> call.equals("load"), false);
          return new ProviderAnswer.Refused("invalid_grant");
        };
    CompletableFuture<Void> back = new CompletableFuture<>();
    onPause = back::join;
    assertThat(one.tokens().accessToken(KEY, Optional.empty()))
        .isInstanceOf(TokenAnswer.Later.class);
    store.recover();
    assertThat(stored().isDead()).isFalse();
    back.complete(null);
    one.close();
    assertThat(stored().deadReason()).contains("invalid_grant");
    assertThat(provider.redeemed).containsExactly("r0");
  }

  /** An instance that was stopped for longer than its lease finds that another took over. */
  @Test
  void of_two_that_redeem_the_same_token_the_winners_answer_stands() throws Exception {
    put("r0", 10);
    now = now.plusSeconds(20);
    Deque<Supplier<ProviderAnswer>> script = new ArrayDeque<>();
    script.add(() -> {
      store.endLease(KEY);
      call(() -> two.tokens().accessToken(KEY, Optional.empty()));
      return granted("a1", "r1");
    });
    script.add(() -> new ProviderAnswer.Refused("invalid_grant"));
    provider.onRedeem = () -> script.remove().get();
    assertThat(token(one.tokens().accessToken(KEY, Optional.empty()))).isEqualTo("a1");
    assertThat(stored().refreshToken()).contains(new Secret("r1"));
    assertThat(stored().isDead()).isFalse();
  }

  @Test
  void tokens_that_arrive_after_the_grant_was_deleted_are_revoked() throws Exception {
    put("r0", 10);
    now = now.plusSeconds(20);
    provider.onRedeem =
        () -> {
          two.grants().delete(KEY);
          return granted("a1", "r1");
        };
    assertThat(one.tokens().accessToken(KEY, Optional.empty()))
        .isInstanceOf(TokenAnswer.NotFound.class);
    one.close();
    assertThat(store.revocations())
        .extracting(grant -> grant.refreshToken().orElseThrow().value())
        .containsExactlyInAnyOrder("r0", "r1");
  }

  @Test
  void what_an_application_hands_in_meanwhile_stands() throws Exception {
    put("r0", 10);
    now = now.plusSeconds(20);
    provider.onRedeem =
        () -> {
          put("other", 3600);
          return granted("a1", "r1");
        };
    assertThat(token(one.tokens().accessToken(KEY, Optional.empty()))).isEqualTo("given");
    assertThat(stored().refreshToken()).contains(new Secret("other"));
  }

  @Test
  void a_grant_is_planned_before_its_token_ends() {
    put("r0", 120);
    assertThat(store.planned(KEY).orElseThrow())
        .isBetween(START.plusSeconds(72), START.plusSeconds(80));
  }

  @Test
  void what_is_due_is_renewed_with_nobody_waiting() throws Exception {
    put("r0", 120);
    provider.otherwise(granted("a1", "r1"));
    CompletableFuture<Instant> renewed = new CompletableFuture<>();
    events.onRefreshed = () -> renewed.complete(now);
    onPause =
        () -> {
          if (now.isAfter(START.plusSeconds(85))) {
            renewed.join();
          }
        };
    one.start();
    assertThat(renewed.get(10, TimeUnit.SECONDS))
        .isBetween(START.plusSeconds(72), START.plusSeconds(86));
    one.close();
    assertThat(events.stalls).isZero();
    assertThat(stored().refreshToken()).contains(new Secret("r1"));
  }

  private TokenRuntime runtime() {
    Backoff backoff = new Backoff(ms(100), Duration.ofSeconds(2));
    RefreshSettings settings =
        new RefreshSettings(
            Duration.ofDays(1),
            Duration.ofSeconds(15),
            Duration.ofSeconds(8),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            backoff,
            backoff);
    Random random = new Random(7);
    return new TokenRuntime(
        store,
        store,
        new Providers(Map.of("idp", provider), Optional.of("idp")),
        Shares.UNDIVIDED,
        new ThresholdPolicy(Duration.ofMinutes(5)),
        new Costs(new CostControl.Aim.Ratio(0.05), () -> Duration.between(START, now).toNanos()),
        events,
        settings,
        new Surroundings(
            () -> now, () -> Duration.between(START, now).toNanos(), this::pause, random),
        ms(250),
        4,
        ended -> {
          told.add(ended);
          return feedIsAway
              ? CompletableFuture.failedFuture(new java.io.IOException("no Kafka"))
              : CompletableFuture.completedFuture(ended);
        },
        Duration.ofSeconds(2));
  }

  private void pause(Duration time) throws InterruptedException {
    betweenPauses.run();
    passed(time);
  }

  private synchronized void passed(Duration time) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    now = now.plus(time);
    onPause.run();
  }

  private void put(String refreshToken, int seconds) {
    Submission submission =
        new Submission(
            new UserId("alice"),
            "idp",
            Optional.of(new Secret(refreshToken)),
            Optional.of(new Secret("given")),
            Optional.of(Duration.ofSeconds(seconds)),
            "openid",
            Duration.ZERO);
    assertThat(one.grants().put(KEY, submission)).isPresent();
  }

  private Grant stored() {
    return store.load(KEY).grant().orElseThrow();
  }

  private static String token(TokenAnswer answer) {
    assertThat(answer).isInstanceOf(TokenAnswer.Token.class);
    return ((TokenAnswer.Token) answer).token().value().value();
  }

  @Test
  void a_deletion_is_told_with_its_user_and_time_before_it_is_answered() {
    put("r0", 10);
    one.grants().delete(KEY);
    assertThat(told)
        .containsExactly(
            new RevocationFeed.Ended(KEY, Optional.of(new UserId("alice")), START, "deleted"));
    one.grants().delete(KEY);
    assertThat(told)
        .last()
        .isEqualTo(new RevocationFeed.Ended(KEY, Optional.empty(), START, "deleted"));
    GrantKey never = new GrantKey(KEY.application(), new GrantId("never"));
    one.grants().delete(never);
    assertThat(told).hasSize(2);
  }

  @Test
  void a_deletion_that_could_not_be_told_is_told_later_with_the_time_it_had() throws Exception {
    put("r0", 10);
    feedIsAway = true;
    one.grants().delete(KEY);
    assertThat(told).hasSize(1);
    now = now.plusSeconds(40);
    feedIsAway = false;
    two.start();
    for (long end = System.nanoTime() + 5_000_000_000L; store.revocations().size() > 0; ) {
      assertThat(System.nanoTime() - end).isNegative();
      Thread.onSpinWait();
    }
    assertThat(told).hasSizeGreaterThan(1).allMatch(ended -> ended.at().equals(START));
    assertThat(told).allMatch(ended -> ended.user().equals(Optional.of(new UserId("alice"))));
  }

  @Test
  void whoever_signs_out_while_the_store_is_away_is_not_served_from_memory() throws Exception {
    put("r0", 3_600);
    store.fail(_ -> true, false);
    assertThat(token(one.tokens().accessToken(KEY, Optional.empty()))).isEqualTo("given");
    assertThatThrownBy(() -> one.grants().delete(KEY))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(one.tokens().accessToken(KEY, Optional.empty()))
        .isInstanceOf(TokenAnswer.Later.class);
  }

  @Test
  void a_deletion_that_takes_long_to_arrive_is_told_to_the_provider_all_the_same() {
    put("r0", 3_600);
    DueTask.Revoke task =
        new DueTask.Revoke(
            KEY, "d" + HexFormat.of().toHexDigits(START.toEpochMilli()) + "0123456789abcdef");
    store.delayDeletion(task, stored());
    Revoker revoker =
        new Revoker(
            store,
            store,
            Shares.UNDIVIDED,
            new Providers(Map.of("idp", provider), Optional.of("idp")),
            events,
            new Backoff(ms(100), Duration.ofSeconds(2)),
            new Surroundings(() -> now, () -> 0, this::pause, new Random(7)),
            RevocationFeed.NONE);
    now = START.plusSeconds(1);
    revoker.run(task);
    assertThat(provider.revoked).isEmpty();
    now = now.plusSeconds(1);
    revoker.run(task);
    assertThat(provider.revoked).containsExactly("r0");
    assertThat(store.revocations()).isEmpty();
  }

  @Test
  void tokens_that_nobody_waits_for_any_more_are_not_told_as_an_end_of_their_grant()
      throws Exception {
    put("r0", 10);
    now = now.plusSeconds(20);
    provider.onRedeem =
        () -> {
          one.grants().delete(KEY);
          return granted("a1", "r1");
        };
    assertThat(two.tokens().accessToken(KEY, Optional.empty()))
        .isInstanceOf(TokenAnswer.NotFound.class);
    assertThat(told).hasSize(1);
  }

  @Test
  void a_grant_that_the_provider_refuses_is_told_as_dead() throws Exception {
    put("r0", 10);
    now = now.plusSeconds(20);
    provider.answers(new ProviderAnswer.Refused("invalid_grant"));
    assertThat(one.tokens().accessToken(KEY, Optional.empty()))
        .isInstanceOf(TokenAnswer.Dead.class);
    assertThat(told)
        .containsExactly(
            new RevocationFeed.Ended(KEY, Optional.of(new UserId("alice")), now, "invalid_grant"));
    assertThat(one.verdicts().on(List.of(KEY)))
        .containsExactly(
            new GrantVerdict.Revoked("invalid_grant", Optional.of(new UserId("alice"))));
  }

  @Test
  void verdicts_are_given_in_order_and_only_while_the_store_answers() {
    put("r0", 10);
    GrantKey other = new GrantKey(KEY.application(), new GrantId("other"));
    assertThat(one.verdicts().on(List.of(other, KEY, other)))
        .containsExactly(
            new GrantVerdict.Unknown("absent"),
            new GrantVerdict.Valid(Duration.ofMinutes(5)),
            new GrantVerdict.Unknown("absent"));
    one.grants().delete(KEY);
    assertThat(one.verdicts().on(List.of(KEY)))
        .containsExactly(new GrantVerdict.Revoked("deleted", Optional.empty()));
    assertThat(one.verdicts().on(List.of())).isEmpty();
    store.fail(_ -> true, false);
    assertThatThrownBy(() -> one.verdicts().on(List.of()))
        .isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> one.verdicts().on(List.of(KEY)))
        .isInstanceOf(StoreUnavailableException.class);
    List<GrantKey> tooMany = Collections.nCopies(VerdictDesk.MOST + 1, KEY);
    assertThatThrownBy(() -> one.verdicts().on(tooMany))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Dies after it has sent a refresh token: nobody learns what the provider answered. */
  private void crash() {
    provider.onRedeem =
        () -> {
          provider.onRedeem = provider::next;
          throw new AssertionError("this instance has died");
        };
    assertThatThrownBy(() -> one.tokens().accessToken(KEY, Optional.empty()))
        .isInstanceOf(IllegalStateException.class);
  }

  /** A grant of a provider that has shown that it replaces refresh tokens: it holds r1. */
  private void putAndRenew() throws Exception {
    put("r0", 10);
    now = now.plusSeconds(20);
    provider.answers(granted("a1", "r1"));
    assertThat(token(one.tokens().accessToken(KEY, Optional.empty()))).isEqualTo("a1");
    now = now.plusSeconds(3_600);
  }

  @Test
  void a_redemption_that_was_broken_off_ends_the_grant_and_its_token_is_not_shown_again()
      throws Exception {
    putAndRenew();
    crash();
    assertThat(two.tokens().accessToken(KEY, Optional.empty()))
        .isEqualTo(new TokenAnswer.Dead("interrupted"));
    assertThat(two.tokens().accessToken(KEY, Optional.empty()))
        .isEqualTo(new TokenAnswer.Dead("interrupted"));
    assertThat(provider.redeemed).containsExactly("r0", "r1");
    assertThat(told)
        .containsExactly(
            new RevocationFeed.Ended(KEY, Optional.of(new UserId("alice")), now, "interrupted"));
    assertThat(two.verdicts().on(List.of(KEY)))
        .containsExactly(new GrantVerdict.Revoked("interrupted", Optional.of(new UserId("alice"))));
    assertThat(store.revocations())
        .extracting(grant -> grant.refreshToken().orElseThrow().value())
        .containsExactly("r1");
    put("s0", 3_600);
    assertThat(token(two.tokens().accessToken(KEY, Optional.empty()))).isEqualTo("given");
  }

  @Test
  void within_the_window_in_which_a_replaced_token_is_good_it_is_redeemed_again() throws Exception {
    putAndRenew();
    crash();
    provider.reuseWindow = Duration.ofSeconds(30);
    now = now.plusSeconds(20);
    provider.answers(granted("a2", "r2"));
    assertThat(token(two.tokens().accessToken(KEY, Optional.empty()))).isEqualTo("a2");
    assertThat(provider.redeemed).containsExactly("r0", "r1", "r1");
    assertThat(stored().refreshToken()).contains(new Secret("r2"));
    assertThat(told).isEmpty();
  }

  @Test
  void after_that_window_it_is_not() throws Exception {
    putAndRenew();
    crash();
    provider.reuseWindow = Duration.ofSeconds(30);
    now = now.plusSeconds(31);
    assertThat(two.tokens().accessToken(KEY, Optional.empty()))
        .isEqualTo(new TokenAnswer.Dead("interrupted"));
    assertThat(provider.redeemed).containsExactly("r0", "r1");
  }

  @Test
  void a_provider_that_replaces_no_tokens_may_be_asked_again_after_any_crash() throws Exception {
    put("r0", 10);
    now = now.plusSeconds(20);
    provider.answers(granted("a1", "r0"));
    assertThat(token(one.tokens().accessToken(KEY, Optional.empty()))).isEqualTo("a1");
    now = now.plusSeconds(3_600);
    crash();
    provider.answers(granted("a2", "r0"));
    assertThat(token(two.tokens().accessToken(KEY, Optional.empty()))).isEqualTo("a2");
  }

  @Test
  void an_outage_of_the_provider_kills_no_grant() throws Exception {
    putAndRenew();
    provider.otherwise(new ProviderAnswer.Failed(FailureReason.TIMEOUT, Optional.empty()));
    for (int i = 0; i < 8; i++) {
      TokenRuntime either = i % 2 == 0 ? one : two;
      assertThat(either.tokens().accessToken(KEY, Optional.empty()))
          .isInstanceOf(TokenAnswer.Later.class);
    }
    assertThat(now).isAfter(START.plusSeconds(3_620 + 30));
    assertThat(stored().redemptions().begun()).isEmpty();
    provider.otherwise(granted("a2", "r2"));
    assertThat(token(two.tokens().accessToken(KEY, Optional.empty()))).isEqualTo("a2");
    assertThat(told).isEmpty();
  }

  @Test
  void a_lost_reply_is_asked_for_once_more_and_a_refusal_ends_it() throws Exception {
    putAndRenew();
    provider.answers(
        new ProviderAnswer.Failed(FailureReason.TIMEOUT, Optional.empty()),
        new ProviderAnswer.Refused("invalid_grant"));
    assertThat(one.tokens().accessToken(KEY, Optional.empty()))
        .isEqualTo(new TokenAnswer.Dead("invalid_grant"));
    assertThat(two.tokens().accessToken(KEY, Optional.empty()))
        .isEqualTo(new TokenAnswer.Dead("invalid_grant"));
    assertThat(provider.redeemed).containsExactly("r0", "r1", "r1");
    assertThat(told).hasSize(1);
  }

  /** The store was away for longer than a lease lasts while one held a new refresh token. */
  @Test
  void whoever_may_yet_hold_the_new_token_is_given_time_to_store_it() throws Exception {
    putAndRenew();
    CompletableFuture<Void> waiting = new CompletableFuture<>();
    CompletableFuture<Void> back = new CompletableFuture<>();
    Thread[] settling = new Thread[1];
    provider.onRedeem =
        () -> {
          settling[0] = Thread.currentThread();
          store.fail(call -> call.equals("store"), false);
          return granted("a2", "r2");
        };
    betweenPauses =
        () -> {
          if (Thread.currentThread() == settling[0]) {
            waiting.complete(null);
            back.join();
          } else {
            back.complete(null);
            one.close();
          }
        };
    assertThat(token(one.tokens().accessToken(KEY, Optional.empty()))).isEqualTo("a2");
    waiting.join();
    store.recover();
    store.endLease(KEY);
    now = now.plusSeconds(60);
    assertThat(token(two.tokens().accessToken(KEY, Optional.empty()))).isEqualTo("a2");
    assertThat(provider.redeemed).containsExactly("r0", "r1");
    assertThat(stored().refreshToken()).contains(new Secret("r2"));
    assertThat(stored().isDead()).isFalse();
    assertThat(told).isEmpty();
  }

  @Test
  void where_it_is_not_known_whether_the_beginning_was_stored_nothing_is_sent() throws Exception {
    putAndRenew();
    store.fail(call -> call.equals("store"), true);
    onPause = store::recover;
    assertThat(one.tokens().accessToken(KEY, Optional.empty()))
        .isInstanceOf(TokenAnswer.Later.class);
    one.close();
    assertThat(provider.redeemed).containsExactly("r0");
    assertThat(stored().redemptions().begun()).isEmpty();
    provider.answers(granted("a2", "r2"));
    assertThat(token(two.tokens().accessToken(KEY, Optional.empty()))).isEqualTo("a2");
  }

  @Test
  void a_beginning_that_is_stored_after_all_does_not_end_the_grant() throws Exception {
    putAndRenew();
    store.delayNextStore();
    assertThat(one.tokens().accessToken(KEY, Optional.empty()))
        .isInstanceOf(TokenAnswer.Later.class);
    one.close();
    provider.answers(granted("a2", "r2"));
    assertThat(token(two.tokens().accessToken(KEY, Optional.empty()))).isEqualTo("a2");
    assertThat(told).isEmpty();
  }

  @Test
  void whoever_waits_for_the_store_keeps_no_place_at_the_provider() throws Exception {
    putAndRenew();
    store.fail(call -> call.equals("store"), true);
    List<Integer> places = new CopyOnWriteArrayList<>();
    onPause =
        () -> {
          places.add(provider.places.get());
          store.recover();
        };
    assertThat(one.tokens().accessToken(KEY, Optional.empty()))
        .isInstanceOf(TokenAnswer.Later.class);
    one.close();
    assertThat(places).isNotEmpty().containsOnly(0);
  }

  /** The store took so long that the lease may end before the provider has answered. */
  @Test
  void nothing_is_sent_under_a_lease_that_may_end_before_the_answer() throws Exception {
    putAndRenew();
    provider.onAdmit = () -> now = now.plusSeconds(12);
    assertThat(one.tokens().accessToken(KEY, Optional.empty()))
        .isInstanceOf(TokenAnswer.Later.class);
    assertThat(provider.redeemed).containsExactly("r0");
    assertThat(stored().redemptions().begun()).isEmpty();
  }

  @Test
  void a_provider_that_throws_has_failed_and_no_more() throws Exception {
    putAndRenew();
    provider.onRedeem =
        () -> {
          throw new IllegalArgumentException("port out of range");
        };
    assertThat(one.tokens().accessToken(KEY, Optional.empty()))
        .isInstanceOf(TokenAnswer.Later.class);
    provider.onRedeem = () -> granted("a2", "r2");
    assertThat(token(two.tokens().accessToken(KEY, Optional.empty()))).isEqualTo("a2");
  }

  /** What was renewed ahead has failed, and that cannot be stored; somebody asks for the token. */
  @Test
  void whoever_comes_while_a_failure_cannot_be_stored_is_told_to_come_again() throws Exception {
    put("r0", 120);
    CompletableFuture<Thread> settling = new CompletableFuture<>();
    CompletableFuture<Void> waiting = new CompletableFuture<>();
    CompletableFuture<Void> back = new CompletableFuture<>();
    provider.onRedeem =
        () -> {
          settling.complete(Thread.currentThread());
          store.fail(call -> call.equals("store"), false);
          return failed();
        };
    betweenPauses =
        () -> {
          if (settling.isDone() && Thread.currentThread() == settling.join()) {
            waiting.complete(null);
            back.join();
          }
        };
    one.start();
    waiting.get(10, TimeUnit.SECONDS);
    now = START.plusSeconds(200);
    try {
      assertThat(one.tokens().accessToken(KEY, Optional.empty()))
          .isInstanceOf(TokenAnswer.Later.class);
    } finally {
      store.recover();
      back.complete(null);
    }
  }

  @Test
  void a_call_that_is_held_back_leaves_no_mark_and_says_when_to_come_again() throws Exception {
    putAndRenew();
    provider.closed =
        Optional.of(new Admission.Closed(FailureReason.CIRCUIT_OPEN, Duration.ofSeconds(20)));
    TokenAnswer answer = one.tokens().accessToken(KEY, Optional.empty());
    assertThat(answer).isInstanceOf(TokenAnswer.Later.class);
    assertThat(((TokenAnswer.Later) answer).retryAfter())
        .isBetween(Duration.ofSeconds(20), Duration.ofSeconds(22));
    assertThat(((TokenAnswer.Later) answer).reason()).contains("circuit-open");
    assertThat(provider.redeemed).containsExactly("r0");
    assertThat(stored().redemptions().begun()).isEmpty();
    assertThat(events.failures).isEmpty();
    assertThat(events.heldBack).containsExactly(FailureReason.CIRCUIT_OPEN);
  }

  /** A stolen token was used: the provider has ended all that came of the same sign-in. */
  @Test
  void a_family_that_the_provider_has_ended_is_told_of_once_and_never_tried_again()
      throws Exception {
    putAndRenew();
    provider.otherwise(new ProviderAnswer.Refused("invalid_grant"));
    for (TokenRuntime each : List.of(one, two, one)) {
      assertThat(each.tokens().accessToken(KEY, Optional.empty()))
          .isEqualTo(new TokenAnswer.Dead("invalid_grant"));
    }
    assertThat(provider.redeemed).containsExactly("r0", "r1");
    assertThat(told)
        .containsExactly(
            new RevocationFeed.Ended(KEY, Optional.of(new UserId("alice")), now, "invalid_grant"));
    assertThat(two.verdicts().on(List.of(KEY)))
        .containsExactly(
            new GrantVerdict.Revoked("invalid_grant", Optional.of(new UserId("alice"))));
    assertThat(store.planned(KEY)).isEmpty();
  }

  private static void call(java.util.concurrent.Callable<?> work) {
    try {
      work.call();
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static ProviderAnswer failed() {
    return new ProviderAnswer.Failed(FailureReason.SERVER_ERROR, Optional.empty());
  }

  private static ProviderAnswer granted(String access, String refresh) {
    return new ProviderAnswer.Granted(
        new Secret(access),
        Optional.of(new Secret(refresh)),
        Optional.of(Duration.ofHours(1)),
        Optional.empty());
  }

  private static Duration ms(long millis) {
    return Duration.ofMillis(millis);
  }

  private static final class ScriptedProvider implements Provider {

    private final Deque<ProviderAnswer> script = new ArrayDeque<>();
    private final List<String> redeemed = new ArrayList<>();
    private ProviderAnswer otherwise = failed();
    private Supplier<ProviderAnswer> onRedeem = this::next;
    private Duration reuseWindow = Duration.ZERO;
    private Optional<Admission.Closed> closed = Optional.empty();
    private final List<String> revoked = new CopyOnWriteArrayList<>();
    private final AtomicInteger places = new AtomicInteger();
    private Runnable onAdmit = () -> {};

    void answers(ProviderAnswer... answers) {
      script.addAll(List.of(answers));
    }

    void otherwise(ProviderAnswer answer) {
      otherwise = answer;
    }

    private ProviderAnswer next() {
      return script.isEmpty() ? otherwise : script.remove();
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
    public Duration reuseWindow() {
      return reuseWindow;
    }

    @Override
    public Admission admit(TokenEvents.Trigger trigger) {
      if (closed.isPresent()) {
        return closed.get();
      }
      onAdmit.run();
      places.incrementAndGet();
      return new Place(new Unlimited(this));
    }

    private final class Place implements Admission.Open {

      private final Unlimited provider;

      Place(Unlimited provider) {
        this.provider = provider;
      }

      @Override
      public Duration timeout() {
        return provider.timeout();
      }

      @Override
      public ProviderAnswer redeem(Secret refreshToken) {
        return provider.redeem(refreshToken);
      }

      @Override
      public void close() {
        places.decrementAndGet();
      }
    }

    @Override
    public ProviderAnswer redeem(Secret refreshToken) {
      redeemed.add(refreshToken.value());
      return onRedeem.get();
    }

    @Override
    public TokenCheck check(Secret accessToken) {
      return accessToken.value().startsWith("forged")
          ? new TokenCheck.Forged("signature")
          : new TokenCheck.Unchecked();
    }

    @Override
    public Revocation revoke(Grant grant) {
      revoked.add(grant.refreshToken().orElseThrow().value());
      return Revocation.DONE;
    }
  }

  private static final class CountedEvents implements TokenEvents {

    private final List<FailureReason> failures = new CopyOnWriteArrayList<>();
    private final List<FailureReason> heldBack = new CopyOnWriteArrayList<>();
    private int stalls;
    private Runnable onRefreshed = () -> {};

    @Override
    public void refreshed(String provider, Trigger trigger, Duration took) {
      onRefreshed.run();
    }

    @Override
    public void failed(String provider, FailureReason reason) {
      failures.add(reason);
    }

    @Override
    public void heldBack(String provider, FailureReason reason) {
      heldBack.add(reason);
    }

    @Override
    public void stalled(Duration waited) {
      stalls++;
    }

    @Override
    public void servedFromMemory() {}

    @Override
    public void revoked(String provider, Provider.Revocation outcome) {}

    @Override
    public void unreadable() {}
  }
}
