package dev.kintsugi.client;

import static dev.kintsugi.core.AtOnce.require;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.AtOnce;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

class MailboxTest {

  private static final int SCHEDULES = 300;

  /** Not thread-safe on purpose: the mailbox is to see to it that it need not be. */
  private static final class Handler {
    private final List<String> handled = new ArrayList<>();
    private boolean busy;

    void handle(String message) {
      require(!busy, "two messages are handled at a time");
      busy = true;
      handled.add(message);
      busy = false;
    }

    void requireInOrder(String... some) {
      int last = -1;
      for (String one : some) {
        int at = handled.indexOf(one);
        require(at > last, one + " in " + handled);
        last = at;
      }
    }
  }

  private static void fail(Throwable bug) {
    throw new AssertionError(bug);
  }

  @Test
  void what_a_handler_throws_ends_its_turn_and_nothing_else() {
    List<String> handled = new ArrayList<>();
    List<String> bugs = new ArrayList<>();
    Mailbox<String> mailbox =
        new Mailbox<>(
            message -> {
              if (message.startsWith("bad")) {
                throw new IllegalStateException(message);
              }
              handled.add(message);
            },
            bug -> {
              bugs.add(String.valueOf(bug.getMessage()));
              throw new IllegalArgumentException("another");
            });
    mailbox.put("bad early");
    mailbox.put("early");
    mailbox.open(() -> {
      throw new AssertionError("bad first turn");
    });
    mailbox.put("bad late");
    mailbox.put("late");
    assertThat(bugs).containsExactly("bad first turn", "bad early", "bad late");
    assertThat(handled).containsExactly("early", "late");
  }

  @Test
  void messages_of_several_threads_are_handled_one_at_a_time_each_once_and_in_order() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          Handler handler = AtOnce.share(new Handler());
          Mailbox<String> mailbox = AtOnce.share(new Mailbox<>(handler::handle, MailboxTest::fail));
          mailbox.open(() -> {});
          AtOnce.run(
              () -> {
                mailbox.put("a1");
                mailbox.put("a2");
              },
              () -> {
                mailbox.put("b1");
                mailbox.put("b2");
              });
          require(handler.handled.size() == 4, "handled: " + handler.handled);
          handler.requireInOrder("a1", "a2");
          handler.requireInOrder("b1", "b2");
        });
  }

  @Test
  void what_comes_before_the_first_turn_is_over_waits_for_it_and_is_not_lost() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          Handler handler = AtOnce.share(new Handler());
          Mailbox<String> mailbox = AtOnce.share(new Mailbox<>(handler::handle, MailboxTest::fail));
          AtOnce.run(
              () -> mailbox.put("a"),
              () -> mailbox.open(() -> handler.handle("first")),
              () -> mailbox.put("b"));
          require(handler.handled.size() == 3, "handled: " + handler.handled);
          handler.requireInOrder("first", "a");
          handler.requireInOrder("first", "b");
        });
  }
}
