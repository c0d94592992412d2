package dev.kintsugi.node.adapter.kafka;

import static dev.kintsugi.core.AtOnce.require;

import dev.kintsugi.core.AtOnce;
import dev.kintsugi.log.LogPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/** Every way in which the caller's thread and the draining one may hand over to each other. */
class AppenderAtOnceTest {

  private static final int SCHEDULES = 200;
  private static final LogPartition PARTITION = new LogPartition("t", 0);

  /** Room for so many records; whoever may block goes on without, as if somebody had made some. */
  private static final class Buffer implements Appender.Sink {
    final AtomicInteger free;
    final ConcurrentLinkedQueue<Long> taken = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<Thread> mayBlock = new ConcurrentLinkedQueue<>();

    Buffer(int records) {
      this.free = new AtomicInteger(records);
    }

    @Override
    public void prepare(String topic) {}

    @Override
    public CompletableFuture<Long> append(
        LogPartition partition, byte[] key, Map<String, byte[]> headers, Optional<byte[]> value) {
      boolean full = free.getAndDecrement() <= 0;
      require(!full || mayBlock.contains(Thread.currentThread()), "the caller would have blocked");
      long number = key[0];
      taken.add(number);
      return CompletableFuture.completedFuture(number);
    }

    @Override
    public long room() {
      return free.get() > 0 ? Long.MAX_VALUE : 0;
    }

    @Override
    public void close() {}
  }

  /** The appender's own threads may block, and the caller's may not. */
  private static final class Run {
    final Buffer buffer;
    final List<Thread> threads = new ArrayList<>();
    final List<CompletableFuture<Long>> offsets = new ArrayList<>();
    final Appender appender;

    Run(int room) {
      buffer = AtOnce.share(new Buffer(room));
      AtOnce.share(this);
      appender = new Appender(buffer, List.of("t"), this::start);
    }

    private void start(Runnable task) {
      Thread thread = new Thread(task);
      buffer.mayBlock.add(thread);
      threads.add(thread);
      thread.start();
    }

    void append(int records) {
      for (int i = 0; i < records; i++) {
        byte[] number = {(byte) offsets.size()};
        offsets.add(appender.append(PARTITION, number, Map.of(), Optional.empty()));
      }
    }

    void requireAllInOrder() {
      for (int i = 0; i < threads.size(); i++) {
        AtOnce.join(threads.get(i));
      }
      long next = 0;
      for (long taken : buffer.taken) {
        require(taken == next, "taken: " + buffer.taken);
        next++;
      }
      for (CompletableFuture<Long> offset : offsets) {
        require(offset.isDone(), "somebody waits for ever");
      }
    }
  }

  @Test
  void what_is_held_as_the_draining_thread_ends_is_not_left_lying() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          Run run = new Run(0);
          run.append(1);
          run.requireAllInOrder();
        });
  }

  @Test
  void records_are_neither_overtaken_nor_block_the_caller_while_the_buffer_fills_and_empties() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          Run run = new Run(1);
          AtOnce.run(() -> run.append(3), () -> run.buffer.free.addAndGet(1));
          run.requireAllInOrder();
        });
  }
}
