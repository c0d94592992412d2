package dev.kintsugi.tokens.adapter.kafka;

import static dev.kintsugi.tokens.adapter.kafka.UntoldTest.ended;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.local.embedded.EmbeddedKafka;
import dev.kintsugi.log.LogPartition;
import dev.kintsugi.log.LogReader;
import dev.kintsugi.log.LogRecord;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.RevocationCodec;
import dev.kintsugi.log.Topics;
import dev.kintsugi.tokens.runtime.RevocationFeed.Ended;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real broker that goes away and comes back. */
@Timeout(180)
class KafkaRevocationsIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Areas AREAS = Areas.of(List.of(new AreaPolicy(Area.SESSION, 2, 2, 1_000)));

  private final BlockingQueue<String> read = new LinkedBlockingQueue<>();

  private void awaitRead(String... grants) throws InterruptedException {
    Set<String> missing = new HashSet<>(List.of(grants));
    while (!missing.isEmpty()) {
      String next = read.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(next).as("still missing: " + missing).isNotNull();
      missing.remove(next);
    }
  }

  private LogReader reader(LogSettings settings) {
    LogReader reader =
        new LogReader(
            settings,
            "test",
            (LogPartition _, List<LogRecord> records) ->
                records.forEach(record ->
                    read.add(RevocationCodec.decode(record.value().orElseThrow()).grantId())));
    reader.follow(
        new LogPartition(new Topics(settings).revocations(), 0), LogReader.FROM_BEGINNING);
    return reader.start();
  }

  @Test
  void what_is_told_while_the_broker_is_away_waits_once_for_each_grant_and_is_told_in_the_end()
      throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start()) {
      LogSettings settings = new LogSettings(kafka.bootstrapServers(), "", (short) 1);
      new Topics(settings).ensure(AREAS, PATIENCE);
      try (KafkaRevocations feed = new KafkaRevocations(settings);
          LogReader _ = reader(settings)) {
        assertThat(feed.tell(ended("before", 1)).get(30, TimeUnit.SECONDS)).isNotNull();
        kafka.kill();
        CompletableFuture<Ended> first = feed.tell(ended("a", 1));
        assertThat(first.handle((_, failure) -> failure).get(30, TimeUnit.SECONDS)).isNotNull();
        for (int i = 0; i < 1_000; i++) {
          assertThat(feed.tell(ended("a", 1))).isCompletedExceptionally();
          assertThat(feed.tell(ended("b", 1))).isCompletedExceptionally();
        }
        assertThat(feed.waiting()).isEqualTo(2);
        kafka.restart();
        awaitRead("before", "a", "b");
        CompletableFuture<Ended> _ = feed.tell(ended("after", 1));
        awaitRead("after");
        assertThat(feed.lost()).isZero();
      }
    }
  }
}
