package dev.kintsugi.tokens.adapter.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.Topics;
import dev.kintsugi.proto.ActivityEvent;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import dev.kintsugi.tokens.runtime.ActivityModels;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Kafka that can be away, without one. */
class KafkaActivityTest {

  private static final Topics TOPICS =
      new Topics(new LogSettings("127.0.0.1:1", "test.", (short) 1));

  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final ActivityModels models =
      new ActivityModels(KafkaActivity::shareOf, Duration.ofMinutes(30), 1_000);
  private final Group group = new Group();
  private final KafkaActivity activity =
      new KafkaActivity(new Clients(), TOPICS, models, Duration.ofHours(1), Thread::sleep);

  private final class Group extends MockConsumer<byte[], byte[]> {
    volatile boolean away;

    Group() {
      super("earliest");
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      if (calls.isEmpty() || !calls.getLast().equals("poll")) {
        calls.add("poll");
      }
      return super.poll(timeout);
    }

    @Override
    public synchronized Map<TopicPartition, Long> endOffsets(
        Collection<TopicPartition> partitions, Duration timeout) {
      if (away) {
        throw new TimeoutException("nobody answers");
      }
      return super.endOffsets(partitions, timeout);
    }
  }

  private final class Clients implements ActivityClients {
    @Override
    public Consumer<byte[], byte[]> group() {
      return group;
    }

    @Override
    public Consumer<byte[], byte[]> reader() {
      calls.add("load");
      MockConsumer<byte[], byte[]> reader = new MockConsumer<>("earliest");
      reader.updateBeginningOffsets(all(TOPICS.activityModels(), 0));
      reader.updateEndOffsets(all(TOPICS.activityModels(), 0));
      return reader;
    }

    @Override
    public Producer<byte[], byte[]> producer() {
      return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }
  }

  private static Map<TopicPartition, Long> all(String topic, long offset) {
    return IntStream.range(0, Topics.ACTIVITY_PARTITIONS)
        .mapToObj(share -> new TopicPartition(topic, share))
        .collect(Collectors.toMap(Function.identity(), _ -> offset));
  }

  @BeforeEach
  void start() {
    group.updateBeginningOffsets(all(TOPICS.activity(), 0));
    group.updateEndOffsets(all(TOPICS.activity(), 0));
    group.schedulePollTask(() -> group.rebalance(all(TOPICS.activity(), 0).keySet()));
    activity.start();
    awaitBehind(0);
  }

  @AfterEach
  void stop() {
    activity.close();
  }

  private void awaitBehind(int shares) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            models.behind() == shares
                && IntStream.range(0, Topics.ACTIVITY_PARTITIONS).allMatch(models::isMine));
  }

  @Test
  void while_kafka_is_away_nobody_decides_by_what_was_known_before() {
    group.away = true;
    awaitBehind(Topics.ACTIVITY_PARTITIONS);
    group.away = false;
    awaitBehind(0);
  }

  @Test
  void a_share_of_which_much_is_still_to_be_read_is_decided_about_without_its_models() {
    UserKey user = new UserKey(new ApplicationId("webmail"), new UserId("alice"));
    TopicPartition partition = new TopicPartition(TOPICS.activity(), KafkaActivity.shareOf(user));
    group.updateEndOffsets(Map.of(partition, 1L));
    awaitBehind(1);
    byte[] event =
        ActivityEvent.newBuilder()
            .setApplication(user.application().value())
            .setUserId(user.user().value())
            .setKind("mail.read")
            .setAtMillis(1)
            .build()
            .toByteArray();
    group.schedulePollTask(() ->
        group.addRecord(
            new ConsumerRecord<>(partition.topic(), partition.partition(), 0, new byte[0], event)));
    awaitBehind(0);
    assertThat(Objects.requireNonNull(models.portrait(user).orElse(null)).requests()).isEqualTo(1);
  }

  /** Whoever does not poll for minutes is taken for dead, and reads all of it again. */
  @Test
  void between_two_shares_that_are_read_the_group_hears_of_it() {
    assertThat(calls).filteredOn("load"::equals).hasSize(Topics.ACTIVITY_PARTITIONS);
    assertThat(calls).startsWith("poll", "load", "poll", "load", "poll", "load", "poll", "load");
  }
}
