package dev.kintsugi.tokens.adapter.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.runtime.RevocationFeed.Ended;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UntoldTest {

  private static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");

  private final IllegalStateException away = new IllegalStateException("away");
  private final Untold untold = new Untold(3);

  static Ended ended(String grant, long atMillis) {
    return new Ended(
        new GrantKey(new ApplicationId("webmail"), new GrantId(grant)),
        Optional.of(new UserId("alice")),
        THEN.plusMillis(atMillis),
        "deleted");
  }

  private static Ended ofNobody(Ended ended) {
    return new Ended(ended.key(), Optional.empty(), ended.at(), ended.reason());
  }

  private List<Untold.Entry> take(int batch) throws InterruptedException {
    return untold.take(batch, Duration.ZERO);
  }

  private static List<Ended> of(List<Untold.Entry> entries) {
    return entries.stream().map(Untold.Entry::ended).toList();
  }

  @Test
  void a_grant_waits_once_however_often_it_is_told_and_takes_no_place_of_others() throws Exception {
    for (int i = 0; i < 100; i++) {
      assertThat(untold.add(ended("a", 0))).isPresent();
    }
    assertThat(untold.size()).isEqualTo(1);
    assertThat(untold.add(ended("b", 1))).isPresent();
    assertThat(untold.add(ended("c", 1))).isPresent();
    assertThat(untold.add(ended("d", 1))).as("three grants at most").isEmpty();
    assertThat(untold.add(ended("c", 2))).isPresent();
    assertThat(of(take(9))).containsExactly(ended("a", 0), ended("b", 1), ended("c", 2));
  }

  @Test
  void the_later_of_two_is_told_with_the_user_that_either_knows() throws Exception {
    untold.add(ended("a", 5));
    untold.add(ofNobody(ended("a", 7)));
    untold.add(ended("a", 6));
    assertThat(of(take(9))).containsExactly(ended("a", 7));
  }

  @Test
  void what_is_told_again_while_it_is_under_way_waits_only_if_it_says_more() throws Exception {
    CompletableFuture<Ended> first = untold.add(ended("a", 5)).orElseThrow();
    Untold.Entry entry = take(9).getFirst();
    assertThat(untold.add(ended("a", 5))).containsSame(first);
    assertThat(untold.add(ofNobody(ended("a", 4)))).containsSame(first);
    assertThat(untold.size()).isEqualTo(1);
    CompletableFuture<Ended> later = untold.add(ended("a", 6)).orElseThrow();
    untold.told(entry);
    assertThat(first).isCompletedWithValue(ended("a", 5));
    assertThat(later).isNotDone();
    assertThat(of(take(9))).containsExactly(ended("a", 6));
  }

  @Test
  void after_a_failure_all_wait_again_in_their_order_and_everybody_hears_of_it() throws Exception {
    CompletableFuture<Ended> taken = untold.add(ended("a", 1)).orElseThrow();
    untold.add(ended("b", 1));
    assertThat(take(2)).hasSize(2);
    CompletableFuture<Ended> other = untold.add(ended("c", 1)).orElseThrow();
    CompletableFuture<Ended> more = untold.add(ended("a", 2)).orElseThrow();
    untold.failed(away);
    for (CompletableFuture<Ended> one : List.of(taken, other, more)) {
      assertThat(one).isCompletedExceptionally();
    }
    CompletableFuture<Ended> anew = untold.add(ended("a", 2)).orElseThrow();
    assertThat(anew).as("the next attempt has its own outcome").isNotDone();
    List<Untold.Entry> again = take(9);
    assertThat(of(again)).containsExactly(ended("a", 2), ended("b", 1), ended("c", 1));
    again.forEach(untold::told);
    assertThat(anew).isCompletedWithValue(ended("a", 2));
    assertThat(untold.size()).isZero();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
  void whatever_happens_the_last_word_on_each_grant_is_told_in_the_end(long seed) throws Exception {
    Random random = new Random(seed);
    Map<GrantKey, Ended> newest = new HashMap<>();
    Map<GrantKey, Ended> told = new HashMap<>();
    List<Untold.Entry> underWay = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      switch (random.nextInt(5)) {
        case 0, 1, 2 -> {
          Ended word = ended("grant-" + random.nextInt(6), i);
          if (untold.add(word).isPresent()) {
            newest.put(word.key(), word);
          }
        }
        case 3 -> underWay.addAll(take(1 + random.nextInt(3)));
        default -> {
          while (!underWay.isEmpty() && random.nextBoolean()) {
            Untold.Entry one = underWay.removeFirst();
            told.put(one.ended().key(), one.ended());
            untold.told(one);
          }
          if (random.nextBoolean()) {
            untold.failed(away);
            underWay.clear();
          }
        }
      }
      assertThat(untold.size()).isLessThanOrEqualTo(3 + 3);
    }
    untold.failed(away);
    take(100)
        .forEach(one -> {
          told.put(one.ended().key(), one.ended());
          untold.told(one);
        });
    assertThat(told).isEqualTo(newest);
    assertThat(untold.size()).isZero();
  }
}
