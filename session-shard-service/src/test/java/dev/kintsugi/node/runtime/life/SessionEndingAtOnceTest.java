package dev.kintsugi.node.runtime.life;

import static dev.kintsugi.node.runtime.life.OneSession.AREAS;
import static dev.kintsugi.node.runtime.life.OneSession.POSITION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.AtOnce;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Request;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionEndingAtOnceTest {

  /** The logs are silent at first, so that sessions go back into the queue as others leave it. */
  @Timeout(60)
  @ParameterizedTest(name = "{0} threads")
  @ValueSource(ints = {2, 4})
  void every_half_ended_session_is_gone_on_with_however_many_threads_the_timer_has(int threads) {
    for (int round = 0; round < 60; round++) {
      Set<SessionId> asked = ConcurrentHashMap.newKeySet();
      Set<SessionId> answered = ConcurrentHashMap.newKeySet();
      ManualTimer timer = new ManualTimer();
      SessionEnding ending =
          new SessionEnding(
              OneSession.store(request -> {
                SessionId session = ((Request.LastReadable) request).key().session();
                if (asked.add(session)) {
                  return CompletableFuture.completedFuture(new Answer.Unknown(POSITION));
                }
                answered.add(session);
                return CompletableFuture.completedFuture(OneSession.ABSENT);
              }),
              new OneSession.NoPeers(),
              AREAS,
              timer);
      List<SessionId> sessions =
          LongStream.range(0, 200)
              .mapToObj(secret -> SessionId.of(new PlacementKey(5), secret, 1))
              .toList();
      ending.onHalfEnded(POSITION.slot(), sessions);
      AtOnce.Task work =
          () -> {
            while (timer.run(1)) {
              Thread.onSpinWait();
            }
          };
      AtOnce.run(Collections.nCopies(threads, work).toArray(AtOnce.Task[]::new));
      while (timer.run(1_000)) {
        Thread.onSpinWait();
      }
      assertThat(answered).as("round %d", round).hasSize(200);
    }
  }
}
