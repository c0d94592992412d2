package dev.kintsugi.gateway.app;

import dev.kintsugi.core.SessionId;
import dev.kintsugi.kit.Json;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/** What all stub nodes share, as real ones share the log: sessions, versions, used keys. */
final class StubStore {

  record Answer(int status, String body, long version) {
    static Answer problem(int status) {
      return new Answer(
          status,
          "{\"type\":\"about:blank\",\"status\":%d,\"outcome\":\"refused\"}".formatted(status),
          0);
    }
  }

  private static final class Shard {
    private long version;
    private ObjectNode attributes = Json.MAPPER.createObjectNode();
  }

  private static final class Session {
    private final String user;
    private final Map<String, Shard> areas = new TreeMap<>();
    private final String grant;
    private boolean ended;

    Session(String user, String grant) {
      this.user = user;
      this.grant = grant;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<SessionId, Session> sessions = new HashMap<>();
  private final Map<String, Answer> byKey = new HashMap<>();
  private long appends;

  private <T> T locked(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      changed.signalAll();
      lock.unlock();
    }
  }

  long appends() {
    return locked(() -> appends);
  }

  /** Carries a write out once per key. */
  Answer once(String key, Supplier<Answer> write) {
    return locked(() -> {
      Answer known = byKey.get(key);
      if (known == null) {
        known = write.get();
        byKey.put(key, known);
      }
      return known;
    });
  }

  Answer create(SessionId id, ObjectNode body) {
    return locked(() -> {
      Session session =
          new Session(body.path("userId").asString(""), body.path("grantId").asString(""));
      body.path("areas")
          .properties()
          .forEach(area -> {
            Shard shard = new Shard();
            shard.version = 1;
            shard.attributes = (ObjectNode) area.getValue().deepCopy();
            session.areas.put(area.getKey(), shard);
          });
      sessions.put(id, session);
      return new Answer(201, facts(id, session), 1);
    });
  }

  private static String facts(SessionId id, Session session) {
    ObjectNode facts = Json.MAPPER.createObjectNode();
    facts.put("sessionId", id.toString());
    facts.put("userId", session.user);
    if (!session.grant.isEmpty()) {
      facts.put("grantId", session.grant);
    }
    return facts.toString();
  }

  private Optional<Session> living(SessionId id) {
    return Optional.ofNullable(sessions.get(id)).filter(session -> !session.ended);
  }

  Answer read(SessionId id) {
    return locked(() ->
        living(id)
            .map(session -> new Answer(200, facts(id, session), 1))
            .orElse(Answer.problem(404)));
  }

  Answer end(SessionId id) {
    return locked(() -> {
      if (living(id).isEmpty()) {
        return Answer.problem(404);
      }
      sessions.get(id).ended = true;
      return new Answer(204, "", 0);
    });
  }

  List<String> ofUser(String user) {
    return locked(() ->
        sessions.entrySet().stream()
            .filter(entry -> entry.getValue().user.equals(user) && !entry.getValue().ended)
            .map(entry -> facts(entry.getKey(), entry.getValue()))
            .toList());
  }

  Answer read(SessionId id, String area) {
    return locked(() ->
        living(id)
            .flatMap(session -> Optional.ofNullable(session.areas.get(area)))
            .map(StubStore::answer)
            .orElse(Answer.problem(404)));
  }

  private static Answer answer(Shard shard) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("version", shard.version);
    body.set("attributes", shard.attributes);
    return new Answer(200, body.toString(), shard.version);
  }

  /** Replaces or, with {@code patch}, merges; {@code ifMatch} as the header stands. */
  Answer write(
      SessionId id, String area, ObjectNode body, boolean patch, Optional<String> ifMatch) {
    return locked(() -> {
      Optional<Session> session = living(id);
      if (session.isEmpty()) {
        return Answer.problem(404);
      }
      Shard shard = session.get().areas.computeIfAbsent(area, name -> new Shard());
      if (ifMatch.isPresent() && !ifMatch.get().equals("\"" + shard.version + "\"")) {
        return Answer.problem(412);
      }
      if (patch) {
        shard.attributes.setAll(body);
      } else {
        shard.attributes = body;
      }
      shard.version++;
      appends++;
      return answer(shard);
    });
  }

  /** Waits until the area's version differs from {@code after}, at most {@code wait}. */
  Answer changes(SessionId id, String area, long after, Duration wait) {
    long left = wait.toNanos();
    lock.lock();
    try {
      while (true) {
        Answer now = read(id, area);
        if (now.version() != after || living(id).isEmpty()) {
          return now;
        }
        if (left <= 0) {
          return new Answer(204, "", now.version());
        }
        left = changed.awaitNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(500)));
        if (left <= 0) {
          return new Answer(204, "", now.version());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.problem(503);
    } finally {
      lock.unlock();
    }
  }
}
