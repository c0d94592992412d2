package dev.kintsugi.local.verify.load;

import dev.kintsugi.local.verify.check.Answer;
import dev.kintsugi.local.verify.check.Fate;
import dev.kintsugi.local.verify.check.Found;
import dev.kintsugi.local.verify.check.History;
import dev.kintsugi.local.verify.check.Kind;
import dev.kintsugi.local.verify.check.Request;
import dev.kintsugi.local.verify.wire.Response;
import dev.kintsugi.local.verify.wire.Wire;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An open loop: sends each request of a plan at its time, whatever came of those before it, and
 * records all of them. Runs once, on one thread; may be told to stop from others.
 */
public final class LoadClient {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** A probe waits on a node that stands still, and is answered when that goes on. */
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(30);

  private static final int MOST_CONNECTIONS = 8_000;
  private static final int MOST_AHEAD = 1_000;
  private static final int SECONDS_AHEAD = 3;
  private static final long MILLI = 1_000_000L;

  /**
   * Where probes go: straight to one node, about shards that it owned when the map was looked at.
   *
   * @param node its number, from 1; 0: nowhere
   */
  public record Probing(int node, List<Integer> shards) {
    /** Nobody is probed. */
    public static final Probing NONE = new Probing(0, List.of());

    public Probing {
      shards = List.copyOf(shards);
    }
  }

  private final Sessions sessions;
  private final Tokens tokens;
  private final Plan plan;
  private final History history;
  private final Calls[] calls;
  private final List<Wire.Target> targets;
  private final long originNanos;
  private final String keys;
  private final long[] known;
  private final AtomicLong latestSendNanos = new AtomicLong();
  private final double probesPerSecond;
  private volatile boolean stopped;
  private volatile Probing probing = Probing.NONE;

  /**
   * What is asked, and how often.
   *
   * @param rate requests per second
   * @param firstValue of the writes; larger than any of earlier runs
   * @param keys what idempotency keys begin with
   */
  public record Load(long seed, double rate, Mixture mixture, int firstValue, String keys) {}

  /**
   * @param nodes for probes, node 1 first
   * @param history to which everything is added
   * @param before the shards as they are now
   * @param originNanos when the run begins, by {@link System#nanoTime}
   */
  public LoadClient(
      URI gateway,
      List<URI> nodes,
      Sessions sessions,
      Tokens tokens,
      Load load,
      History history,
      Map<Integer, Found> before,
      long originNanos) {
    this.sessions = sessions;
    this.tokens = tokens;
    this.plan =
        new Plan(
            load.seed(),
            load.rate(),
            sessions.lasting(),
            sessions.mortals(),
            load.firstValue(),
            load.mixture());
    this.probesPerSecond = load.mixture().probesPerSecond();
    this.history = history;
    this.originNanos = originNanos;
    this.keys = load.keys();
    this.calls = new Calls[nodes.size() + 1];
    this.targets = new ArrayList<>();
    calls[0] = new Calls(gateway.getAuthority());
    targets.add(new Wire.Target(gateway, TIMEOUT));
    for (int i = 0; i < nodes.size(); i++) {
      calls[i + 1] = new Calls(nodes.get(i).getAuthority());
      targets.add(new Wire.Target(nodes.get(i), PROBE_TIMEOUT));
    }
    this.known = new long[Areas.shard(sessions.lasting() + sessions.mortals(), 0)];
    before.forEach((shard, found) -> known[shard] = found.version());
  }

  /** From now on probes go there. */
  public void probe(Probing where) {
    probing = where;
  }

  /** No request is sent any more; {@link #run} returns when all are answered or given up. */
  public void stop() {
    stopped = true;
  }

  /** The value that a write of the next run may have first; to be asked when this one is over. */
  public int nextValue() {
    return plan.nextValue();
  }

  /** By how much the latest request was sent after its time, through the client's own fault. */
  public Duration latestSend() {
    return Duration.ofNanos(latestSendNanos.get());
  }

  /** Sends until stopped. */
  public void run() {
    try (Wire wire = new Wire(targets, MOST_CONNECTIONS)) {
      Planned next = plan.next();
      Probing last = probing;
      while (!stopped) {
        if (!probing.equals(last)) {
          // What waits in a connection that the node knows already is what it answers first.
          last = probing;
          wire.open(last.node(), (int) Math.min(MOST_AHEAD, probesPerSecond * SECONDS_AHEAD));
        }
        long left = next.intendedNanos() - (System.nanoTime() - originNanos);
        if (left <= 0) {
          send(wire, next);
          next = plan.next();
        }
        wire.poll(left > MILLI ? Math.min(left / MILLI, 50) : left > MILLI / 4 ? 1 : 0);
      }
      while (wire.underWay() > 0) {
        wire.poll(10);
      }
    }
  }

  private void send(Wire wire, Planned planned) {
    Probing where = probing;
    int via = planned.via() == 0 ? 0 : where.node();
    int shard = planned.shard();
    if (planned.via() != 0) {
      if (where.node() == 0 || where.shards().isEmpty()) {
        return;
      }
      shard = where.shards().get(shard % where.shards().size());
    }
    long ifMatch = planned.guarded() ? known[shard] : -1;
    byte[] bytes = bytes(planned, via, shard, ifMatch);
    long sent = System.nanoTime() - originNanos;
    if (planned.via() == 0) {
      latestSendNanos.accumulateAndGet(sent - planned.intendedNanos(), Math::max);
    }
    int id =
        history.sent(
            new Request(
                planned.kind(),
                via,
                shard,
                planned.value(),
                ifMatch,
                planned.intendedNanos(),
                sent));
    wire.send(via, bytes, new Recorder(id, planned.kind(), shard));
  }

  private byte[] bytes(Planned planned, int via, int shard, long ifMatch) {
    int session = shard / Areas.COUNT;
    int area = shard % Areas.COUNT;
    String id = sessions.id(session);
    return switch (planned.kind()) {
      case READ -> calls[via].read(id, area, ownToken(session));
      case READ_ENDED -> calls[via].read(id, area, tokens.application());
      case READ_FOREIGN -> calls[via].read(id, area, strangersToken(session));
      case SIGN_OUT -> calls[via].signOut(id, tokens.application());
      case WRITE -> {
        String key = planned.keyed() ? keys + planned.value() : "";
        yield calls[via].write(id, area, planned.value(), ifMatch, key, tokens.application());
      }
    };
  }

  /** Of the user where that has one, else of the application. */
  private String ownToken(int session) {
    return session < tokens.users() ? tokens.user(session) : tokens.application();
  }

  private String strangersToken(int session) {
    int stranger = session % tokens.users();
    return tokens.user(stranger == session ? (stranger + 1) % tokens.users() : stranger);
  }

  private final class Recorder implements Wire.Listener {
    private final int id;
    private final Kind kind;
    private final int shard;

    Recorder(int id, Kind kind, int shard) {
      this.id = id;
      this.kind = kind;
      this.shard = shard;
    }

    @Override
    public void answered(Response response, long nanos) {
      String user = sessions.user(shard / Areas.COUNT);
      Answer answer = Answers.of(kind, response, user, nanos - originNanos);
      history.answered(id, answer);
      if (answer.fate() == Fate.DONE && answer.version() > known[shard]) {
        known[shard] = answer.version();
      }
    }

    @Override
    public void failed(String why, long nanos) {
      history.answered(id, Answer.none(nanos - originNanos));
    }
  }
}
