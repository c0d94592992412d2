package dev.kintsugi.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.AtOnce;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class LogReaderTest {

  private static final LogPartition ONE = new LogPartition("log", 0);
  private static final LogPartition TWO = new LogPartition("log", 1);
  private static final LogPartition NEVER_FOLLOWED = new LogPartition("log", 2);

  private final MemoryLog log = new MemoryLog();
  private LogReader reader;

  @BeforeEach
  void make() {
    log.make(ONE);
    log.make(TWO);
  }

  @AfterEach
  void close() {
    reader.close();
  }

  /** Takes records, and fails when it is told to. */
  private static class Taker implements LogReader.Handler {
    final BlockingQueue<LogRecord> taken = new LinkedBlockingQueue<>();
    final AtomicInteger failures = new AtomicInteger();
    final CountDownLatch caughtUp = new CountDownLatch(2);
    final CountDownLatch lost = new CountDownLatch(1);

    void failIfAsked() {
      if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new IllegalStateException("as the test wants it");
      }
    }

    @Override
    public void onRecords(LogPartition partition, List<LogRecord> records) {
      failIfAsked();
      taken.addAll(records);
    }

    @Override
    public void onCaughtUp(LogPartition partition) {
      failIfAsked();
      caughtUp.countDown();
    }

    @Override
    public void onPositionLost(LogPartition partition) {
      failIfAsked();
      lost.countDown();
    }

    List<String> take(int many) throws InterruptedException {
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        LogRecord record = taken.poll(5, TimeUnit.SECONDS);
        assertThat(record).as("record %d of %d, after %s", i, many, texts).isNotNull();
        texts.add(new String(record.value().orElseThrow(), StandardCharsets.UTF_8));
      }
      return texts;
    }
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void read(Taker taker) {
    reader = new LogReader(log, "test", taker);
    reader.follow(ONE, LogReader.FROM_BEGINNING);
    reader.follow(TWO, LogReader.FROM_BEGINNING);
    reader.start();
  }

  @ParameterizedTest(name = "{0} failures")
  @ValueSource(ints = {0, 1, 2, 3, 7})
  void a_handler_that_fails_gets_every_record_later(int failures) throws Exception {
    log.append(ONE, text("a1"), text("a2"));
    log.append(TWO, text("b1"), text("b2"));
    Taker taker = new Taker();
    taker.failures.set(failures);
    read(taker);
    List<String> all = taker.take(4);
    assertThat(all).filteredOn(text -> text.startsWith("a")).containsExactly("a1", "a2");
    assertThat(all).filteredOn(text -> text.startsWith("b")).containsExactly("b1", "b2");
    log.append(ONE, text("a3"));
    assertThat(taker.take(1)).containsExactly("a3");
    assertThat(taker.caughtUp.await(5, TimeUnit.SECONDS)).isTrue();
    assertThat(taker.taken).isEmpty();
  }

  /** Takes longer over each hand-over of the second partition than the others may wait. */
  private class Slow extends Taker {
    @Override
    public void onRecords(LogPartition partition, List<LogRecord> records) {
      if (partition.equals(TWO)) {
        for (long began = System.nanoTime(); System.nanoTime() - began < 6_000_000; ) {
          Thread.onSpinWait();
        }
        log.append(ONE, text("a" + records.getFirst().offset()));
      }
      super.onRecords(partition, records);
    }
  }

  /** Reads the first partition to its end, and one record more. */
  private void tailOne(Taker taker) throws InterruptedException {
    reader = new LogReader(log, "test", taker);
    reader.follow(ONE, LogReader.FROM_BEGINNING);
    reader.start();
    while (taker.caughtUp.getCount() == 2) {
      Thread.onSpinWait();
    }
    log.append(ONE, text("a"));
    assertThat(taker.take(1)).containsExactly("a");
  }

  @ParameterizedTest(name = "{0} failures")
  @ValueSource(ints = {0, 1, 3})
  void who_waits_for_a_record_does_not_wait_for_a_whole_log_that_is_read(int failures)
      throws Exception {
    int many = 1_000;
    byte[][] texts = new byte[many][];
    for (int i = 0; i < many; i++) {
      texts[i] = text("b" + i);
    }
    log.append(TWO, texts);
    Taker taker = new Slow();
    tailOne(taker);
    taker.failures.set(failures);
    reader.follow(TWO, LogReader.FROM_BEGINNING);
    List<String> all = new ArrayList<>();
    long ofTwo = 0;
    while (ofTwo < many) {
      String text = taker.take(1).getFirst();
      all.add(text);
      ofTwo += text.startsWith("b") ? 1 : 0;
    }
    assertThat(all)
        .filteredOn(text -> text.startsWith("b"))
        .containsExactlyElementsOf(IntStream.range(0, many).mapToObj(i -> "b" + i).toList());
    assertThat(all.indexOf("a0")).as("not after the whole log").isBetween(0, 128);
  }

  @Test
  void a_command_that_comes_while_a_whole_log_is_read_loses_no_record() throws Exception {
    byte[][] texts = new byte[1_000][];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = text("b" + i);
    }
    log.append(TWO, texts);
    log.make(NEVER_FOLLOWED);
    Taker taker =
        new Slow() {
          @Override
          public void onRecords(LogPartition partition, List<LogRecord> records) {
            reader.unfollow(NEVER_FOLLOWED);
            super.onRecords(partition, records);
          }
        };
    tailOne(taker);
    reader.follow(TWO, LogReader.FROM_BEGINNING);
    List<String> ofTwo = new ArrayList<>();
    while (ofTwo.size() < texts.length) {
      ofTwo.addAll(taker.take(1).stream().filter(text -> text.startsWith("b")).toList());
    }
    assertThat(ofTwo).startsWith("b0", "b1").endsWith("b999").doesNotHaveDuplicates();
  }

  @Test
  void a_handler_that_fails_at_the_end_of_the_log_is_told_again_that_it_is_there()
      throws Exception {
    Taker taker = new Taker();
    taker.failures.set(2);
    read(taker);
    assertThat(taker.caughtUp.await(5, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void a_partition_read_to_its_end_was_so_at_the_earliest_when_it_began_to_be_followed()
      throws Exception {
    BlockingQueue<Long> moments = new LinkedBlockingQueue<>();
    log.append(ONE, text("a1"));
    long before = System.nanoTime();
    read(
        new Taker() {
          @Override
          public void onAtEnd(LogPartition partition, long asOfNanos, java.time.Instant asOfWall) {
            if (partition.equals(ONE)) {
              moments.add(asOfNanos);
            }
          }
        });
    Long moment = moments.poll(5, TimeUnit.SECONDS);
    assertThat(moment).isNotNull().isBetween(before, System.nanoTime());
  }

  @Test
  void a_handler_that_fails_to_hear_of_a_lost_position_is_told_again() throws Exception {
    Taker taker = new Taker();
    read(taker);
    assertThat(taker.caughtUp.await(5, TimeUnit.SECONDS)).isTrue();
    taker.failures.set(2);
    log.losePosition(ONE);
    assertThat(taker.lost.await(5, TimeUnit.SECONDS)).isTrue();
    log.append(TWO, text("b1"));
    assertThat(taker.take(1)).containsExactly("b1");
    log.append(ONE, text("a1"));
    reader.follow(ONE, LogReader.FROM_BEGINNING);
    assertThat(taker.take(1)).containsExactly("a1");
  }

  /** What was read of each partition since it was followed last. */
  private static final class Follower implements LogReader.Handler {
    final Map<LogPartition, List<Long>> offsets = new ConcurrentHashMap<>();
    final Map<LogPartition, AtomicInteger> followed = new ConcurrentHashMap<>();

    @Override
    public void onFollowed(LogPartition partition) {
      offsets.put(partition, new CopyOnWriteArrayList<>());
      followed.computeIfAbsent(partition, at -> new AtomicInteger()).incrementAndGet();
    }

    @Override
    public void onRecords(LogPartition partition, List<LogRecord> records) {
      records.forEach(record -> offsets.get(partition).add(record.offset()));
    }
  }

  /** Commands come from a node's loop, its producers and the reader itself. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5})
  void every_command_of_several_threads_is_carried_out_in_the_order_of_its_thread(long seed)
      throws Exception {
    Follower follower = new Follower();
    reader = new LogReader(log, "test", follower).start();
    log.append(ONE, text("a1"), text("a2"));
    log.append(TWO, text("b1"), text("b2"));
    int commands = 2_000;
    AtOnce.run(
        () -> command(ONE, commands, new Random(seed)),
        () -> command(TWO, commands, new Random(-seed)),
        () -> {
          for (int i = 0; i < commands; i++) {
            reader.unfollow(NEVER_FOLLOWED);
          }
        });
    log.append(ONE, text("a3"));
    log.append(TWO, text("b3"));
    for (LogPartition partition : List.of(ONE, TWO)) {
      while (!follower.offsets.getOrDefault(partition, List.of()).contains(2L)
          || follower.followed.get(partition).get() < commands) {
        Thread.onSpinWait();
      }
      assertThat(follower.offsets.get(partition)).containsExactly(0L, 1L, 2L);
    }
  }

  /** Follows so many times, with an end in between now and then. */
  private void command(LogPartition partition, int times, Random random) {
    for (int i = 0; i < times; i++) {
      if (random.nextInt(3) == 0) {
        reader.unfollow(partition);
      }
      reader.follow(partition, LogReader.FROM_BEGINNING);
    }
  }
}
