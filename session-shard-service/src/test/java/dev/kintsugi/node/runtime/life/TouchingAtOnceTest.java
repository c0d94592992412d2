package dev.kintsugi.node.runtime.life;

import static dev.kintsugi.core.AtOnce.require;
import static dev.kintsugi.node.runtime.life.OneSession.AREAS;

import dev.kintsugi.core.AtOnce;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.node.domain.Answer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

class TouchingAtOnceTest {

  private static final SessionId ONE = SessionId.of(new PlacementKey(5), 1, 1);
  private static final SessionId TWO = SessionId.of(new PlacementKey(5), 2, 2);

  @Test
  void a_report_is_answered_for_each_session_however_their_logs_answer() {
    Lincheck.runConcurrentTest(
        100,
        () -> {
          OneSession.Later<Answer> log = new OneSession.Later<>();
          Touching touching =
              new Touching(
                  OneSession.store(_ -> log.ask()),
                  AREAS,
                  Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
          CompletableFuture<Map<SessionId, Touching.Noted>> noted =
              touching.report(
                  Map.of(ONE, Duration.ZERO, TWO, Duration.ZERO), new Deadline(1_000, () -> 0));
          AtOnce.run(() -> log.give(OneSession.ABSENT), () -> log.give(OneSession.ABSENT));
          require(noted.isDone(), "not answered");
          require(noted.join().keySet().equals(java.util.Set.of(ONE, TWO)), "" + noted.join());
        });
  }
}
