package dev.kintsugi.client.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.domain.Anteroom.Ticket;
import dev.kintsugi.client.domain.Door.Ending;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AnteroomTest {

  private static final long FAR = 5_000_000_000L;

  static LongStream seeds() {
    return LongStream.range(0, 100);
  }

  private int taken;
  private int places = 3;
  private final Anteroom.Places counted =
      new Anteroom.Places() {
        @Override
        public boolean take() {
          if (taken == places) {
            return false;
          }
          taken++;
          return true;
        }

        @Override
        public void giveBack() {
          taken--;
        }
      };

  private Anteroom<String> room(int firstReplays, int mostReplays) {
    return new Anteroom<>(
        counted, new Anteroom.Sizes(1000, firstReplays, mostReplays, Duration.ofSeconds(1)), 0);
  }

  @Test
  void who_finds_no_place_waits_and_comes_in_the_order_of_deadlines() {
    places = 1;
    Anteroom<String> room = room(1, 1);
    Ticket<String> inside = room.come("a", false, FAR, 0);
    room.come("late", false, FAR + 2, 0);
    room.come("early", false, FAR + 1, 0);
    assertThat(room.waiting()).isEqualTo(2);
    List<Ticket<String>> turns = room.leave(inside, Ending.ANSWERED, 1);
    assertThat(turns).extracting(Ticket::visitor).containsExactly("early");
    assertThat(room.leave(turns.getFirst(), Ending.LEFT, 2))
        .extracting(Ticket::visitor)
        .containsExactly("late");
  }

  @Test
  void who_goes_while_waiting_takes_no_turn() {
    places = 1;
    Anteroom<String> room = room(1, 1);
    Ticket<String> inside = room.come("a", false, FAR, 0);
    Ticket<String> gone = room.come("b", false, FAR, 0);
    assertThat(room.leave(gone, Ending.LEFT, 0)).isEmpty();
    assertThat(room.leave(gone, Ending.LEFT, 0)).as("twice is once").isEmpty();
    assertThat(room.leave(inside, Ending.ANSWERED, 0)).isEmpty();
    assertThat(taken).isZero();
  }

  @Test
  void replays_begin_with_few_and_double_with_each_round() {
    places = 1000;
    Anteroom<String> room = room(4, 16);
    List<Ticket<String>> inside = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Ticket<String> ticket = room.come("r" + i, true, FAR + i, 0);
      if (ticket.isInside()) {
        inside.add(ticket);
      }
    }
    List<Integer> rounds = new ArrayList<>();
    while (!inside.isEmpty()) {
      rounds.add(inside.size());
      List<Ticket<String>> next = new ArrayList<>();
      inside.forEach(ticket -> next.addAll(room.leave(ticket, Ending.ANSWERED, 1)));
      inside = next;
    }
    assertThat(rounds).startsWith(4, 8, 16, 16, 16);
    assertThat(rounds.stream().mapToInt(Integer::intValue).sum()).isEqualTo(100);
  }

  @Test
  void a_failed_replay_and_a_second_without_any_make_them_few_again() {
    places = 1000;
    Anteroom<String> room = room(1, 16);
    for (int i = 0; i < 5; i++) {
      room.leave(room.come("r", true, FAR, 0), Ending.ANSWERED, 0);
    }
    Ticket<String> one = room.come("r", true, FAR, 1);
    assertThat(room.hasRoom(true, 1)).isTrue();
    room.leave(one, Ending.FAILED, 1);
    Ticket<String> two = room.come("r", true, FAR, 1);
    assertThat(room.hasRoom(true, 1)).isFalse();
    room.leave(two, Ending.ANSWERED, 1);
    long later = Duration.ofSeconds(2).toNanos();
    room.come("r", true, FAR, later);
    assertThat(room.hasRoom(true, later)).isFalse();
  }

  @Test
  void a_crowd_of_replays_does_not_bar_ordinary_calls() {
    Anteroom<String> room = room(1, 1);
    room.come("r1", true, FAR, 0);
    assertThat(room.come("r2", true, FAR, 0).isInside()).isFalse();
    assertThat(room.come("first", false, FAR + 9, 0).isInside()).isTrue();
  }

  @Test
  void a_replayed_poll_that_has_settled_lets_the_next_one_begin_and_keeps_its_place() {
    Anteroom<String> room = room(1, 1);
    Ticket<String> poll = room.come("p1", true, FAR, 0);
    room.come("p2", true, FAR, 0);
    assertThat(room.settle(poll, 1)).extracting(Ticket::visitor).containsExactly("p2");
    assertThat(taken).isEqualTo(2);
    room.leave(poll, Ending.FAILED, 2);
    assertThat(taken).isEqualTo(1);
    assertThat(room.replaysInside()).isEqualTo(1);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void nobody_is_forgotten_and_no_bound_is_passed(long seed) {
    Random random = new Random(seed);
    places = 1 + random.nextInt(20);
    int most = 1 + random.nextInt(10);
    Anteroom<String> room = room(1 + random.nextInt(most), most);
    List<Ticket<String>> all = new ArrayList<>();
    long now = 0;
    for (int i = 0; i < 400 || !all.isEmpty(); i++) {
      now += random.nextInt(3);
      if (i < 400 && random.nextInt(2) == 0) {
        all.add(room.come("v" + i, random.nextBoolean(), now + random.nextInt(1000), now));
      } else if (!all.isEmpty()) {
        Ticket<String> any = all.get(random.nextInt(all.size()));
        if (random.nextInt(5) == 0) {
          room.settle(any, now);
        } else if (any.isInside() || random.nextInt(10) == 0) {
          all.remove(any);
          Ending[] endings = Ending.values();
          room.leave(any, endings[random.nextInt(endings.length)], now);
        }
      }
      assertThat(taken).isEqualTo((int) all.stream().filter(Ticket::isInside).count());
      assertThat(taken).isLessThanOrEqualTo(places);
      assertThat(room.replaysInside()).isBetween(0, most);
      assertThat(room.waiting()).isEqualTo(all.size() - taken);
      assertThat(all.isEmpty() || taken > 0).as("somebody is inside while others wait").isTrue();
    }
    assertThat(taken).isZero();
    assertThat(room.replaysInside()).isZero();
  }
}
