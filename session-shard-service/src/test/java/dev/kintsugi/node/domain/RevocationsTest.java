package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.Revocations.Concern;
import dev.kintsugi.node.domain.Revocations.Heard;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RevocationsTest {

  private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SKEW = Duration.ofSeconds(2);

  private final Revocations revocations = new Revocations(10, HOUR, RevocationsTest::slotOf);

  private static int slotOf(PlacementKey user) {
    return (int) user.hash() % 2;
  }

  private static GrantUse use(int grant) {
    return new GrantUse(word(grant).grant(), word(grant).user(), AT);
  }

  private static GrantUse useBy(String user, int grant) {
    return new GrantUse(word(grant).grant(), Optional.of(new UserId(user)), AT);
  }

  private static GrantRevoked word(int grant) {
    return new GrantRevoked(
        new GrantRef(new ApplicationId("webmail"), "g" + grant),
        Optional.of(new UserId("u" + grant % 3)),
        AT,
        "deleted",
        grant + 1);
  }

  private Heard hear(int grant, long nowNanos) {
    return revocations.add(word(grant), Optional.of(new PlacementKey(grant % 3)), nowNanos);
  }

  @Test
  void what_was_heard_last_of_a_grant_and_of_a_user_is_found() {
    assertThat(revocations.lastOf(new PlacementKey(1))).isEmpty();
    Heard first = hear(1, 0);
    Heard second = hear(4, 1);
    assertThat(revocations.of(use(1))).contains(first);
    assertThat(revocations.lastOf(new PlacementKey(1))).contains(second.word());
    assertThat(revocations.lastOf(new PlacementKey(2))).isEmpty();
    assertThat(revocations.ofSlot(1)).as("the newest first").containsExactly(second, first);
    assertThat(revocations.ofSlot(0)).isEmpty();
  }

  @Test
  void one_of_another_users_grant_of_the_same_id_does_not_concern_a_session() {
    Heard ofU1 = hear(1, 0);
    assertThat(revocations.of(useBy("u1", 1))).contains(ofU1);
    assertThat(revocations.of(useBy("bob", 1))).isEmpty();
    Heard ofBob =
        revocations.add(
            new GrantRevoked(
                word(1).grant(), Optional.of(new UserId("bob")), AT.plusSeconds(9), "deleted", 900),
            Optional.of(new PlacementKey(7)),
            1);
    assertThat(revocations.of(useBy("u1", 1))).contains(ofU1);
    assertThat(revocations.of(useBy("bob", 1))).contains(ofBob);
    assertThat(revocations.of(new GrantUse(word(1).grant(), Optional.empty(), AT)))
        .as("a session of nobody yet")
        .contains(ofBob);
    Heard ofSomebody =
        revocations.add(
            new GrantRevoked(word(1).grant(), Optional.empty(), AT.plusSeconds(12), "deleted", 901),
            Optional.empty(),
            2);
    assertThat(revocations.of(useBy("u1", 1))).contains(ofSomebody);
    assertThat(revocations.of(useBy("carol", 1))).contains(ofSomebody);
  }

  @Test
  void one_that_is_told_late_does_not_hide_a_later_one() {
    Heard later =
        revocations.add(
            new GrantRevoked(word(1).grant(), word(1).user(), AT.plusSeconds(60), "deleted", 902),
            Optional.of(new PlacementKey(1)),
            0);
    hear(1, 1);
    assertThat(revocations.of(use(1))).contains(later);
    revocations.expire(HOUR.toNanos());
    assertThat(revocations.of(use(1))).as("the later one is as old as that").isEmpty();
    assertThat(revocations.ofSlot(1)).hasSize(1);
  }

  @Test
  void one_without_a_user_is_found_by_its_grant_alone() {
    Heard heard = revocations.add(word(1), Optional.empty(), 0);
    assertThat(revocations.of(use(1))).contains(heard);
    assertThat(revocations.ofSlot(0)).isEmpty();
    assertThat(revocations.ofSlot(1)).isEmpty();
  }

  @Test
  void the_oldest_are_forgotten_when_there_are_too_many() {
    for (int i = 0; i < 25; i++) {
      hear(i, i);
      assertThat(revocations.size()).isLessThanOrEqualTo(10);
    }
    assertThat(revocations.forgotten()).isEqualTo(15);
    assertThat(revocations.ofSlot(0).size() + revocations.ofSlot(1).size()).isEqualTo(10);
    assertThat(revocations.of(use(14))).isEmpty();
    assertThat(revocations.of(use(15))).isPresent();
  }

  @Test
  void an_hour_later_they_are_forgotten_but_not_what_was_heard_again() {
    hear(1, 0);
    Heard again = hear(1, HOUR.toNanos() - 1);
    revocations.expire(HOUR.toNanos());
    assertThat(revocations.size()).isEqualTo(1);
    assertThat(revocations.of(use(1))).contains(again);
    assertThat(revocations.lastOf(new PlacementKey(1))).contains(again.word());
    revocations.expire(2 * HOUR.toNanos());
    assertThat(revocations.size()).isZero();
    assertThat(revocations.of(use(1))).isEmpty();
    assertThat(revocations.lastOf(new PlacementKey(1))).isEmpty();
    assertThat(revocations.ofSlot(1)).isEmpty();
  }

  @Test
  void time_may_wrap_around() {
    revocations.add(word(1), Optional.empty(), Long.MAX_VALUE - 5);
    revocations.expire(Long.MIN_VALUE + 5);
    assertThat(revocations.size()).isEqualTo(1);
    revocations.expire(Long.MAX_VALUE - 5 + HOUR.toNanos());
    assertThat(revocations.size()).isZero();
  }

  @Test
  void only_a_session_that_is_surely_older_ends_without_a_question() {
    assertThat(concern(-2_001)).isEqualTo(Concern.CERTAIN);
    assertThat(concern(-86_400_000)).isEqualTo(Concern.CERTAIN);
    for (long millis : List.of(-2_000L, -1L, 0L, 1L, 2_000L)) {
      assertThat(concern(millis)).isEqualTo(Concern.DOUBTFUL);
    }
    assertThat(concern(2_001)).isEqualTo(Concern.NONE);
  }

  private static Concern concern(long createdAfterMillis) {
    return Revocations.concern(word(1), AT.plusMillis(createdAfterMillis), SKEW);
  }
}
