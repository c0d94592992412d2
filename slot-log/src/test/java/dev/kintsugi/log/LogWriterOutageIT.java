package dev.kintsugi.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.local.embedded.EmbeddedKafka;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A writer whose broker has gone. */
class LogWriterOutageIT {

  private static final Areas AREAS = Areas.of(List.of(new AreaPolicy(Area.SESSION, 1, 2, 1_000)));
  private static final int APPENDS = 6;

  @Test
  void an_append_never_waits_for_the_broker_to_say_again_where_the_partitions_are()
      throws Exception {
    EmbeddedKafka kafka = EmbeddedKafka.start();
    var settings = new LogSettings(kafka.bootstrapServers(), "", (short) 1);
    try (kafka;
        var writer = new LogWriter(settings, "writer", Duration.ofSeconds(2))) {
      new Topics(settings).ensure(AREAS, Duration.ofSeconds(20));
      LogPartition partition = new LogPartition(new Topics(settings).area(Area.SESSION), 0);
      writer.prepare(partition.topic());
      append(writer, partition).get(20, TimeUnit.SECONDS);
      kafka.close();

      for (int number = 1; number <= APPENDS; number++) {
        CompletableFuture<Long> offset = append(writer, partition);
        assertThat(offset).as("append %d came back before its fate was known", number).isNotDone();
        assertThatThrownBy(() -> offset.get(20, TimeUnit.SECONDS))
            .hasCauseInstanceOf(LogUnavailableException.class);
      }
    }
  }

  private static CompletableFuture<Long> append(LogWriter writer, LogPartition partition) {
    return writer.append(partition, new byte[] {1}, Map.of(), Optional.of(new byte[] {2}));
  }
}
