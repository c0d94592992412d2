package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.SlotId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What each slot is asked for, from what their owners report. Followers keep it as well, so that a
 * new leader need not begin at nothing. Hearing costs O(slots of the node) once a second, passing
 * time O(slots) once a second. Not thread-safe.
 */
final class Loads {

  /*
   * What is averaged is each slot's share of all requests, not its requests: when everybody does
   * more, nothing is to be moved, however slowly averages follow. Two averages are kept of each
   * share. The long one is the mean of all that was seen, each second weighing as much as it had
   * requests, up to LONG, then forgets exponentially; its error falls with the square root of the
   * requests seen, so that under a steady load the estimates come to rest. The short one follows;
   * where the two differ by more than chance allows (Poisson, 5 standard deviations), for one slot
   * or for all of one node, the load has changed and the long one begins anew from the short one: a
   * comparison of a long and a short window [1].
   *
   * [1] Basseville, Nikiforov, Detection of Abrupt Changes, 1993, chapter 2.
   */

  /** Longer: plans rest on older loads; shorter: they chase chance. */
  private static final double LONG = 600;

  private static final double SHORT = 10;

  /** What the short average and the node's own one have seen, in seconds, as good as. */
  private static final double SEEN_BY_SHORT = 2 * (SHORT + 14.4);

  private static final double SURPRISING = 5;

  /** A change smaller than this part of what a slot or a node had matters to nobody. */
  private static final double RELEVANT = 0.1;

  /** Of what a node has on average; a slot that changes by less unsettles nobody. */
  private static final double FELT = 0.01;

  /** A new owner's own average begins anew; until then the last one's word stands. */
  private static final long WARM_UP_NANOS = Duration.ofSeconds(10).toNanos();

  /** Below this many requests per second in all it does not matter who serves them. */
  private static final double WORTHWHILE = 20;

  private static final long TICK_NANOS = Duration.ofSeconds(1).toNanos();

  /** Longer gaps between two looks are a stall of our own. */
  private static final double LONGEST_STEP = 5;

  private static final class Seen {
    Incarnation by;
    long sinceNanos;
    boolean rated;

    /** The rate is still what a former owner said. */
    boolean inherited;

    double rate;
    long sessions;
    long bytes;
    boolean begun;
    double longShare;
    double shortShare;
    double seconds;

    /** How many requests to all slots the long average rests on. */
    double evidence;

    Seen(Incarnation by, long sinceNanos) {
      this.by = by;
      this.sinceNanos = sinceNanos;
    }

    /** What chance alone makes of the long average. */
    double variance() {
      return evidence == 0 ? 0 : Math.max(longShare, 0) / evidence;
    }

    void average(double share, double requests, double step) {
      if (!begun) {
        begun = true;
        longShare = share;
        shortShare = share;
      }
      double kept = seconds < LONG ? 1 : 1 - step / LONG;
      seconds = Math.min(LONG, seconds + step);
      evidence = kept * evidence + requests * step;
      longShare += requests * step / evidence * (share - longShare);
      shortShare += (1 - Math.exp(-step / SHORT)) * (share - shortShare);
    }

    void beginAnew(double requests) {
      longShare = shortShare;
      seconds = Math.min(seconds, SEEN_BY_SHORT);
      evidence = Math.min(evidence, requests * SEEN_BY_SHORT);
    }
  }

  /** What one node's slots add up to. */
  private static final class Sum {
    double before;
    double difference;
    double variance;
  }

  private final Map<SlotId, Seen> slots = new HashMap<>();
  private final Map<Incarnation, Long> heardAtNanos = new HashMap<>();
  private long lastTickNanos;
  private boolean ticked;
  private double requests;
  private double listenedSeconds;
  private double measuredSeconds;
  private double steadySeconds;
  private Weights weights = Weights.EVEN;

  /** Takes in what a node says of the slots that it serves; of those it does not, others will. */
  void heard(Heartbeat heartbeat, Now now) {
    Long before = heardAtNanos.get(heartbeat.incarnation());
    if (before != null && now.since(before) < TICK_NANOS) {
      return;
    }
    heardAtNanos.put(heartbeat.incarnation(), now.nanos());
    heartbeat
        .slots()
        .forEach((slot, report) -> {
          if (report.role() == SlotReport.Role.SERVING) {
            take(slot, report, heartbeat.incarnation(), now);
          }
        });
  }

  private void take(SlotId slot, SlotReport report, Incarnation from, Now now) {
    Seen seen = slots.computeIfAbsent(slot, _ -> new Seen(from, now.nanos()));
    if (!seen.by.equals(from)) {
      seen.by = from;
      seen.sinceNanos = now.nanos();
      seen.inherited = seen.rated;
    }
    seen.sessions = report.shards();
    seen.bytes = report.bytes();
    if (!seen.inherited || now.since(seen.sinceNanos) >= WARM_UP_NANOS) {
      seen.rate = report.milliRequestsPerSecond() / 1_000.0;
      seen.rated = true;
      seen.inherited = false;
    }
  }

  /** Passes time; looks once a second, however often it is called. */
  void tick(Now now) {
    if (ticked && now.since(lastTickNanos) < TICK_NANOS) {
      return;
    }
    double step = ticked ? Math.min(LONGEST_STEP, now.since(lastTickNanos) / 1e9) : 1;
    ticked = true;
    lastTickNanos = now.nanos();
    heardAtNanos.values().removeIf(at -> now.since(at) > LONGEST_STEP * TICK_NANOS);
    listenedSeconds += slots.isEmpty() ? 0 : step;
    double total = 0;
    for (Seen seen : slots.values()) {
      total += seen.rate;
    }
    if (total >= WORTHWHILE) {
      requests = total;
      measuredSeconds += step;
      steadySeconds += step;
      double all = total;
      slots.values().forEach(seen -> seen.average(seen.rate / all, all, step));
      noticeChanges();
    }
    weights = measure();
  }

  private void noticeChanges() {
    Map<Incarnation, Sum> nodes = new HashMap<>();
    for (Seen seen : slots.values()) {
      double difference = seen.shortShare - seen.longShare;
      double variance = Math.max(seen.longShare, 0) / (requests * SEEN_BY_SHORT) + seen.variance();
      if (isSurprising(seen.longShare, difference, variance)) {
        seen.beginAnew(requests);
        boolean felt = Math.abs(difference) * heardAtNanos.size() > FELT;
        steadySeconds = felt ? 0 : steadySeconds;
      } else {
        Sum sum = nodes.computeIfAbsent(seen.by, _ -> new Sum());
        sum.before += seen.longShare;
        sum.difference += difference;
        sum.variance += variance;
      }
    }
    nodes.values().removeIf(sum -> !isSurprising(sum.before, sum.difference, sum.variance));
    if (!nodes.isEmpty()) {
      steadySeconds = 0;
      slots.values().stream()
          .filter(seen -> nodes.containsKey(seen.by))
          .forEach(seen -> seen.beginAnew(requests));
    }
  }

  private static boolean isSurprising(double before, double difference, double variance) {
    double size = Math.abs(difference);
    return size > RELEVANT * before && size * size > SURPRISING * SURPRISING * variance;
  }

  private Weights measure() {
    Map<SlotId, SlotLoad> loads = HashMap.newHashMap(slots.size());
    slots.forEach((slot, seen) ->
        loads.put(
            slot,
            new SlotLoad(
                seen.longShare * requests,
                requests * requests * seen.variance(),
                seen.sessions,
                seen.bytes)));
    return new Weights(loads, measuredSeconds > 0);
  }

  /** As of the last look. */
  Weights weights() {
    return weights;
  }

  /** For how long nodes have told of slots that they serve, in seconds. */
  double listenedSeconds() {
    return listenedSeconds;
  }

  /** For how long no change was noticed that a node would feel, in seconds. */
  double steadySeconds() {
    return steadySeconds;
  }

  /** For how long loads worth a move have been seen, in seconds. */
  double measuredSeconds() {
    return measuredSeconds;
  }
}
