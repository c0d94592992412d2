package dev.kintsugi.tokens.adapter.kafka;

import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.Topics;
import dev.kintsugi.tokens.domain.forecast.ModelShare.Taken;
import dev.kintsugi.tokens.domain.forecast.ModelShare.Written;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import dev.kintsugi.tokens.runtime.ActivityModels;
import dev.kintsugi.tokens.runtime.Pauses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds the models from the topic activity, as one of a consumer group whose members share the
 * users, and keeps what was learned in the topic activity-models. Works on a thread of its own;
 * Kafka need not be there.
 */
public final class KafkaActivity implements AutoCloseable {

  /*
   * An offset is committed only after everything that was learned from the events before it is in
   * the topic of models. Whoever gets a partition reads these first and goes on from there; of the
   * events that come once more each user's model knows which it has.
   *
   * One that has lost a partition without noticing can still write a model, over that of its
   * successor, which is written again with the user's next event. If the successor ends before, some
   * of the user's requests are not remembered: the forecast is a little worse for it, nothing else.
   *
   * While Kafka is away, or much is still to be read, users seem to be silent who are not. Once a
   * second the ends of the partitions are asked for; what was the end a second ago must have been
   * read, or nobody decides by the models.
   */

  private static final Logger LOG = LoggerFactory.getLogger(KafkaActivity.class);

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final long WRITE_MILLIS = 10_000;
  private static final Duration LONGEST_LOAD = Duration.ofMinutes(2);
  private static final String END = "session.end";

  /** Something has come for the user: no request, but one may follow. */
  private static final String INCOMING = "incoming";

  private static final int MANY = 20_000;

  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(2);

  private final ActivityClients clients;
  private final String topic;
  private final String modelsTopic;
  private final ActivityModels models;
  private final Pauses pauses;
  private final long checkpointNanos;
  private final Map<Taken, LongAdder> taken = new ConcurrentHashMap<>();
  private final LongAdder malformed = new LongAdder();
  private final LongAdder unreadable = new LongAdder();
  private final LongAdder restored = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final Set<Integer> arriving = new HashSet<>();
  private final Thread thread;
  private volatile boolean closed;
  private volatile boolean crashed;
  private volatile boolean away;
  private volatile long behind;
  private volatile @Nullable Consumer<byte[], byte[]> polling;
  private @Nullable Producer<byte[], byte[]> producer;
  private long checkedNanos;
  private long lookedNanos;
  private final Map<TopicPartition, Long> ends = new HashMap<>();

  /**
   * A feed with its thread, which {@link #start} starts.
   *
   * @param checkpoint how often what was learned is written down
   */
  public KafkaActivity(LogSettings settings, ActivityModels models, Duration checkpoint) {
    this(ActivityClients.of(settings), new Topics(settings), models, checkpoint, Thread::sleep);
  }

  KafkaActivity(
      ActivityClients clients,
      Topics topics,
      ActivityModels models,
      Duration checkpoint,
      Pauses pauses) {
    this.clients = clients;
    this.topic = topics.activity();
    this.modelsTopic = topics.activityModels();
    this.models = models;
    this.pauses = pauses;
    this.checkpointNanos = checkpoint.toNanos();
    this.thread = Thread.ofPlatform().name("activity").daemon().unstarted(this::run);
  }

  /** The share of a user: the partition of his events. */
  public static int shareOf(UserKey user) {
    return ActivityCodec.partition(user, Topics.ACTIVITY_PARTITIONS);
  }

  public KafkaActivity start() {
    thread.start();
    return this;
  }

  private void run() {
    while (!closed) {
      try (Consumer<byte[], byte[]> consumer = clients.group()) {
        polling = consumer;
        consumer.subscribe(List.of(topic), new Shares(consumer));
        checkedNanos = System.nanoTime();
        lookedNanos = checkedNanos - LOOK.toNanos();
        while (!closed) {
          consume(consumer);
        }
        if (!crashed) {
          checkpoint(consumer, consumer.assignment());
        }
      } catch (WakeupException | InterruptException stop) {
        LOG.debug("told to stop");
      } catch (RuntimeException failed) {
        failed(failed);
      } finally {
        polling = null;
        drop();
      }
      if (!closed && !paused()) {
        return;
      }
    }
  }

  private boolean paused() {
    try {
      pauses.pause(PAUSE);
      return true;
    } catch (InterruptedException stop) {
      return false;
    }
  }

  private void failed(RuntimeException why) {
    failures.increment();
    if (!away) {
      LOG.warn("activity cannot be read and is tried again: {}", why.toString());
    }
    away = true;
  }

  private void consume(Consumer<byte[], byte[]> consumer) {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
      take(record);
      if (away) {
        LOG.info("activity can be read again");
        away = false;
      }
    }
    // One at a time: who is not heard of between two long ones is taken for dead by the group.
    Optional<Integer> next = arriving.stream().findFirst();
    if (next.isPresent()) {
      load(next.get());
      consumer.resume(List.of(new TopicPartition(topic, next.get())));
      arriving.remove(next.get());
    }
    look(consumer);
    behind =
        consumer.assignment().stream()
            .mapToLong(partition -> consumer.currentLag(partition).orElse(0))
            .sum();
    if (System.nanoTime() - checkedNanos >= checkpointNanos || models.unwritten() > MANY) {
      checkpoint(consumer, consumer.assignment());
    }
  }

  /** Whether what has happened is known, a second late at most. */
  private void look(Consumer<byte[], byte[]> consumer) {
    if (System.nanoTime() - lookedNanos < LOOK.toNanos()) {
      return;
    }
    Set<TopicPartition> here = consumer.assignment();
    Map<TopicPartition, Long> before = Map.copyOf(ends);
    ends.clear();
    try {
      ends.putAll(consumer.endOffsets(here, LONGEST_LOOK));
    } catch (org.apache.kafka.common.errors.TimeoutException unknown) {
      LOG.debug("the ends of activity are not known");
    }
    for (TopicPartition partition : here) {
      long wanted =
          ends.containsKey(partition)
              ? before.getOrDefault(partition, ends.get(partition))
              : Long.MAX_VALUE;
      models.behind(partition.partition(), consumer.position(partition) < wanted);
    }
    lookedNanos = System.nanoTime();
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    try {
      takeEvent(record);
    } catch (RuntimeException poison) {
      // It would come again and again, and nothing after it would ever be read.
      malformed.increment();
      LOG.error(
          "event {} of partition {} is left out", record.offset(), record.partition(), poison);
    }
  }

  private void takeEvent(ConsumerRecord<byte[], byte[]> record) {
    var event = ActivityCodec.event(record.value());
    if (event.isEmpty()) {
      malformed.increment();
      return;
    }
    if (event.get().kind().equals(END)) {
      return;
    }
    UserKey user = event.get().user();
    long at = event.get().atMillis();
    int share = record.partition();
    Taken outcome =
        event.get().kind().equals(INCOMING)
            ? models.takeIncoming(share, user, at, record.offset(), record.timestamp())
            : models.take(share, user, at, record.offset(), record.timestamp());
    taken.computeIfAbsent(outcome, _ -> new LongAdder()).increment();
  }

  /** Reads what was written down of a share that has come here. */
  private void load(int share) {
    TopicPartition partition = new TopicPartition(modelsTopic, share);
    long endNanos = System.nanoTime() + LONGEST_LOAD.toNanos();
    try (Consumer<byte[], byte[]> reader = clients.reader()) {
      reader.assign(List.of(partition));
      reader.seekToBeginning(List.of(partition));
      long end = reader.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      while (reader.position(partition) < end) {
        if (System.nanoTime() - endNanos > 0 || closed) {
          throw new KafkaException("reading models takes too long");
        }
        reader.poll(POLL).forEach(record -> restore(share, record));
      }
    }
    models.behind(share, true);
    models.ready(share);
    lookedNanos = System.nanoTime() - LOOK.toNanos();
  }

  private void restore(int share, ConsumerRecord<byte[], byte[]> record) {
    var written = ActivityCodec.written(record.key(), record.value());
    if (written.isEmpty() || !models.restore(share, written.get())) {
      unreadable.increment();
    } else if (written.get().state().isPresent()) {
      restored.increment();
    }
  }

  /** Writes down what was learned, and only then that it has been. */
  private void checkpoint(
      Consumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions) {
    checkedNanos = System.nanoTime();
    for (TopicPartition partition : partitions) {
      if (arriving.contains(partition.partition())) {
        continue;
      }
      long next = consumer.position(partition);
      List<Written> changes = models.changes(partition.partition());
      try {
        write(partition.partition(), changes);
      } catch (RuntimeException failed) {
        models.unwritten(partition.partition(), changes);
        throw failed;
      }
      commit(consumer, partition, next);
    }
  }

  /**
   * While the group divides its partitions anew nothing can be committed; the next time will do.
   */
  private static void commit(
      Consumer<byte[], byte[]> consumer, TopicPartition partition, long next) {
    try {
      consumer.commitSync(Map.of(partition, new OffsetAndMetadata(next)));
    } catch (RebalanceInProgressException | CommitFailedException notNow) {
      LOG.debug("the group is being divided anew: {} is not committed now", partition);
    }
  }

  private void write(int share, List<Written> changes) {
    if (changes.isEmpty()) {
      return;
    }
    Producer<byte[], byte[]> open = opened();
    List<Future<RecordMetadata>> sent = new ArrayList<>(changes.size());
    for (Written change : changes) {
      sent.add(
          open.send(
              new ProducerRecord<>(
                  modelsTopic, share, ActivityCodec.key(change), ActivityCodec.value(change))));
      // Each that cannot be sent may have blocked for seconds.
      if (sent.getLast().state() == Future.State.FAILED) {
        throw new KafkaException("models cannot be written down", sent.getLast().exceptionNow());
      }
    }
    open.flush();
    for (Future<RecordMetadata> one : sent) {
      try {
        one.get(WRITE_MILLIS, TimeUnit.MILLISECONDS);
      } catch (ExecutionException | TimeoutException failed) {
        throw new KafkaException("models cannot be written down", failed);
      } catch (InterruptedException stop) {
        throw new InterruptException(stop);
      }
    }
  }

  private Producer<byte[], byte[]> opened() {
    Producer<byte[], byte[]> open = producer;
    if (open == null) {
      open = clients.producer();
      producer = open;
    }
    return open;
  }

  private void drop() {
    for (int share = 0; share < Topics.ACTIVITY_PARTITIONS; share++) {
      models.revoke(share);
    }
    arriving.clear();
    ends.clear();
    Producer<byte[], byte[]> open = producer;
    producer = null;
    if (open != null) {
      open.close(Duration.ofSeconds(1));
    }
  }

  /** What comes, and what goes. */
  private final class Shares implements ConsumerRebalanceListener {

    private final Consumer<byte[], byte[]> consumer;

    Shares(Consumer<byte[], byte[]> consumer) {
      this.consumer = consumer;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      for (TopicPartition partition : partitions) {
        models.assign(partition.partition());
        arriving.add(partition.partition());
      }
      consumer.pause(partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      try {
        if (!crashed) {
          checkpoint(consumer, partitions);
        }
      } catch (KafkaException notNow) {
        LOG.info("models that go elsewhere are learned again from activity: {}", notNow.toString());
      }
      onPartitionsLost(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      for (TopicPartition partition : partitions) {
        models.revoke(partition.partition());
        arriving.remove(partition.partition());
      }
    }
  }

  /** How many events had this outcome. */
  public long count(Taken outcome) {
    LongAdder count = taken.get(outcome);
    return count == null ? 0 : count.sum();
  }

  /** Of how many records nothing could be made. */
  public long malformed() {
    return malformed.sum();
  }

  /** How many models could not be read and are learned again. */
  public long unreadable() {
    return unreadable.sum();
  }

  /** How many models came from the topic. */
  public long restored() {
    return restored.sum();
  }

  /** How often reading or writing down failed and was begun anew. */
  public long failures() {
    return failures.sum();
  }

  /** How many events are still to be read. */
  public long behind() {
    return behind;
  }

  /** Ends as a process does that is killed: nothing is written down, the group is not told. */
  void crash() {
    crashed = true;
    close();
  }

  /** Writes down what was learned, for at most a few seconds. */
  @Override
  public void close() {
    closed = true;
    try {
      thread.join(Duration.ofSeconds(5));
      Consumer<byte[], byte[]> open = polling;
      if (thread.isAlive() && open != null) {
        open.wakeup();
      }
      thread.join(Duration.ofSeconds(2));
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
    thread.interrupt();
  }
}
