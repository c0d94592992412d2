package dev.kintsugi.node.domain;

import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Clients that read and write, repeat what was not answered, and keep a history. */
final class SimClients {

  private static final long PATIENCE_NANOS = Duration.ofSeconds(2).toNanos();

  /** What is known of one write. */
  static final class WriteRecord {
    final SessionId session;
    final RequestKey key;
    Optional<ShardVersion> acked = Optional.empty();
    boolean everUnknown;
    boolean refusedForGood;

    WriteRecord(SessionId session, RequestKey key) {
      this.session = session;
      this.key = key;
    }
  }

  final List<WriteRecord> writes = new ArrayList<>();
  final List<String> violations = new ArrayList<>();
  int reads;

  private final SimWorld world;
  private final Map<SessionId, ShardVersion> seen = new HashMap<>();
  private long nextKey = 1;

  SimClients(SimWorld world) {
    this.world = world;
  }

  void start(int clients) {
    for (int i = 0; i < clients; i++) {
      world.after(world.millis(0, 50), this::next);
    }
  }

  private void next() {
    SessionId session = SimWorld.session(world.random.nextInt(3));
    if (world.random.nextInt(3) == 0) {
      read(session);
    } else {
      WriteRecord write = new WriteRecord(session, new RequestKey(7, nextKey, nextKey * 31));
      nextKey++;
      writes.add(write);
      write(write, change(write.key.low()), 0);
    }
  }

  private Change change(long number) {
    if (world.random.nextInt(4) == 0) {
      return new Change.Create(
          SimWorld.APPLICATION,
          Optional.of(SimWorld.USER),
          Content.EMPTY,
          Optional.of(
              new SessionFacts(
                  SessionFacts.State.LIVE,
                  Instant.EPOCH,
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty())));
    }
    TreeMap<String, String> patch = new TreeMap<>();
    patch.put("a" + number % 5, Long.toString(number));
    return new Change.Merge(patch);
  }

  private void again() {
    world.after(world.millis(1, 30), this::next);
  }

  private void read(SessionId session) {
    reads++;
    ShardVersion atLeast = seen.getOrDefault(session, ShardVersion.NONE);
    boolean[] answered = {false};
    Runnable lost =
        () -> {
          if (!answered[0]) {
            answered[0] = true;
            again();
          }
        };
    world.after(PATIENCE_NANOS, lost);
    world
        .anyNode()
        .submit(
            new Request.Read(SimWorld.SLOT, new ShardKey(session, dev.kintsugi.core.Area.SESSION)),
            PATIENCE_NANOS,
            answer -> {
              if (answered[0]) {
                return;
              }
              answered[0] = true;
              switch (answer) {
                case Answer.Found found -> sawByRead(session, found.shard().version(), atLeast);
                case Answer.Absent _ -> sawByRead(session, ShardVersion.NONE, atLeast);
                case Answer.Stale _,
                    Answer.Refused _,
                    Answer.Unknown _,
                    Answer.Applied _,
                    Answer.Sessions _ -> {}
              }
              again();
            });
  }

  private void sawByRead(SessionId session, ShardVersion version, ShardVersion atLeast) {
    if (atLeast.exceeds(version)) {
      violations.add(
          "stale read of " + session + ": " + version + " after " + atLeast + " was known");
    }
    saw(session, version);
  }

  private void saw(SessionId session, ShardVersion version) {
    seen.merge(session, version, (a, b) -> a.exceeds(b) ? a : b);
  }

  private void write(WriteRecord write, Change change, int attempt) {
    boolean[] answered = {false};
    ShardVersion atLeast = seen.getOrDefault(write.session, ShardVersion.NONE);
    world.after(
        PATIENCE_NANOS,
        () -> {
          if (!answered[0]) {
            answered[0] = true;
            write.everUnknown = true;
            repeat(write, change, attempt);
          }
        });
    world
        .anyNode()
        .submit(
            new Request.Write(
                SimWorld.SLOT,
                new ShardKey(write.session, dev.kintsugi.core.Area.SESSION),
                write.key,
                change,
                Optional.empty()),
            PATIENCE_NANOS,
            answer -> {
              if (!answered[0]) {
                answered[0] = true;
                answered(write, change, attempt, answer, atLeast);
              }
            });
  }

  private void answered(
      WriteRecord write, Change change, int attempt, Answer answer, ShardVersion atLeast) {
    switch (answer) {
      case Answer.Applied applied -> {
        write.acked = Optional.of(applied.version());
        saw(write.session, applied.version());
        again();
      }
      case Answer.Unknown _ -> {
        write.everUnknown = true;
        repeat(write, change, attempt);
      }
      case Answer.Refused(Refusal why, Position _) -> {
        boolean later = why == Refusal.NOT_OWNER || why == Refusal.UNAVAILABLE;
        if (why == Refusal.NO_SHARD && atLeast.exceeds(ShardVersion.NONE)) {
          violations.add("a write found no shard after " + atLeast + " was known");
        }
        if (later) {
          repeat(write, change, attempt);
        } else {
          write.refusedForGood = !write.everUnknown;
          again();
        }
      }
      case Answer.Found _, Answer.Stale _, Answer.Absent _, Answer.Sessions _ ->
          violations.add("a write was answered with " + answer);
    }
  }

  private void repeat(WriteRecord write, Change change, int attempt) {
    if (attempt > 40 || (attempt > 2 && world.random.nextInt(20) == 0)) {
      write.refusedForGood = !write.everUnknown;
      again();
    } else {
      world.after(world.millis(1, 20), () -> write(write, change, attempt + 1));
    }
  }
}
