package dev.kintsugi.local.demo.replay;

import dev.kintsugi.local.demo.ledger.Finding;
import dev.kintsugi.local.demo.ledger.Found;
import dev.kintsugi.local.demo.ledger.Ledger;
import dev.kintsugi.local.demo.ledger.ShardRef;
import dev.kintsugi.local.demo.plan.Call;
import dev.kintsugi.local.demo.plan.DemoArea;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** After the replay every session is read and compared with what was acknowledged. Run once. */
public final class ReadBack {

  private static final int AT_A_TIME = 16;
  private static final Executor LATER =
      CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS);

  private final PublicApi api;
  private final ApplicationToken application;
  private final Ledger ledger;
  private final Instant tracedAt;
  private final Duration patience;

  /**
   * @param tracedAt the end of the window, in the trace's time
   * @param patience for how long in all what cannot be read is asked again, twice a second
   */
  public ReadBack(
      PublicApi api,
      ApplicationToken application,
      Ledger ledger,
      Instant tracedAt,
      Duration patience) {
    this.api = api;
    this.application = application;
    this.ledger = ledger;
    this.tracedAt = tracedAt;
    this.patience = patience;
  }

  /** Everything that is not as acknowledged; a session that cannot be read has lost all. */
  public List<Finding> compare(Collection<MailSession> sessions) throws InterruptedException {
    long untilNanos = System.nanoTime() + patience.toNanos();
    Semaphore places = new Semaphore(AT_A_TIME);
    List<CompletableFuture<List<Finding>>> comparisons = new ArrayList<>();
    for (MailSession session : sessions) {
      places.acquire();
      comparisons.add(compare(session, untilNanos).whenComplete((_, _) -> places.release()));
    }
    List<Finding> findings = new ArrayList<>();
    comparisons.forEach(comparison -> findings.addAll(comparison.join()));
    return findings;
  }

  private CompletableFuture<List<Finding>> compare(MailSession session, long untilNanos) {
    return read(session, untilNanos).thenApply(areas -> compare(session, areas));
  }

  /**
   * Whoever cannot answer now is asked again: slow is not lost. What cannot be read in the end
   * counts as lost.
   */
  private CompletableFuture<Map<DemoArea, Found>> read(MailSession session, long untilNanos) {
    Call all = new Call.Rebuild(List.of(DemoArea.values()));
    return application
        .get()
        .thenCompose(token -> api.call(session, all, token, tracedAt))
        .handle((reply, _) -> Optional.ofNullable(reply).filter(ReadBack::isProven))
        .thenCompose(proven -> {
          if (proven.isPresent()) {
            return CompletableFuture.completedFuture(Answers.areas(proven.get().body()));
          }
          return System.nanoTime() - untilNanos >= 0
              ? CompletableFuture.completedFuture(Map.of())
              : CompletableFuture.supplyAsync(() -> untilNanos, LATER)
                  .thenCompose(until -> read(session, until));
        });
  }

  private static boolean isProven(Reply reply) {
    return reply.status() == 200 && !reply.stale() && !Answers.hasStaleArea(reply.body());
  }

  private List<Finding> compare(MailSession session, Map<DemoArea, Found> areas) {
    List<Finding> findings = new ArrayList<>();
    for (DemoArea area : DemoArea.values()) {
      findings.addAll(
          ledger.compare(
              new ShardRef(session.user(), area), areas.getOrDefault(area, Found.NOTHING)));
    }
    return findings;
  }
}
