package dev.kintsugi.node.runtime.life;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.runtime.ShardStore;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/** What tests of a single session's life need, without the rules of a store. */
final class OneSession {

  static final Areas AREAS = ShardWorld.AREAS;
  static final SessionId ID = SessionId.of(new PlacementKey(5), 1, 2);
  static final Position POSITION =
      new Position(AREAS.slotOf(Area.SESSION, ID), new Epoch(1, 1), 42);
  static final Answer ABSENT = new Answer.Absent(POSITION);

  private OneSession() {}

  /** A store that answers as it is told. */
  static ShardStore store(Function<Request, CompletableFuture<Answer>> answers) {
    return new ShardStore() {
      @Override
      public CompletableFuture<Answer> submit(Request request, Duration patience) {
        return answers.apply(request);
      }

      @Override
      public MapVersion mapVersion() {
        return MapVersion.NONE;
      }
    };
  }

  /** Answers that are given later, in the order in which they were asked for. Thread-safe. */
  static final class Later<T> {
    private final ConcurrentLinkedQueue<CompletableFuture<T>> open = new ConcurrentLinkedQueue<>();

    CompletableFuture<T> ask() {
      CompletableFuture<T> answer = new CompletableFuture<>();
      add(answer);
      return answer;
    }

    void add(CompletableFuture<T> asked) {
      open.add(asked);
    }

    int waiting() {
      return open.size();
    }

    /** Gives the next answer; whether somebody waited for one. */
    boolean give(T answer) {
      CompletableFuture<T> next = open.poll();
      return next != null && next.complete(answer);
    }
  }

  /** Peers that do nothing but what a test overrides. */
  static class NoPeers implements Peers {
    @Override
    public CompletableFuture<Written> create(
        SessionId session,
        Area area,
        ApplicationId application,
        Optional<UserId> user,
        Content content,
        String key,
        Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Written> end(
        SessionId session,
        Area area,
        ApplicationId application,
        Optional<UserId> user,
        String key,
        Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Optional<Heard>> heard(
        SessionId session, Area area, Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Map<SessionId, Touching.Noted>> report(
        Map<SessionId, Duration> ago, Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Standing> standing(SessionId session, Deadline deadline) {
      throw new UnsupportedOperationException();
    }
  }
}
