package dev.kintsugi.node.runtime;

import static dev.kintsugi.core.AtOnce.require;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.AtOnce;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

class InboxTest {

  private static final int SCHEDULES = 300;

  @Test
  void an_event_is_taken_out_or_given_back_or_refused_and_nothing_else_when_it_is_closed() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          Inbox<String> inbox = AtOnce.share(new Inbox<>(4));
          List<String> taken = new ArrayList<>();
          ConcurrentLinkedQueue<String> others = new ConcurrentLinkedQueue<>();
          AtOnce.run(
              () -> offer(inbox, "a1", others),
              () -> {
                if (!inbox.put("b1")) {
                  others.add("b1");
                }
              },
              () -> {
                inbox.take(taken, 4, 0);
                inbox.take(taken, 4, 0);
              },
              () -> others.addAll(inbox.close()));
          List<String> all = new ArrayList<>(taken);
          all.addAll(others);
          all.sort(null);
          require(all.equals(List.of("a1", "b1")), "taken " + taken + ", others " + others);
        });
  }

  private static void offer(Inbox<String> inbox, String event, ConcurrentLinkedQueue<String> not) {
    if (!inbox.offer(event)) {
      not.add(event);
    }
  }

  @Test
  void events_of_one_thread_are_taken_out_in_order_and_a_full_inbox_says_so() throws Exception {
    Inbox<Integer> inbox = new Inbox<>(2);
    assertThat(inbox.offer(1)).isTrue();
    assertThat(inbox.put(2)).isTrue();
    assertThat(inbox.offer(3)).isFalse();
    List<Integer> taken = new ArrayList<>();
    inbox.take(taken, 1, 0);
    assertThat(taken).containsExactly(1);
    assertThat(inbox.offer(4)).isTrue();
    assertThat(inbox.close()).containsExactly(2, 4);
    assertThat(inbox.offer(5)).isFalse();
    assertThat(inbox.put(6)).isFalse();
    assertThat(inbox.isClosed()).isTrue();
  }
}
