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

  @Test
  void records_are_neither_lost_nor_overtaken_nor_block_the_caller() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          Buffer buffer = new Buffer(1);
          List<Thread> threads = new ArrayList<>();
          Appender appender =
              new Appender(
                  buffer,
                  List.of("t"),
                  task -> {
                    Thread thread = new Thread(task);
                    buffer.mayBlock.add(thread);
                    threads.add(thread);
                    thread.start();
                  });
          List<CompletableFuture<Long>> offsets = new ArrayList<>();
          AtOnce.run(
              () -> {
                for (byte number = 0; number < 3; number++) {
                  offsets.add(
                      appender.append(PARTITION, new byte[] {number}, Map.of(), Optional.empty()));
                }
              },
              () -> buffer.free.addAndGet(1));
          for (Thread thread : threads) {
            AtOnce.join(thread);
          }
          require(List.copyOf(buffer.taken).equals(List.of(0L, 1L, 2L)), "" + buffer.taken);
          require(offsets.stream().allMatch(CompletableFuture::isDone), "somebody waits for ever");
        });
  }
}
