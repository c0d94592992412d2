package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatchersTest {

  private static final int MOST = 50;

  private final Watchers watchers = new Watchers(MOST);

  private static SessionId session(int number) {
    return SessionId.of(new PlacementKey(1), 2, number);
  }

  private static Waiting waiting(long token, SessionId session) {
    SlotId slot = new SlotId(OneNode.AREA, 0);
    Request.Watch watch =
        new Request.Watch(
            slot, new ShardKey(session, OneNode.AREA), ShardVersion.NONE, () -> false);
    return new Waiting(token, watch, 0, 1);
  }

  @Test
  void those_of_one_session_are_taken_in_the_order_in_which_they_came() {
    for (int token = 0; token < 9; token++) {
      watchers.add(session(token % 3), waiting(token, session(token % 3)));
    }
    assertThat(watchers.take(session(1))).extracting(Waiting::token).containsExactly(1L, 4L, 7L);
    assertThat(watchers.take(session(1))).isEmpty();
    assertThat(watchers.takeIf(one -> one.token() > 4))
        .extracting(Waiting::token)
        .containsExactlyInAnyOrder(5L, 6L, 8L);
    assertThat(watchers.takeAll()).hasSize(3);
    assertThat(watchers.isEmpty()).isTrue();
  }

  @Test
  void more_than_the_bound_are_not_taken() {
    for (int token = 0; token < MOST; token++) {
      assertThat(watchers.isFull()).isFalse();
      watchers.add(session(token % 7), waiting(token, session(token % 7)));
    }
    assertThat(watchers.isFull()).isTrue();
    assertThatThrownBy(() -> watchers.add(session(1), waiting(99, session(1))))
        .isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void however_they_come_and_go_there_is_room_for_as_many_as_before(long seed) {
    Random random = new Random(seed);
    int there = 0;
    for (int round = 0; round < 10_000; round++) {
      SessionId session = session(random.nextInt(9));
      assertThat(watchers.isFull()).isEqualTo(there == MOST);
      assertThat(watchers.isEmpty()).isEqualTo(there == 0);
      List<Waiting> taken = List.of();
      switch (random.nextInt(20)) {
        case 0 -> taken = watchers.take(session);
        case 1 -> taken = watchers.takeIf(one -> one.token() % 5 == 0);
        case 2 -> taken = random.nextInt(9) == 0 ? watchers.takeAll() : taken;
        default -> {
          if (there < MOST) {
            watchers.add(session, waiting(round, session));
            there++;
          }
        }
      }
      there -= taken.size();
    }
  }
}
