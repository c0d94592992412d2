package dev.kintsugi.node.runtime.life;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.adapter.json.JsonMergePatch;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.Leniency;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.domain.WriteRules;
import dev.kintsugi.node.runtime.ShardStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The slots of a whole deployment in memory, under the domain's own rules: each slot has one owner
 * at a time, and every request may fail before or after its effect. Synchronous; deterministic for
 * a seed. Thread-safe by one lock.
 */
public final class ShardWorld {

  public static final Areas AREAS =
      Areas.of(
          List.of(
              new AreaPolicy(Area.SESSION, 4, 2, 1000),
              new AreaPolicy(new Area("mailbox-list"), 4, 2, 1000),
              new AreaPolicy(new Area("settings"), 4, 2, 1000)));

  private static final JsonMergePatch MERGE = new JsonMergePatch();

  private final Map<ShardKey, Shard> shards = new HashMap<>();
  private final Map<SlotId, String> owners = new HashMap<>();
  private final Random random;

  /** Of each request to fail, 0 to 1. */
  public double failures;

  /** Owners cannot reach the log: they prove nothing and write nothing. */
  public boolean logsLost;

  /** How many sessions a user may have; 0: any number. */
  public int sessionsPerUser;

  /** Slots whose owners do not answer. */
  public final Set<SlotId> away = ConcurrentHashMap.newKeySet();

  /** Sessions of which no record can be read. */
  public final Set<SessionId> unreadable = ConcurrentHashMap.newKeySet();

  /** Nobody has memory left for new sessions. */
  public boolean nearlyFull;

  /** What an area's owner has heard. */
  public interface Hearing {
    Optional<Peers.Heard> of(SessionId session, Area area);
  }

  /** All owners have been there for ever and heard nothing, at first. */
  public Hearing hearing =
      (_, _) -> Optional.of(new Peers.Heard(Optional.empty(), Duration.ofDays(1000)));

  public Instant now = Instant.parse("2026-11-23T10:30:00Z");

  public ShardWorld(long seed) {
    this.random = new Random(seed);
  }

  public Clock clock() {
    return new Clock() {
      @Override
      public Instant instant() {
        return now;
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }

  /** Gives a slot to a node; all belong to "a" at first. */
  public synchronized void give(SlotId slot, String node) {
    owners.put(slot, node);
  }

  public synchronized Optional<Shard> shard(SessionId session, Area area) {
    return Optional.ofNullable(shards.get(new ShardKey(session, area)));
  }

  public synchronized List<SessionId> sessionsIn(SessionFacts.State state) {
    List<SessionId> found = new ArrayList<>();
    shards.forEach((key, shard) -> {
      if (shard.facts().filter(facts -> facts.state() == state).isPresent()) {
        found.add(key.session());
      }
    });
    return found;
  }

  /** The store of one node. */
  public ShardStore store(String node) {
    return new ShardStore() {
      @Override
      public CompletableFuture<Answer> submit(Request request, Duration patience) {
        return CompletableFuture.completedFuture(answer(node, request));
      }

      @Override
      public MapVersion mapVersion() {
        return new MapVersion(new Epoch(1, 1), 7);
      }
    };
  }

  private synchronized Answer answer(String node, Request request) {
    Position position = new Position(request.slot(), new Epoch(1, 1), 42);
    if (!owners.getOrDefault(request.slot(), "a").equals(node)) {
      return request instanceof Request.Read read && read.leniency() instanceof Leniency.FromStandby
          ? stale(read, Refusal.NOT_OWNER, position)
          : new Answer.Refused(Refusal.NOT_OWNER, position);
    }
    if (away.contains(request.slot())) {
      return new Answer.Refused(Refusal.UNAVAILABLE, position);
    }
    if (logsLost) {
      return request instanceof Request.Read read
          ? stale(read, Refusal.UNAVAILABLE, position)
          : new Answer.Refused(Refusal.UNAVAILABLE, position);
    }
    if (random.nextDouble() < failures / 2) {
      return new Answer.Refused(Refusal.UNAVAILABLE, position);
    }
    return switch (request) {
      case Request.Read read -> found(read.key(), position);
      case Request.LastReadable read -> found(read.key(), position);
      case Request.Watch watch -> found(watch.key(), position);
      case Request.ListSessions list -> sessions(list, position);
      case Request.Write write -> {
        Answer answer = write(write, position);
        yield random.nextDouble() < failures / 2 ? new Answer.Unknown(position) : answer;
      }
    };
  }

  private Answer stale(Request.Read read, Refusal otherwise, Position position) {
    Shard shard = shards.get(read.key());
    return shard != null && shard.lives() && read.leniency().takes(position.nextOffset())
        ? new Answer.Stale(shard, position)
        : new Answer.Refused(otherwise, position);
  }

  private Answer found(ShardKey key, Position position) {
    Shard shard = shards.get(key);
    return shard == null ? new Answer.Absent(position) : new Answer.Found(shard, position);
  }

  private Answer sessions(Request.ListSessions list, Position position) {
    TreeMap<SessionId, Shard> living = new TreeMap<>();
    shards.forEach((key, shard) -> {
      if (key.area().equals(Area.SESSION)
          && shard.application().equals(list.application())
          && shard.user().equals(Optional.of(list.user()))
          && (Lives.lives(shard) || (list.toEnd() && Lives.isEnding(shard)))) {
        living.put(key.session(), shard);
      }
    });
    return new Answer.Sessions(
        living,
        unreadable.stream()
            .filter(id -> list.toEnd() && id.placement().equals(list.placement()))
            .toList(),
        position);
  }

  private Answer write(Request.Write write, Position position) {
    AreaPolicy policy = AREAS.require(write.key().area());
    Optional<Shard> base = Optional.ofNullable(shards.get(write.key()));
    return switch (new WriteRules(policy, MERGE).decide(base, write, now)) {
      case WriteRules.Decision.Append _ when nearlyFull && isNewSession(write) ->
          new Answer.Refused(Refusal.NEARLY_FULL, position);
      case WriteRules.Decision.Append _ when isSurplus(write) ->
          new Answer.Refused(Refusal.TOO_MANY_SESSIONS, position);
      case WriteRules.Decision.Append(Shard shard) -> {
        shards.put(write.key(), shard);
        yield new Answer.Applied(shard.version(), false, shard, position);
      }
      case WriteRules.Decision.Repeat(ShardVersion version) ->
          new Answer.Applied(version, true, base.orElseThrow(), position);
      case WriteRules.Decision.Refuse(Refusal why) -> new Answer.Refused(why, position);
    };
  }

  private static boolean isNewSession(Request.Write write) {
    return write.change() instanceof Change.Create && write.key().area().equals(Area.SESSION);
  }

  private boolean isSurplus(Request.Write write) {
    return sessionsPerUser > 0
        && isNewSession(write)
        && sessionsIn(SessionFacts.State.LIVE).size() >= sessionsPerUser;
  }

  /** The owners of all slots, as any node reaches them. */
  public Peers peers() {
    return new Peers() {
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
        return write(session, area, change, key, content.toString());
      }

      @Override
      public CompletableFuture<Written> end(
          SessionId session,
          Area area,
          ApplicationId application,
          Optional<UserId> user,
          String key,
          Deadline deadline) {
        return write(session, area, new Change.End(application, user), key, "");
      }

      private CompletableFuture<Written> write(
          SessionId session, Area area, Change change, String key, String asked) {
        Request.Write write =
            new Request.Write(
                AREAS.slotOf(area, session),
                new ShardKey(session, area),
                RequestKeys.of("peer", key, List.of(RequestKeys.utf8(asked))),
                change,
                Optional.empty());
        return CompletableFuture.completedFuture(written(ownerAnswers(write)));
      }

      @Override
      public CompletableFuture<Optional<Heard>> heard(
          SessionId session, Area area, Deadline deadline) {
        return CompletableFuture.completedFuture(hearing.of(session, area));
      }

      @Override
      public CompletableFuture<Map<SessionId, Touching.Noted>> report(
          Map<SessionId, Duration> ago, Deadline deadline) {
        SlotId slot = AREAS.slotOf(Area.SESSION, ago.keySet().iterator().next());
        return new Touching(store(owners.getOrDefault(slot, "a")), AREAS, clock())
            .report(ago, deadline);
      }

      @Override
      public CompletableFuture<Standing> standing(SessionId session, Deadline deadline) {
        Request.Read read =
            new Request.Read(
                AREAS.slotOf(Area.SESSION, session), new ShardKey(session, Area.SESSION));
        return CompletableFuture.completedFuture(
            switch (ownerAnswers(read)) {
              case Answer.Found(Shard shard, Position _) ->
                  Lives.lives(shard)
                      ? new Standing.Alive(shard.application(), shard.user())
                      : new Standing.Gone();
              case Answer.Absent _ -> new Standing.Gone();
              case Answer.Stale _,
                  Answer.Applied _,
                  Answer.Refused _,
                  Answer.Unknown _,
                  Answer.Sessions _ ->
                  new Standing.Silent();
            });
      }
    };
  }

  private synchronized Answer ownerAnswers(Request request) {
    return answer(owners.getOrDefault(request.slot(), "a"), request);
  }

  private static Peers.Written written(Answer answer) {
    return switch (answer) {
      case Answer.Applied _ -> Peers.Written.DONE;
      case Answer.Refused(Refusal why, Position _) ->
          switch (why) {
            case ENDED -> Peers.Written.DONE;
            case KEY_REUSED -> Peers.Written.KEY_REUSED;
            case TOO_LARGE -> Peers.Written.TOO_LARGE;
            case ALREADY_THERE, CONFLICT, NO_SHARD, VERSION_MISMATCH -> Peers.Written.CONFLICT;
            case FORBIDDEN,
                TOO_MANY_REQUESTS,
                TOO_MANY_SESSIONS,
                NEARLY_FULL,
                QUARANTINED,
                NOT_OWNER,
                UNAVAILABLE ->
                Peers.Written.UNKNOWN;
          };
      case Answer.Unknown _, Answer.Found _, Answer.Stale _, Answer.Absent _, Answer.Sessions _ ->
          Peers.Written.UNKNOWN;
    };
  }
}
