package dev.kintsugi.log;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tails partitions on a thread of its own and hands over what it reads, in the order of each log.
 * It belongs to no consumer group and commits nothing. Methods are thread-safe; the handler runs on
 * the reader's thread.
 */
public final class LogReader implements AutoCloseable {

  /** Stands for the first offset of a partition. */
  public static final long FROM_BEGINNING = -2;

  /** Stands for the end of a partition at the time the reader gets there. */
  public static final long FROM_END = -1;

  /**
   * Takes what was read. Should not throw; may block, which holds up all partitions of the reader.
   */
  public interface Handler {
    /**
     * Records of one partition, in order; never empty. If this throws, the same records are handed
     * over again after a pause.
     */
    void onRecords(LogPartition partition, List<LogRecord> records);

    /** From here on, records come from the place that {@link LogReader#follow} named. */
    default void onFollowed(LogPartition partition) {}

    /** The reader has for the first time handed over everything up to the partition's end. */
    default void onCaughtUp(LogPartition partition) {}

    /**
     * Everything that was in the partition at a moment has been handed over. Told for the first
     * time with {@link #onCaughtUp}, as of the moment of {@link LogReader#follow}, and about as
     * often as the reader asks from then on, as long as Kafka says where the end is.
     *
     * @param asOfNanos by {@link System#nanoTime}
     * @param asOfWall by the wall clock
     */
    default void onAtEnd(LogPartition partition, long asOfNanos, Instant asOfWall) {}

    /** The read position has fallen out of the log; the reader no longer follows the partition. */
    default void onPositionLost(LogPartition partition) {}
  }

  private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);
  private static final Duration POLL = Duration.ofMillis(200);

  /** Of one answer of Kafka's: much larger ones would outlive collections of the young objects. */
  private static final int FETCH_BYTES = 4 * 1024 * 1024;

  private static final int PARTITION_FETCH_BYTES = 512 * 1024;
  private static final Duration ASKS_FOR_ENDS = Duration.ofMinutes(1);

  /** Records of a partition that is behind, between two looks at the clock. */
  private static final int SLICE = 64;

  /** For how long partitions that are not behind wait for those that are, and one slice more. */
  private static final Duration LONGEST_UNSEEN = Duration.ofMillis(5);

  /** After a record of theirs, for how long there may be another. */
  private static final Duration STILL_EXPECTED = Duration.ofSeconds(1);

  private final Consumer<byte[], byte[]> consumer;
  private final Handler handler;
  private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final Map<TopicPartition, Asked> behind = new HashMap<>();
  private final LogEnds ends;
  private final Thread thread;
  private volatile boolean closed;

  /** When a partition that was not behind last had a record. */
  private long lastTailedNanos = System.nanoTime() - STILL_EXPECTED.toNanos();

  private volatile long lastPollNanos = System.nanoTime();

  /** A reader that asks once a minute where the partitions end. */
  public LogReader(LogSettings settings, String name, Handler handler) {
    this(settings, name, handler, ASKS_FOR_ENDS);
  }

  /**
   * A reader.
   *
   * @param asksForEnds how often it asks where the partitions end; each time that Kafka does not
   *     answer it reads nothing for half a second
   */
  public LogReader(LogSettings settings, String name, Handler handler, Duration asksForEnds) {
    this(
        new KafkaConsumer<>(
            config(settings, name), new ByteArrayDeserializer(), new ByteArrayDeserializer()),
        name,
        handler,
        asksForEnds);
  }

  /** Reads by a consumer that nobody else uses and that is closed with the reader. */
  LogReader(Consumer<byte[], byte[]> consumer, String name, Handler handler) {
    this(consumer, name, handler, ASKS_FOR_ENDS);
  }

  private LogReader(
      Consumer<byte[], byte[]> consumer, String name, Handler handler, Duration asksForEnds) {
    this.consumer = consumer;
    this.handler = handler;
    this.ends = new LogEnds(consumer, asksForEnds.toNanos());
    this.thread = Thread.ofPlatform().name("log-reader-" + name).daemon(true).unstarted(this::run);
  }

  /** Starts the thread; call once. */
  public LogReader start() {
    thread.start();
    return this;
  }

  private static Map<String, Object> config(LogSettings settings, String name) {
    Map<String, Object> config = new HashMap<>(ClientDefaults.connection(settings));
    config.put(ConsumerConfig.CLIENT_ID_CONFIG, name);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
    config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 500);
    config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PARTITION_FETCH_BYTES);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
    config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 3_000);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 5_000);
    return config;
  }

  /**
   * Begins to follow a partition, or goes on from another place if it is followed already.
   *
   * @param offset the first offset to hand over, {@link #FROM_BEGINNING} or {@link #FROM_END}
   */
  public void follow(LogPartition partition, long offset) {
    submit(() -> doFollow(new TopicPartition(partition.topic(), partition.number()), offset));
  }

  /** Stops following; records already read may still be handed over once. */
  public void unfollow(LogPartition partition) {
    submit(() -> doUnfollow(new TopicPartition(partition.topic(), partition.number())));
  }

  /** How long ago the reader last came back from Kafka's client, in nanoseconds. */
  public long sinceLastPollNanos() {
    return System.nanoTime() - lastPollNanos;
  }

  private void submit(Runnable command) {
    commands.add(command);
    consumer.wakeup();
  }

  private void doFollow(TopicPartition partition, long offset) {
    Set<TopicPartition> assigned = new HashSet<>(consumer.assignment());
    assigned.add(partition);
    consumer.assign(assigned);
    if (offset == FROM_BEGINNING) {
      consumer.seekToBeginning(List.of(partition));
    } else if (offset == FROM_END) {
      consumer.seekToEnd(List.of(partition));
    } else {
      consumer.seek(partition, offset);
    }
    ends.forget(partition);
    behind.put(partition, Asked.now());
    handler.onFollowed(new LogPartition(partition.topic(), partition.partition()));
  }

  private void doUnfollow(TopicPartition partition) {
    Set<TopicPartition> assigned = new HashSet<>(consumer.assignment());
    assigned.remove(partition);
    consumer.assign(assigned);
    behind.remove(partition);
    ends.forget(partition);
  }

  private void run() {
    try {
      while (!closed) {
        step();
      }
    } finally {
      consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ZERO));
    }
  }

  private void step() {
    try {
      read();
    } catch (WakeupException e) {
      // A command is waiting.
    } catch (RuntimeException e) {
      // A reader that has ended would leave its node looking alive and its slots hanging.
      LOG.warn("reading from Kafka failed and is tried again: {}", e.toString(), e);
      java.util.concurrent.locks.LockSupport.parkNanos(this, 50_000_000);
    }
  }

  private void read() {
    try {
      for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
        command.run();
      }
      if (consumer.assignment().isEmpty()) {
        java.util.concurrent.locks.LockSupport.parkNanos(this, 2_000_000);
        return;
      }
      ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
      lastPollNanos = System.nanoTime();
      try {
        deliver(polled);
      } finally {
        reportCaughtUp();
        reportAtEnd();
      }
    } catch (OffsetOutOfRangeException e) {
      e.partitions().forEach(this::lose);
    }
  }

  private void lose(TopicPartition partition) {
    handler.onPositionLost(new LogPartition(partition.topic(), partition.partition()));
    doUnfollow(partition);
  }

  /**
   * Hands over to the end, whatever fails on the way, and fails afterwards. What is behind comes
   * last and in slices between which the others are looked at: somebody waits for each record of
   * theirs, and nobody for a whole log that is read from its beginning.
   */
  private void deliver(ConsumerRecords<byte[], byte[]> polled) {
    List<RuntimeException> failures = new ArrayList<>();
    List<TopicPartition> late = new ArrayList<>();
    for (TopicPartition partition : polled.partitions()) {
      if (behind.containsKey(partition)) {
        late.add(partition);
      } else {
        deliver(partition, polled.records(partition), failures);
      }
    }
    for (TopicPartition partition : late) {
      deliverBySlices(partition, polled.records(partition), failures);
    }
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
  }

  private void deliverBySlices(
      TopicPartition partition,
      List<ConsumerRecord<byte[], byte[]>> read,
      List<RuntimeException> failures) {
    for (int from = 0; from < read.size(); from += SLICE) {
      if (!deliver(partition, read.subList(from, Math.min(read.size(), from + SLICE)), failures)) {
        return;
      }
      lookAtOthers(failures);
    }
  }

  /*
   * Kafka's client then asks for the others alone, and for what is behind only once that has been
   * answered: with their next record. Where there is none to be expected it would be half a second.
   *
   * Whatever happens here, the records that are being handed over must not be forgotten.
   */
  private void lookAtOthers(List<RuntimeException> failures) {
    long nowNanos = System.nanoTime();
    boolean waited = nowNanos - lastPollNanos >= LONGEST_UNSEEN.toNanos();
    boolean expected = nowNanos - lastTailedNanos < STILL_EXPECTED.toNanos();
    if (!waited || !expected) {
      return;
    }
    consumer.pause(behind.keySet());
    try {
      ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ZERO);
      for (TopicPartition partition : polled.partitions()) {
        deliver(partition, polled.records(partition), failures);
      }
    } catch (WakeupException e) {
      // A command is waiting; it is looked for before the next poll.
    } catch (RuntimeException e) {
      failures.add(e);
    } finally {
      consumer.resume(behind.keySet());
      lastPollNanos = System.nanoTime();
    }
  }

  /** Returns whether they were taken; else they will be read again. */
  private boolean deliver(
      TopicPartition partition,
      List<ConsumerRecord<byte[], byte[]>> read,
      List<RuntimeException> failures) {
    LogPartition of = new LogPartition(partition.topic(), partition.partition());
    if (!behind.containsKey(partition)) {
      lastTailedNanos = System.nanoTime();
    }
    try {
      handler.onRecords(of, read.stream().map(record -> record(of, record)).toList());
      return true;
    } catch (RuntimeException e) {
      // Kafka's client has gone past records that nobody has taken yet.
      consumer.seek(partition, read.getFirst().offset());
      failures.add(e);
      return false;
    }
  }

  private static LogRecord record(LogPartition partition, ConsumerRecord<byte[], byte[]> record) {
    byte[] key = record.key() == null ? new byte[0] : record.key();
    return new LogRecord(
        partition,
        record.offset(),
        record.timestamp(),
        key,
        Optional.ofNullable(record.value()),
        record.headers());
  }

  private void reportCaughtUp() {
    if (behind.isEmpty()) {
      return;
    }
    for (TopicPartition partition : List.copyOf(behind.keySet())) {
      if (consumer.currentLag(partition).orElse(1) == 0) {
        LogPartition of = new LogPartition(partition.topic(), partition.partition());
        Asked followed = java.util.Objects.requireNonNull(behind.get(partition));
        handler.onCaughtUp(of);
        handler.onAtEnd(of, followed.nanos(), followed.wall());
        behind.remove(partition);
      }
    }
  }

  private void reportAtEnd() {
    Set<TopicPartition> tailed = new HashSet<>(consumer.assignment());
    tailed.removeAll(behind.keySet());
    ends.askIfDue(tailed, System.nanoTime());
    ends.reached((partition, asked) ->
        handler.onAtEnd(
            new LogPartition(partition.topic(), partition.partition()),
            asked.nanos(),
            asked.wall()));
  }

  /** Ends the thread and waits for it (up to 2 s). Nothing is handed over afterwards. */
  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    if (Thread.currentThread() != thread) {
      try {
        thread.join(2_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
