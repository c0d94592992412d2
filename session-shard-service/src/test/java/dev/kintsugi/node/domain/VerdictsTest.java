package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.Verdicts.Question;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictsTest {

  private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);
  private static final GrantVerdict VALID = new GrantVerdict.Valid(FIVE_MINUTES);
  private static final GrantVerdict REVOKED = new GrantVerdict.Revoked("deleted");
  private static final GrantStanding CLEAR = new GrantStanding.Clear();
  private static final GrantStanding UNVERIFIED = new GrantStanding.Unverified();
  private static final GrantRef G = grant(1);
  private static final SessionId S = session(1);

  private long now = 1_000;
  private Verdicts verdicts = new Verdicts(Verdicts.Settings.USUAL, now);

  private static GrantRef grant(int number) {
    return new GrantRef(new ApplicationId("webmail"), "g" + number);
  }

  private static GrantUse use(GrantRef grant) {
    return useBy("alice", grant);
  }

  private static GrantUse useBy(String user, GrantRef grant) {
    return new GrantUse(grant, Optional.of(new UserId(user)), Instant.EPOCH);
  }

  private static SessionId session(int number) {
    return SessionId.of(new PlacementKey(number), number, number);
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void pass(int seconds) {
    pass(Duration.ofSeconds(seconds));
  }

  private Question asked() {
    return verdicts.next(now).orElseThrow();
  }

  private void answer(GrantVerdict verdict) {
    Question question = asked();
    Map<GrantRef, GrantVerdict> answers = new HashMap<>();
    question.grants().forEach(grant -> answers.put(grant, verdict));
    var _ = verdicts.answered(question, answers, now);
  }

  private GrantStanding judged(long since) {
    return verdicts.judge(use(G), since, now);
  }

  @Test
  void a_session_in_use_is_asked_for_and_its_verdict_serves_a_new_owner_for_five_minutes() {
    assertThat(judged(now)).isEqualTo(UNVERIFIED);
    verdicts.note(G, S, now);
    long asked = now;
    assertThat(judged(now)).isEqualTo(UNVERIFIED);
    answer(VALID);
    pass(299);
    long takenOver = now;
    assertThat(judged(takenOver)).isEqualTo(CLEAR);
    pass(1);
    assertThat(judged(takenOver)).isEqualTo(UNVERIFIED);
    assertThat(judged(asked)).isEqualTo(CLEAR);
  }

  @Test
  void it_is_asked_for_again_a_minute_before_that_but_not_when_nobody_uses_it() {
    verdicts.note(G, S, now);
    answer(VALID);
    pass(239);
    verdicts.note(G, S, now);
    assertThat(asked().grants()).isEmpty();
    pass(1);
    assertThat(asked().grants()).containsExactly(G);
    verdicts = new Verdicts(Verdicts.Settings.USUAL, now);
    verdicts.note(G, S, now);
    for (int minute = 0; minute < 60; minute++) {
      verdicts
          .next(now)
          .ifPresent(question ->
              verdicts.answered(
                  question, question.grants().isEmpty() ? Map.of() : Map.of(G, VALID), now));
      pass(60);
    }
    assertThat(judged(now)).isEqualTo(UNVERIFIED);
    verdicts.note(G, S, now);
    assertThat(asked().grants()).containsExactly(G);
  }

  @Test
  void a_verdict_counts_from_when_it_was_asked_for_and_no_longer_than_it_says() {
    verdicts.note(G, S, now);
    Question question = asked();
    long takenOver = now + 1;
    pass(10);
    verdicts.answered(question, Map.of(G, new GrantVerdict.Valid(Duration.ofSeconds(12))), now);
    assertThat(judged(takenOver)).isEqualTo(CLEAR);
    pass(2);
    assertThat(judged(takenOver)).isEqualTo(UNVERIFIED);
    verdicts.note(G, S, now);
    question = asked();
    verdicts.answered(question, Map.of(G, new GrantVerdict.Valid(Duration.ofDays(9))), now);
    pass(300);
    assertThat(judged(now)).isEqualTo(UNVERIFIED);
  }

  @Test
  void a_revoked_one_is_told_with_its_sessions_and_stays_revoked() {
    verdicts.note(G, S, now);
    verdicts.note(G, session(2), now);
    Question question = asked();
    assertThat(verdicts.answered(question, Map.of(G, REVOKED), now))
        .containsExactly(new Verdicts.Found(G, "deleted", List.of(S, session(2))));
    pass(Duration.ofHours(9));
    assertThat(judged(now)).isEqualTo(new GrantStanding.Revoked("deleted"));
  }

  @Test
  void a_verdict_on_another_users_grant_of_the_same_id_ends_nothing() {
    verdicts.note(G, S, now);
    answer(new GrantVerdict.Revoked("invalid_grant", Optional.of(new UserId("bob"))));
    assertThat(judged(now)).as("as if there were none").isEqualTo(CLEAR);
    assertThat(verdicts.judge(useBy("bob", G), now, now))
        .isEqualTo(new GrantStanding.Revoked("invalid_grant"));
    long takenOver = now + 1;
    pass(300);
    assertThat(judged(takenOver)).isEqualTo(UNVERIFIED);
  }

  @Test
  void another_session_with_a_revoked_grant_is_judged_anew() {
    verdicts.note(G, S, now);
    answer(REVOKED);
    pass(5);
    verdicts.note(G, S, now);
    assertThat(judged(now)).isEqualTo(new GrantStanding.Revoked("deleted"));
    verdicts.note(G, session(2), now);
    assertThat(judged(now)).isEqualTo(UNVERIFIED);
    verdicts.created(G, session(3), now);
    assertThat(judged(now - 1)).isEqualTo(CLEAR);
    pass(2);
    answer(VALID);
    assertThat(judged(now)).isEqualTo(CLEAR);
  }

  @Test
  void a_session_made_here_needs_no_verdict_but_gets_one_for_its_next_owner() {
    long serving = now;
    pass(1);
    verdicts.created(G, S, now);
    assertThat(judged(serving)).isEqualTo(CLEAR);
    assertThat(judged(now + 1)).isEqualTo(UNVERIFIED);
    answer(new GrantVerdict.Unknown());
    assertThat(judged(now + 1)).isEqualTo(CLEAR);
  }

  @Test
  void each_grant_is_in_one_question_at_a_time_and_questions_are_bounded() {
    for (int i = 0; i < 1_000; i++) {
      verdicts.note(grant(i), session(i), now);
      verdicts.want(grant(i), session(i), now);
    }
    Question one = asked();
    Question two = asked();
    assertThat(one.grants()).hasSize(200);
    assertThat(two.grants()).hasSize(200).doesNotContainAnyElementsOf(one.grants());
    assertThat(verdicts.next(now)).isEmpty();
    verdicts.want(one.grants().getFirst(), session(0), now);
    var _ = verdicts.answered(two, Map.of(), now);
    assertThat(asked().grants()).doesNotContainAnyElementsOf(one.grants());
  }

  @Test
  void whoever_waits_comes_first() {
    for (int i = 0; i < 1_000; i++) {
      verdicts.note(grant(i), session(i), now);
    }
    verdicts.want(grant(999), session(999), now);
    assertThat(asked().grants().getFirst()).isEqualTo(grant(999));
  }

  @Test
  void a_silent_service_is_asked_more_and_more_seldom_and_nobody_waits_for_it() {
    verdicts.note(G, S, now);
    List<Long> gaps = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      long before = now;
      while (verdicts.next(now).isEmpty()) {
        pass(Duration.ofMillis(10));
      }
      gaps.add((now - before) / 1_000_000);
      verdicts.failed(new Question(List.of(G), now), now);
      assertThat(verdicts.silent()).isEqualTo(i >= 1);
      assertThat(verdicts.want(G, S, now)).isFalse();
    }
    assertThat(gaps).containsExactly(0L, 100L, 200L, 400L, 800L, 1_600L, 2_000L, 2_000L);
    pass(2);
    answer(VALID);
    assertThat(verdicts.silent()).isFalse();
    assertThat(verdicts.want(grant(2), session(2), now)).isTrue();
  }

  @Test
  void with_nothing_to_ask_it_asks_every_two_seconds_whether_anybody_is_there() {
    assertThat(verdicts.next(now)).isEmpty();
    pass(2);
    Question probe = asked();
    assertThat(probe.grants()).isEmpty();
    assertThat(verdicts.next(now)).isEmpty();
    verdicts.failed(probe, now);
    pass(2);
    verdicts.failed(asked(), now);
    assertThat(verdicts.silent()).isTrue();
  }

  @Test
  void a_verdict_too_short_to_be_asked_ahead_makes_no_flood_of_questions() {
    verdicts.note(G, S, now);
    int questions = 0;
    for (int tick = 0; tick < 1_200; tick++) {
      var next = verdicts.next(now);
      if (next.isPresent()) {
        questions += next.get().grants().size();
        var _ =
            verdicts.answered(next.get(), Map.of(G, new GrantVerdict.Valid(Duration.ZERO)), now);
      }
      verdicts.note(G, S, now);
      pass(Duration.ofMillis(50));
    }
    assertThat(questions).isLessThanOrEqualTo(31);
  }

  @Test
  void what_was_used_last_is_kept_and_plans_do_not_pile_up() {
    Verdicts.Settings usual = Verdicts.Settings.USUAL;
    Verdicts small =
        new Verdicts(
            new Verdicts.Settings(
                100,
                10,
                2,
                usual.longestUse(),
                usual.ahead(),
                usual.active(),
                usual.firstPause(),
                usual.longestPause(),
                usual.probe()),
            now);
    for (int i = 0; i < 20_000; i++) {
      small.note(grant(i), session(i), now);
      small.note(grant(0), session(0), now);
      assertThat(small.size()).isLessThanOrEqualTo(100);
      assertThat(small.planned()).isLessThanOrEqualTo(1_300);
    }
    Question question = small.next(now).orElseThrow();
    var _ = small.answered(question, Map.of(grant(0), VALID), now);
    assertThat(small.judge(use(grant(5_000)), now, now)).isEqualTo(UNVERIFIED);
    assertThat(small.size()).isEqualTo(100);
  }

  @Test
  void a_session_that_has_ended_is_forgotten() {
    verdicts.note(G, S, now);
    verdicts.note(G, session(2), now);
    verdicts.forget(G, S);
    assertThat(verdicts.sessionsOf(G)).containsExactly(session(2));
    verdicts.forget(G, session(2));
    verdicts.forget(G, session(2));
    assertThat(verdicts.size()).isZero();
    assertThat(verdicts.next(now)).isEmpty();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
  void whatever_happens_nobody_is_clear_without_a_verdict_that_counts(long seed) {
    Random random = new Random(seed);
    Map<GrantRef, Long> sent = new HashMap<>();
    Map<GrantRef, GrantVerdict> said = new HashMap<>();
    List<Question> open = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      GrantRef grant = grant(random.nextInt(40));
      SessionId session = session(grant.hashCode());
      switch (random.nextInt(6)) {
        case 0 -> verdicts.note(grant, session, now);
        case 1 -> verdicts.want(grant, session, now);
        case 2 -> pass(Duration.ofMillis(random.nextInt(60_000)));
        case 3 -> verdicts.next(now).ifPresent(open::add);
        case 4 -> {
          if (!open.isEmpty()) {
            verdicts.failed(open.remove(random.nextInt(open.size())), now);
          }
        }
        default -> {
          if (!open.isEmpty()) {
            Question question = open.remove(random.nextInt(open.size()));
            Map<GrantRef, GrantVerdict> answers = new HashMap<>();
            for (GrantRef one : question.grants()) {
              if (random.nextInt(4) > 0) {
                answers.put(
                    one,
                    random.nextInt(8) == 0
                        ? REVOKED
                        : new GrantVerdict.Valid(Duration.ofSeconds(random.nextInt(600))));
              }
            }
            var _ = verdicts.answered(question, answers, now);
            answers.forEach((one, verdict) -> {
              sent.put(one, question.sentNanos());
              said.put(one, verdict);
            });
          }
        }
      }
      assertThat(open).hasSizeLessThanOrEqualTo(2);
      List<GrantRef> underWay = open.stream().flatMap(one -> one.grants().stream()).toList();
      assertThat(underWay).doesNotHaveDuplicates();
      long since = now - random.nextInt(1, 1_000) * 1_000_000_000L;
      GrantVerdict last = said.get(grant);
      switch (verdicts.judge(use(grant), since, now)) {
        case GrantStanding.Clear _ -> {
          assertThat(last).isInstanceOf(GrantVerdict.Valid.class);
          Duration usable = ((GrantVerdict.Valid) last).usable();
          long longest = Math.min(usable.toNanos(), FIVE_MINUTES.toNanos());
          assertThat(sent.get(grant) >= since || now < sent.get(grant) + longest).isTrue();
        }
        case GrantStanding.Revoked _ -> assertThat(last).isEqualTo(REVOKED);
        case GrantStanding.Unverified _ -> assertThat(last).isNotEqualTo(REVOKED);
      }
    }
  }
}
