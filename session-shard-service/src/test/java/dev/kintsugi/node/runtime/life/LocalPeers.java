package dev.kintsugi.node.runtime.life;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.runtime.ShardStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The owner of all slots is this node. */
public record LocalPeers(ShardStore store, Areas areas) implements Peers {

  @Override
  public CompletableFuture<Written> create(
      SessionId session,
      Area area,
      ApplicationId application,
      Optional<UserId> user,
      Content content,
      String key,
      Deadline deadline) {
    Change change = new Change.Create(application, user, content, Optional.empty());
    return write(session, area, change, key, deadline);
  }

  @Override
  public CompletableFuture<Written> end(
      SessionId session,
      Area area,
      ApplicationId application,
      Optional<UserId> user,
      String key,
      Deadline deadline) {
    return write(session, area, new Change.End(application, user), key, deadline);
  }

  private CompletableFuture<Written> write(
      SessionId session, Area area, Change change, String key, Deadline deadline) {
    Request.Write write =
        new Request.Write(
            areas.slotOf(area, session),
            new ShardKey(session, area),
            RequestKeys.of("peer", key, List.of()),
            change,
            Optional.empty());
    return store
        .submit(write, deadline.left())
        .thenApply(answer -> {
          boolean done =
              answer instanceof Answer.Applied
                  || (answer instanceof Answer.Refused(Refusal why, Position _)
                      && why == Refusal.ENDED);
          return done ? Written.DONE : Written.UNKNOWN;
        });
  }

  @Override
  public CompletableFuture<Optional<Heard>> heard(SessionId session, Area area, Deadline deadline) {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  @Override
  public CompletableFuture<Map<SessionId, Touching.Noted>> report(
      Map<SessionId, Duration> ago, Deadline deadline) {
    return CompletableFuture.completedFuture(Map.of());
  }

  @Override
  public CompletableFuture<Standing> standing(SessionId session, Deadline deadline) {
    return CompletableFuture.completedFuture(new Standing.Silent());
  }
}
