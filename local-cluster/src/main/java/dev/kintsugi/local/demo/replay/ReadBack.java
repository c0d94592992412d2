package dev.kintsugi.local.demo.replay;

import dev.kintsugi.local.demo.ledger.Finding;
import dev.kintsugi.local.demo.ledger.Found;
import dev.kintsugi.local.demo.ledger.Ledger;
import dev.kintsugi.local.demo.ledger.ShardRef;
import dev.kintsugi.local.demo.plan.Call;
import dev.kintsugi.local.demo.plan.DemoArea;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/** After the replay every session is read and compared with what was acknowledged. Run once. */
public final class ReadBack {

  private static final int AT_A_TIME = 16;

  private final PublicApi api;
  private final ApplicationToken application;
  private final Ledger ledger;
  private final Instant tracedAt;

  /**
   * @param tracedAt the end of the window, in the trace's time
   */
  public ReadBack(PublicApi api, ApplicationToken application, Ledger ledger, Instant tracedAt) {
    this.api = api;
    this.application = application;
    this.ledger = ledger;
    this.tracedAt = tracedAt;
  }

  /** Everything that is not as acknowledged; a session that cannot be read has lost all. */
  public List<Finding> compare(Collection<MailSession> sessions) throws InterruptedException {
    Semaphore places = new Semaphore(AT_A_TIME);
    List<CompletableFuture<List<Finding>>> comparisons = new ArrayList<>();
    for (MailSession session : sessions) {
      places.acquire();
      comparisons.add(compare(session).whenComplete((_, _) -> places.release()));
    }
    List<Finding> findings = new ArrayList<>();
    comparisons.forEach(comparison -> findings.addAll(comparison.join()));
    return findings;
  }

  private CompletableFuture<List<Finding>> compare(MailSession session) {
    Call all = new Call.Rebuild(List.of(DemoArea.values()));
    return application
        .get()
        .thenCompose(token -> api.call(session, all, token, tracedAt))
        .handle((reply, _) -> reply == null ? Map.<DemoArea, Found>of() : read(reply))
        .thenApply(areas -> compare(session, areas));
  }

  private static Map<DemoArea, Found> read(Reply reply) {
    boolean proven = !reply.stale() && !Answers.hasStaleArea(reply.body());
    return reply.status() == 200 && proven ? Answers.areas(reply.body()) : Map.of();
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
