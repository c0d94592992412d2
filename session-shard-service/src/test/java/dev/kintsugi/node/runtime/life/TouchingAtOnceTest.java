package dev.kintsugi.node.runtime.life;

import static dev.kintsugi.node.runtime.life.OneSession.AREAS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.AtOnce;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.node.domain.Answer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TouchingAtOnceTest {

  @Test
  @Timeout(30)
  void a_report_is_answered_for_each_session_however_many_threads_answer_for_their_logs() {
    Map<SessionId, Duration> ago = new HashMap<>();
    for (long secret = 0; secret < 500; secret++) {
      ago.put(SessionId.of(new PlacementKey(5), secret, 1), Duration.ZERO);
    }
    for (int round = 0; round < 60; round++) {
      OneSession.Later<Answer> log = new OneSession.Later<>();
      Touching touching =
          new Touching(
              OneSession.store(_ -> log.ask()), AREAS, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
      CompletableFuture<Map<SessionId, Touching.Noted>> noted =
          touching.report(ago, new Deadline(1_000, () -> 0));
      AtOnce.Task answers =
          () -> {
            boolean more = true;
            while (more) {
              more = log.give(OneSession.ABSENT);
            }
          };
      AtOnce.run(answers, answers, answers);
      assertThat(noted).as("round %d", round).isDone();
      assertThat(noted.join().keySet()).as("round %d", round).isEqualTo(ago.keySet());
    }
  }
}
