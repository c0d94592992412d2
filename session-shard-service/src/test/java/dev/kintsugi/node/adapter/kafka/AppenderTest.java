package dev.kintsugi.node.adapter.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.log.LogPartition;
import dev.kintsugi.log.LogUnavailableException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hand-over between the node's loop and the thread that may block. */
class AppenderTest {

  private static final LogPartition PARTITION = new LogPartition("t", 0);
  private static final int RECORD = 1_000;

  /** A buffer of a few records; an append that finds it full blocks until somebody frees some. */
  private static final class Buffer implements Appender.Sink {
    final Semaphore free;
    final CountDownLatch prepared = new CountDownLatch(1);
    final AtomicBoolean closed = new AtomicBoolean();
    final List<Integer> taken = Collections.synchronizedList(new ArrayList<>());
    volatile boolean describes = true;
    volatile Thread neverBlock = Thread.currentThread();
    volatile boolean blocked;

    Buffer(int records) {
      this.free = new Semaphore(records);
    }

    @Override
    public void prepare(String topic) {
      try {
        prepared.await();
      } catch (InterruptedException e) {
        throw new LogUnavailableException("interrupted", e);
      }
      if (!describes) {
        throw new LogUnavailableException("no leaders");
      }
    }

    @Override
    public CompletableFuture<Long> append(
        LogPartition partition, byte[] key, Map<String, byte[]> headers, Optional<byte[]> value) {
      if (!free.tryAcquire()) {
        blocked |= Thread.currentThread() == neverBlock;
        free.acquireUninterruptibly();
      }
      if (closed.get()) {
        return CompletableFuture.failedFuture(new LogUnavailableException("closed"));
      }
      int number = ByteBuffer.wrap(value.orElseThrow()).getInt();
      taken.add(number);
      return CompletableFuture.completedFuture((long) number);
    }

    @Override
    public long room() {
      return free.availablePermits() == 0 ? 0 : Long.MAX_VALUE;
    }

    @Override
    public void close() {
      closed.set(true);
      free.release(1_000_000);
    }
  }

  private static byte[] record(int number) {
    return ByteBuffer.allocate(RECORD).putInt(number).array();
  }

  private static CompletableFuture<Long> append(Appender appender, int number) {
    return appender.append(PARTITION, new byte[0], Map.of(), Optional.of(record(number)));
  }

  @Test
  void a_full_buffer_never_holds_up_the_caller_and_nothing_is_lost_or_overtaken() throws Exception {
    Buffer buffer = new Buffer(3);
    buffer.prepared.countDown();
    List<CompletableFuture<Long>> offsets = new ArrayList<>();
    try (Appender appender = new Appender(buffer, List.of("t"), Thread::startVirtualThread)) {
      for (int i = 0; i < 100; i++) {
        offsets.add(append(appender, i));
      }
      assertThat(offsets.getLast()).isNotDone();
      assertThat(buffer.blocked).isFalse();
      buffer.free.release(97);
      for (int i = 0; i < 100; i++) {
        assertThat(offsets.get(i).get(10, TimeUnit.SECONDS)).isEqualTo(i);
      }
    }
    assertThat(buffer.taken).isSorted().hasSize(100);
  }

  @Test
  void what_is_appended_before_the_leaders_are_known_waits_in_order() throws Exception {
    Buffer buffer = new Buffer(100);
    try (Appender appender = new Appender(buffer, List.of("t"), Thread::startVirtualThread)) {
      CompletableFuture<Long> first = append(appender, 0);
      CompletableFuture<Long> second = append(appender, 1);
      assertThat(first).isNotDone();
      buffer.prepared.countDown();
      assertThat(first.get(10, TimeUnit.SECONDS)).isZero();
      assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(1);
    }
  }

  @Test
  void where_the_leaders_cannot_be_known_all_that_waits_fails() {
    Buffer buffer = new Buffer(100);
    buffer.describes = false;
    try (Appender appender = new Appender(buffer, List.of("t"), Thread::startVirtualThread)) {
      CompletableFuture<Long> first = append(appender, 0);
      buffer.prepared.countDown();
      assertThat(first).failsWithin(10, TimeUnit.SECONDS);
      assertThat(append(appender, 1)).failsWithin(10, TimeUnit.SECONDS);
    }
    assertThat(buffer.taken).isEmpty();
  }

  @Test
  void what_is_held_when_the_writer_is_closed_fails() throws Exception {
    Buffer buffer = new Buffer(0);
    buffer.prepared.countDown();
    Appender appender = new Appender(buffer, List.of("t"), Thread::startVirtualThread);
    List<CompletableFuture<Long>> offsets = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      offsets.add(append(appender, i));
    }
    appender.close();
    offsets.forEach(offset -> assertThat(offset).failsWithin(10, TimeUnit.SECONDS));
    assertThat(buffer.taken).isEmpty();
  }

  /** The caller's thread and the draining one hand over to each other again and again. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
  void records_keep_their_order_however_the_buffer_fills_and_empties(long seed) throws Exception {
    Random random = new Random(seed);
    int records = 20_000;
    Buffer buffer = new Buffer(1 + random.nextInt(8));
    buffer.prepared.countDown();
    Thread broker =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; i < records; i++) {
                while (buffer.taken.size() <= i) {
                  Thread.onSpinWait();
                }
                buffer.free.release();
              }
            });
    CompletableFuture<Long> last = CompletableFuture.completedFuture(-1L);
    try (Appender appender = new Appender(buffer, List.of("t"), Thread::startVirtualThread)) {
      for (int i = 0; i < records; i++) {
        last = append(appender, i);
        if (random.nextInt(1_000) == 0) {
          last.get(10, TimeUnit.SECONDS);
        }
      }
      assertThat(last.get(30, TimeUnit.SECONDS)).isEqualTo(records - 1);
      broker.join(30_000);
    }
    assertThat(buffer.taken).isSorted().hasSize(records);
    assertThat(buffer.blocked).isFalse();
  }
}
