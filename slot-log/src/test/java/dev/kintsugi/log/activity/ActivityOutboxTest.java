package dev.kintsugi.log.activity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.AtOnce;
import dev.kintsugi.core.UserId;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ActivityOutboxTest {

  private static final class Topic implements ActivityTopic {
    final CountDownLatch entered = new CountDownLatch(1);
    final CountDownLatch open = new CountDownLatch(1);
    final List<Activity> sent = new CopyOnWriteArrayList<>();
    volatile boolean closed;

    @Override
    public void send(Activity activity) {
      entered.countDown();
      try {
        open.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (activity.kind().equals("bad.write")) {
        throw new IllegalStateException("not taken");
      }
      sent.add(activity);
    }

    @Override
    public long lost() {
      return 0;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static Activity activity(String kind) {
    return new Activity(
        new ApplicationId("mail"), new UserId("alice"), kind, Instant.ofEpochMilli(1));
  }

  @Test
  void a_full_outbox_drops_and_counts_and_never_blocks() throws Exception {
    Topic topic = new Topic();
    ActivityOutbox outbox = new ActivityOutbox(topic, 2);
    outbox.offer(activity("a.read"));
    topic.entered.await();
    assertThat(outbox.offer(activity("b.read"))).isEqualTo(ActivityOutbox.Offer.ACCEPTED);
    assertThat(outbox.offer(activity("c.read"))).isEqualTo(ActivityOutbox.Offer.ACCEPTED);
    assertThat(outbox.offer(activity("d.read"))).isEqualTo(ActivityOutbox.Offer.DROPPED);
    assertThat(outbox.dropped()).isEqualTo(1);
    topic.open.countDown();
    outbox.close();
    assertThat(topic.sent).extracting(Activity::kind).containsExactly("a.read", "b.read", "c.read");
    assertThat(topic.closed).isTrue();
    assertThat(outbox.sent()).isEqualTo(3);
  }

  @Test
  void an_event_that_is_not_taken_is_counted_and_does_not_stop_the_next() {
    Topic topic = new Topic();
    topic.open.countDown();
    ActivityOutbox outbox = new ActivityOutbox(topic, 10);
    outbox.offer(activity("bad.write"));
    outbox.offer(activity("good.write"));
    outbox.close();
    assertThat(topic.sent).hasSize(1);
    assertThat(outbox.failed()).isEqualTo(1);
  }

  @Test
  void a_closed_outbox_drops() {
    Topic topic = new Topic();
    topic.open.countDown();
    ActivityOutbox outbox = new ActivityOutbox(topic, 10);
    outbox.close();
    assertThat(outbox.offer(activity("late.read"))).isEqualTo(ActivityOutbox.Offer.DROPPED);
  }

  /** The outbox is closed while requests still report. */
  @RepeatedTest(50)
  void each_event_is_sent_or_counted_as_dropped_also_while_the_outbox_is_closed() {
    Topic topic = new Topic();
    topic.open.countDown();
    ActivityOutbox outbox = new ActivityOutbox(topic, 8);
    AtomicInteger accepted = new AtomicInteger();
    CountDownLatch enough = new CountDownLatch(50);
    AtOnce.Task caller =
        () -> {
          for (int i = 0; i < 100; i++) {
            if (outbox.offer(activity("a.read")) == ActivityOutbox.Offer.ACCEPTED) {
              accepted.incrementAndGet();
            }
            enough.countDown();
          }
        };
    AtOnce.run(
        caller,
        caller,
        () -> {
          enough.await();
          outbox.close();
        });
    assertThat(topic.sent).hasSize(accepted.get());
    assertThat(outbox.sent() + outbox.dropped()).isEqualTo(200);
  }
}
