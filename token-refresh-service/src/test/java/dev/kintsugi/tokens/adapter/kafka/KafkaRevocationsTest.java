package dev.kintsugi.tokens.adapter.kafka;

import static dev.kintsugi.tokens.adapter.kafka.UntoldTest.ended;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.log.GrantRevocation;
import dev.kintsugi.log.LogUnavailableException;
import dev.kintsugi.tokens.runtime.RevocationFeed.Ended;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The feed's own thread, and a Kafka that is there or not, or takes some of it. */
class KafkaRevocationsTest {

  private static final long PATIENCE_SECONDS = 30;
  private static final String GO_ON = "go on";

  private final List<String> taken = new CopyOnWriteArrayList<>();
  private final Set<String> refused = ConcurrentHashMap.newKeySet();
  private final AtomicInteger ways = new AtomicInteger();

  /** The feed's thread stands here after each attempt that failed, until the test lets it go. */
  private final BlockingQueue<String> pauses = new LinkedBlockingQueue<>();

  private final SynchronousQueue<String> resumes = new SynchronousQueue<>();
  private volatile boolean away;
  private KafkaRevocations feed;

  private final class FakeTopic implements RevocationTopic {
    private boolean failed;

    FakeTopic() {
      ways.incrementAndGet();
    }

    @Override
    public void prepare() {
      if (away) {
        throw new LogUnavailableException("away");
      }
    }

    @Override
    public CompletableFuture<Long> append(GrantRevocation revocation) {
      assertThat(failed && !away && refused.isEmpty()).as("a way that failed is closed").isFalse();
      if (away || refused.contains(revocation.grantId())) {
        failed = true;
        return CompletableFuture.failedFuture(new LogUnavailableException("away"));
      }
      taken.add(revocation.grantId());
      return CompletableFuture.completedFuture((long) taken.size());
    }

    @Override
    public void close() {}
  }

  private KafkaRevocations feed(int mostWaiting) {
    feed =
        new KafkaRevocations(
            FakeTopic::new,
            pause -> {
              pauses.add("pause");
              resumes.take();
            },
            mostWaiting);
    return feed;
  }

  @AfterEach
  void close() {
    if (feed != null) {
      feed.close();
    }
  }

  private void awaitPause() throws InterruptedException {
    assertThat(pauses.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isNotNull();
  }

  private void goOn() throws InterruptedException {
    assertThat(resumes.offer(GO_ON, PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  private void awaitAllTold() {
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (feed.waiting() > 0) {
      assertThat(System.nanoTime() - endNanos).as("still waiting").isNegative();
      Thread.onSpinWait();
    }
  }

  private static Ended durable(CompletableFuture<Ended> told) throws Exception {
    return told.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static void assertFails(CompletableFuture<Ended> told) {
    assertThatThrownBy(() -> durable(told)).isInstanceOf(ExecutionException.class);
  }

  @Test
  void what_is_told_is_durable_when_kafka_has_it() throws Exception {
    assertThat(durable(feed(10).tell(ended("a", 1)))).isEqualTo(ended("a", 1));
    assertThat(taken).containsExactly("a");
    assertThat(feed.told()).isEqualTo(1);
    assertThat(feed.waiting()).isZero();
  }

  @Test
  void while_kafka_is_away_nobody_waits_and_each_grant_is_kept_once_until_it_is_back()
      throws Exception {
    away = true;
    feed(10);
    assertFails(feed.tell(ended("a", 1)));
    awaitPause();
    for (int i = 0; i < 1_000; i++) {
      assertThat(feed.tell(ended("a", 1))).isCompletedExceptionally();
      assertThat(feed.tell(ended("b", 1))).isCompletedExceptionally();
    }
    assertThat(feed.waiting()).isEqualTo(2);
    goOn();
    awaitPause();
    assertThat(feed.waiting()).as("still away").isEqualTo(2);
    away = false;
    goOn();
    awaitAllTold();
    durable(feed.tell(ended("c", 1)));
    assertThat(taken).containsExactly("a", "b", "c");
    assertThat(feed.lost()).isZero();
    assertThat(ways.get()).as("a new way after each that failed").isGreaterThanOrEqualTo(3);
  }

  @Test
  void more_grants_than_may_wait_are_given_up_and_counted_and_repetitions_are_none()
      throws Exception {
    away = true;
    feed(3);
    assertFails(feed.tell(ended("grant-0", 1)));
    awaitPause();
    for (int i = 0; i < 5; i++) {
      assertFails(feed.tell(ended("grant-" + i, 1)));
      assertFails(feed.tell(ended("grant-0", 1)));
    }
    assertThat(feed.waiting()).isEqualTo(3);
    assertThat(feed.lost()).isEqualTo(2);
    away = false;
    goOn();
    awaitAllTold();
    durable(feed.tell(ended("late", 1)));
    assertThat(taken).containsExactly("grant-0", "grant-1", "grant-2", "late");
  }

  @Test
  void what_kafka_took_of_a_batch_is_not_told_again() throws Exception {
    away = true;
    feed(10);
    assertFails(feed.tell(ended("a", 1)));
    awaitPause();
    assertFails(feed.tell(ended("b", 1)));
    assertFails(feed.tell(ended("c", 1)));
    away = false;
    refused.add("b");
    goOn();
    awaitPause();
    assertThat(taken).containsExactly("a", "c");
    assertThat(feed.waiting()).isEqualTo(1);
    refused.clear();
    goOn();
    awaitAllTold();
    durable(feed.tell(ended("d", 1)));
    assertThat(taken).containsExactly("a", "c", "b", "d");
  }

  @Test
  void it_can_be_closed_while_kafka_is_away_and_takes_nothing_more() throws Exception {
    away = true;
    feed(10);
    assertFails(feed.tell(ended("a", 1)));
    awaitPause();
    feed.close();
    assertThat(feed.tell(ended("b", 1))).isCompletedExceptionally();
    assertThat(feed.lost()).isPositive();
  }
}
