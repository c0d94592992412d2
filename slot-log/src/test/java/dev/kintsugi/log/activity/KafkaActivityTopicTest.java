package dev.kintsugi.log.activity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.proto.ActivityEvent;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class KafkaActivityTopicTest {

  private static final Activity ACTIVITY =
      new Activity(
          new ApplicationId("mail"),
          new UserId("alice"),
          "settings.write",
          Instant.ofEpochMilli(1234));

  @Test
  void an_event_has_these_bytes_for_ever() throws Exception {
    byte[] bytes = KafkaActivityTopic.encode(ACTIVITY);
    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo("0a046d61696c1205616c6963651a0e73657474696e67732e777269746520d209");
    ActivityEvent decoded = ActivityEvent.parseFrom(bytes);
    assertThat(decoded.getKind()).isEqualTo("settings.write");
    assertThat(decoded.getAtMillis()).isEqualTo(1234);
  }

  @Test
  void the_key_keeps_a_users_events_in_order() {
    assertThat(ACTIVITY.key()).isEqualTo("mail/alice");
  }
}
