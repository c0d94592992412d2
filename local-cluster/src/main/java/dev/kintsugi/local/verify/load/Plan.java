package dev.kintsugi.local.verify.load;

import dev.kintsugi.local.verify.check.Kind;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * The requests of a run, one after another without end, each with the time at which it is to be
 * sent: a fixed schedule with jitter, made from a seed. It knows nothing of answers. Not
 * thread-safe.
 */
final class Plan {

  private static final long SECOND = 1_000_000_000L;
  private static final long LEAST_REPEAT_NANOS = 20_000_000L;
  private static final long MOST_REPEAT_NANOS = 3 * SECOND;

  private final SplittableRandom random;
  private final Mixture mixture;
  private final int sessions;
  private final int mortals;
  private final double intervalNanos;
  private final double probeNanos;
  private final PriorityQueue<Planned> repeats =
      new PriorityQueue<>(Comparator.comparingLong(Planned::intendedNanos));
  private long requests;
  private long probes;
  private int nextValue;
  private int signedOut;

  /**
   * @param rate requests per second through the gateway
   * @param sessions those that live on, numbered from 0
   * @param mortals those that may be signed out, numbered after them
   * @param firstValue of the writes; each gets the next
   */
  Plan(long seed, double rate, int sessions, int mortals, int firstValue, Mixture mixture) {
    this.random = new SplittableRandom(seed);
    this.mixture = mixture;
    this.sessions = sessions;
    this.mortals = mortals;
    this.nextValue = firstValue;
    this.intervalNanos = SECOND / rate;
    this.probeNanos = mixture.probesPerSecond() > 0 ? SECOND / mixture.probesPerSecond() : 0;
  }

  /** The next request; its time is never before that of the one before it by more than jitter. */
  Planned next() {
    double request = (requests + 1) * intervalNanos;
    double probe = (probes + 1) * probeNanos;
    if (probeNanos > 0 && probe < request) {
      probes++;
      return probe((long) probe);
    }
    requests++;
    long at = (long) (request + (random.nextDouble() - 0.5) * intervalNanos);
    Planned repeat = repeats.peek();
    return repeat != null && repeat.intendedNanos() <= at ? again(repeats.remove(), at) : ask(at);
  }

  /** The value that the next write would get. */
  int nextValue() {
    return nextValue;
  }

  private Planned probe(long at) {
    boolean write = random.nextBoolean();
    return new Planned(
        at,
        write ? Kind.WRITE : Kind.READ,
        -1,
        session(),
        random.nextInt(Areas.COUNT),
        false,
        write,
        write ? nextValue++ : 0);
  }

  private static Planned again(Planned first, long at) {
    return new Planned(
        at,
        first.kind(),
        first.via(),
        first.session(),
        first.area(),
        first.guarded(),
        first.keyed(),
        first.value());
  }

  private Planned ask(long at) {
    double kind = random.nextDouble();
    double second = at / (double) SECOND;
    if (signedOut < mortals && signedOut < second * mixture.signOutsPerSecond()) {
      return read(at, Kind.SIGN_OUT, sessions + signedOut++);
    }
    if (kind < mixture.foreign()) {
      return read(at, Kind.READ_FOREIGN, session());
    }
    kind -= mixture.foreign();
    if (kind < mixture.endedReads() && signedOut > 0) {
      return read(at, Kind.READ_ENDED, sessions + random.nextInt(signedOut));
    }
    kind -= mixture.endedReads();
    return kind < mixture.writes() ? write(at, kind) : read(at, Kind.READ, session());
  }

  private Planned read(long at, Kind kind, int session) {
    int area = kind == Kind.SIGN_OUT ? 0 : random.nextInt(Areas.COUNT);
    return new Planned(at, kind, 0, session, area, false, false, 0);
  }

  private Planned write(long at, double kind) {
    boolean guarded = kind < mixture.guarded();
    boolean keyed = !guarded && kind < mixture.guarded() + mixture.keyed();
    Planned write =
        new Planned(
            at, Kind.WRITE, 0, session(), random.nextInt(Areas.COUNT), guarded, keyed, nextValue++);
    if (keyed && random.nextDouble() < mixture.repeated()) {
      repeats.add(again(write, at + random.nextLong(LEAST_REPEAT_NANOS, MOST_REPEAT_NANOS)));
    }
    return write;
  }

  private int session() {
    int hot = mixture.hotSessions();
    return hot > 0 && random.nextBoolean() ? random.nextInt(hot) : random.nextInt(sessions);
  }
}
