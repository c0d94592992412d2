package dev.kintsugi.tokens.adapter.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.UserId;
import dev.kintsugi.local.embedded.EmbeddedKafka;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.Topics;
import dev.kintsugi.proto.ActivityEvent;
import dev.kintsugi.tokens.domain.forecast.ModelShare.Taken;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import dev.kintsugi.tokens.runtime.ActivityModels;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real broker, and instances that share the users. */
@Timeout(180)
class KafkaActivityIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Areas AREAS = Areas.of(List.of(new AreaPolicy(Area.SESSION, 2, 2, 1_000)));
  private static final long START = 1_767_571_200_000L;
  private static final int USERS = 40;

  private static EmbeddedKafka kafka;
  private static int prefixes;

  private LogSettings settings;
  private KafkaProducer<byte[], byte[]> producer;

  private static final class Instance implements AutoCloseable {
    final ActivityModels models =
        new ActivityModels(KafkaActivity::shareOf, Duration.ofMinutes(30), 1_000);
    final KafkaActivity activity;

    Instance(LogSettings settings, Duration checkpoint) {
      activity = new KafkaActivity(settings, models, checkpoint).start();
    }

    long shares() {
      return IntStream.range(0, Topics.ACTIVITY_PARTITIONS).filter(models::isMine).count();
    }

    int requests(UserKey user) {
      return models.portrait(user).map(ActivityModels.Portrait::requests).orElse(0);
    }

    @Override
    public void close() {
      activity.close();
    }
  }

  @BeforeAll
  static void start() {
    kafka = EmbeddedKafka.start();
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @BeforeEach
  void topics() {
    settings = new LogSettings(kafka.bootstrapServers(), "test" + prefixes++ + ".", (short) 1);
    new Topics(settings).ensure(AREAS, PATIENCE);
    producer =
        new KafkaProducer<>(
            settings.clientSettings(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static UserKey user(int number) {
    return new UserKey(new ApplicationId("webmail"), new UserId("user-" + number));
  }

  private void send(UserKey user, byte[] value) {
    var _ =
        producer.send(
            new ProducerRecord<>(
                new Topics(settings).activity(),
                user.toString().getBytes(StandardCharsets.UTF_8),
                value));
  }

  private static byte[] event(UserKey user, String kind, long atMillis) {
    return ActivityEvent.newBuilder()
        .setApplication(user.application().value())
        .setUserId(user.user().value())
        .setKind(kind)
        .setAtMillis(atMillis)
        .build()
        .toByteArray();
  }

  /** So many requests of each user, from a number on. */
  private void activity(int from, int count) {
    for (int i = from; i < from + count; i++) {
      for (int number = 0; number < USERS; number++) {
        send(user(number), event(user(number), "mail.read", START + i * 60_000L + number));
      }
    }
    producer.flush();
  }

  private static int requests(int number, Instance... instances) {
    return java.util.Arrays.stream(instances).mapToInt(it -> it.requests(user(number))).sum();
  }

  private static void awaitRequests(int count, Instance... instances) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          for (int number = 0; number < USERS; number++) {
            assertThat(requests(number, instances)).isEqualTo(count);
          }
        });
  }

  @Test
  void models_move_with_their_shares_and_are_not_rebuilt_from_nothing() {
    Instance one = new Instance(settings, Duration.ofHours(1));
    activity(0, 30);
    awaitRequests(30, one);
    assertThat(one.shares()).isEqualTo(Topics.ACTIVITY_PARTITIONS);
    try (Instance two = new Instance(settings, Duration.ofHours(1))) {
      await().atMost(PATIENCE).until(() -> two.shares() >= 3 && one.shares() + two.shares() == 8);
      awaitRequests(30, one, two);
      assertThat(two.activity.count(Taken.LEARNED)).isZero();
      activity(30, 10);
      awaitRequests(40, one, two);
      one.close();
      await().atMost(PATIENCE).until(() -> two.shares() == Topics.ACTIVITY_PARTITIONS);
      awaitRequests(40, two);
      assertThat(two.activity.restored()).isGreaterThanOrEqualTo(USERS);
      assertThat(two.activity.unreadable()).isZero();
    }
  }

  /** Each commits all the time, also while the others come. */
  @Test
  void four_that_come_one_after_the_other_and_write_down_often_come_to_rest() {
    activity(0, 20);
    List<Instance> all = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        all.add(new Instance(settings, Duration.ofMillis(50)));
      }
      await().atMost(PATIENCE).until(() -> all.stream().allMatch(one -> one.shares() == 2));
      activity(20, 20);
      awaitRequests(40, all.toArray(Instance[]::new));
      assertThat(all).allMatch(one -> one.activity.failures() == 0);
    } finally {
      all.forEach(Instance::close);
    }
  }

  @Test
  void what_was_not_written_down_before_a_crash_is_learned_once_more_and_counted_once() {
    Instance first = new Instance(settings, Duration.ofSeconds(1));
    activity(0, 20);
    awaitRequests(20, first);
    await().atMost(PATIENCE).until(() -> first.models.unwritten() == 0);
    first.close();
    // The next one's group never commits: as if it had ended right after it learned.
    Instance crashing = new Instance(settings, Duration.ofHours(1));
    activity(20, 20);
    awaitRequests(40, crashing);
    crashing.activity.crash();
    try (Instance last = new Instance(settings, Duration.ofHours(1))) {
      awaitRequests(40, last);
      assertThat(last.activity.count(Taken.LEARNED)).isEqualTo(20L * USERS);
    }
  }

  @Test
  void hostile_events_are_counted_and_harm_nobody() {
    Random random = new Random(5);
    try (Instance instance = new Instance(settings, Duration.ofHours(1))) {
      for (int i = 0; i < 200; i++) {
        byte[] noise = new byte[random.nextInt(300)];
        random.nextBytes(noise);
        send(user(0), noise);
      }
      send(user(0), new byte[100_000]);
      send(user(0), null);
      send(user(0), event(user(0), "", START));
      send(user(0), event(user(0), "mail.read", Long.MAX_VALUE));
      send(user(0), event(user(0), "mail.read", Long.MIN_VALUE));
      send(user(0), event(user(0), "mail.read", System.currentTimeMillis() + 3_600_000));
      send(user(0), event(user(0), "session.end", START));
      activity(0, 10);
      activity(0, 10);
      awaitRequests(10, instance);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            assertThat(instance.activity.count(Taken.FUTURE)).isGreaterThanOrEqualTo(3);
            assertThat(
                    instance.activity.count(Taken.LATE)
                        + instance.activity.count(Taken.SAME_SECOND))
                .isGreaterThanOrEqualTo(10L * USERS);
          });
      assertThat(instance.activity.malformed()).isGreaterThan(3);
      assertThat(instance.activity.count(Taken.LEARNED)).isEqualTo(10L * USERS);
    }
  }

  @Test
  void spoilt_models_are_learned_again() throws Exception {
    for (int share = 0; share < Topics.ACTIVITY_PARTITIONS; share++) {
      producer
          .send(
              new ProducerRecord<>(
                  new Topics(settings).activityModels(),
                  share,
                  "s".getBytes(StandardCharsets.UTF_8),
                  new byte[] {1, 2, 3}))
          .get();
      producer
          .send(
              new ProducerRecord<>(
                  new Topics(settings).activityModels(), share, new byte[] {0}, new byte[0]))
          .get();
    }
    activity(0, 5);
    try (Instance instance = new Instance(settings, Duration.ofHours(1))) {
      awaitRequests(5, instance);
      assertThat(instance.activity.unreadable()).isEqualTo(16);
    }
  }
}
