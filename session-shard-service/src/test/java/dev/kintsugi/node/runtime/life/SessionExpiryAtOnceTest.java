package dev.kintsugi.node.runtime.life;

import static dev.kintsugi.core.AtOnce.require;
import static dev.kintsugi.node.runtime.life.OneSession.AREAS;
import static dev.kintsugi.node.runtime.life.OneSession.ID;
import static dev.kintsugi.node.runtime.life.OneSession.POSITION;

import dev.kintsugi.core.AtOnce;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.runtime.ShardStore;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

class SessionExpiryAtOnceTest {

  private static final int SCHEDULES = 300;

  /** A log that answers late, and never to two about the same session. */
  private static final class SlowLog {
    final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final OneSession.Later<Answer> answers = new OneSession.Later<>();

    ShardStore store() {
      return OneSession.store(_ -> {
        require(underWay.incrementAndGet() == 1, "looked at twice at a time");
        looks.incrementAndGet();
        return answers.ask();
      });
    }

    void answer() {
      if (answers.waiting() > 0) {
        underWay.decrementAndGet();
        answers.give(OneSession.ABSENT);
      }
    }
  }

  @Test
  void a_session_is_looked_at_once_at_a_time_and_again_when_it_is_told_again() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          SlowLog log = AtOnce.share(new SlowLog());
          ShardStore store = log.store();
          Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
          SessionExpiry expiry =
              AtOnce.share(
                  new SessionExpiry(
                      store,
                      new OneSession.NoPeers(),
                      AREAS,
                      new SessionEnding(store, new OneSession.NoPeers(), AREAS, new ManualTimer()),
                      new Touching(store, AREAS, clock),
                      clock,
                      () -> 0));
          AtOnce.run(
              () -> expiry.onDue(POSITION.slot(), List.of(ID)),
              () -> expiry.onDue(POSITION.slot(), List.of(ID)),
              log::answer);
          log.answer();
          int before = log.looks.get();
          require(before > 0, "nobody looked");
          expiry.onDue(POSITION.slot(), List.of(ID));
          require(log.looks.get() == before + 1, "never looked at again");
        });
  }
}
