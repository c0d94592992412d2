package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.detection.PhiAccrual;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What is known about one node. Not thread-safe. */
final class Member {

  private static final int REMEMBERED_INCARNATIONS = 8;

  final NodeId id;
  URI url;
  Incarnation incarnation;
  Optional<String> zone;
  Life life = Life.UP;

  /** The start of the present silence: the last heartbeat, moved on by stalls of our own. */
  long silentSinceNanos;

  /** The last moment at which anything proved that the process runs. */
  long aliveAtNanos;

  /** Since when it has been heard without a break. */
  long steadySinceNanos;

  /** How much of the present silence has been put down to our own ears. */
  long deafNanos;

  /** When it was given up; means something only while dead. */
  long deadSinceNanos;

  Optional<Instant> lastHeartbeat = Optional.empty();
  Optional<Instant> detected = Optional.empty();
  Map<SlotId, SlotReport> reports = Map.of();
  Memory memory = Memory.UNKNOWN;
  boolean leaving;
  boolean drained;

  /** By its last heartbeat. */
  LogContact logs = LogContact.UNKNOWN;

  /** Since when it has not proven its lease while most others did; empty while it does. */
  Optional<Long> cutOffSinceNanos = Optional.empty();

  /** It was given up though it is heard, because it does not reach its logs. */
  boolean givenUpAsCutOff;

  /** The last heartbeats said something that placement may act upon. */
  boolean news = true;

  boolean probing;

  /** When it was knocked at last; means something only once {@link #knocked}. */
  long knockedAtNanos;

  boolean knocked;

  /** Somebody has accused it anew since it was knocked at. */
  boolean accusedAnew;

  /** It has been silent for so long that its copies do not count, though it is not given up yet. */
  boolean missing;

  final Accusations accusations = new Accusations();

  /** A knock during the present silence proved nothing, so that others should hear of it. */
  boolean doubted;

  /** How regularly it is heard. */
  final PhiAccrual regularity;

  private long sequence;
  private long process;

  /**
   * A former incarnation.
   *
   * @param sequence the last heard of it
   * @param drained whether it was to be drained, which holds again should it be taken back
   */
  private record Past(long sequence, boolean drained) {}

  /** Former incarnations, the latest last. */
  private final LinkedHashMap<Incarnation, Past> retired = new LinkedHashMap<>();

  Member(
      NodeId id,
      URI url,
      Incarnation incarnation,
      Optional<String> zone,
      PhiAccrual regularity,
      Now now) {
    this.id = id;
    this.regularity = regularity;
    this.url = url;
    this.incarnation = incarnation;
    this.zone = zone;
    silentSinceNanos = now.nanos();
    aliveAtNanos = now.nanos();
    deadSinceNanos = now.nanos();
    steadySinceNanos = now.nanos();
  }

  /*
   * Incarnations have no order, so a late heartbeat of a former life that was never heard here looks
   * like a restart, and the living one is retired by mistake. It is taken back when it goes on to be
   * heard while the other is silent.
   */

  /**
   * Whether the heartbeat is a late one: of a former incarnation, or overtaken by a newer.
   *
   * @param silence of the present incarnation after which a former one that goes on counts again
   */
  boolean outdated(Heartbeat heartbeat, Duration silence, Now now) {
    Past before = retired.get(heartbeat.incarnation());
    if (before != null) {
      return heartbeat.sequence() <= before.sequence()
          || now.since(silentSinceNanos) < silence.toNanos();
    }
    return heartbeat.incarnation().equals(incarnation) && heartbeat.sequence() <= sequence;
  }

  /** Whether the heartbeat is the last one that was taken. */
  boolean isLast(Heartbeat heartbeat) {
    return heartbeat.incarnation().equals(incarnation) && heartbeat.sequence() == sequence;
  }

  /** Takes a heartbeat that is not outdated. */
  void take(Heartbeat heartbeat, Now now) {
    if (heartbeat.incarnation().equals(incarnation) && lastHeartbeat.isPresent()) {
      regularity.heard(now.since(silentSinceNanos));
    } else {
      regularity.forget();
    }
    if (!heartbeat.incarnation().equals(incarnation)) {
      accusations.clear();
      retire();
      incarnation = heartbeat.incarnation();
      Past before = retired.remove(incarnation);
      // Who was fenced goes on in the same process: nobody has started it anew.
      boolean goesOn = process != 0 && heartbeat.process() == process;
      drained = before != null ? before.drained() : drained && goesOn;
    }
    process = heartbeat.process();
    news |= isNews(heartbeat);
    url = heartbeat.url();
    zone = heartbeat.zone();
    sequence = heartbeat.sequence();
    reports = heartbeat.slots();
    leaving = heartbeat.leaving();
    memory = heartbeat.memory();
    logs = heartbeat.logs();
    silentSinceNanos = now.nanos();
    aliveAtNanos = now.nanos();
    lastHeartbeat = Optional.of(now.wall());
    probing = false;
    doubted = false;
    missing = false;
    deafNanos = 0;
  }

  private boolean isNews(Heartbeat heartbeat) {
    if (heartbeat.leaving() != leaving
        || !heartbeat.url().equals(url)
        || !heartbeat.zone().equals(zone)
        || heartbeat.slots().size() != reports.size()) {
      return true;
    }
    for (Map.Entry<SlotId, SlotReport> entry : heartbeat.slots().entrySet()) {
      SlotReport before = reports.get(entry.getKey());
      if (before == null || !before.sameStanding(entry.getValue())) {
        return true;
      }
    }
    return false;
  }

  private void retire() {
    retired.put(incarnation, new Past(sequence, drained));
    if (retired.size() > REMEMBERED_INCARNATIONS) {
      retired.pollFirstEntry();
    }
  }

  void die(Now now) {
    life = Life.DEAD;
    deadSinceNanos = now.nanos();
    detected = Optional.of(now.wall());
    probing = false;
    accusedAnew = false;
    missing = false;
    accusations.clear();
  }

  /** What it says of a slot; empty if it says nothing of it. */
  Optional<SlotReport> report(SlotId slot) {
    return Optional.ofNullable(reports.get(slot));
  }

  /** Somebody heard it at that time; of several times the latest counts. */
  void aliveBy(long nanos) {
    aliveAtNanos = nanos - aliveAtNanos > 0 ? nanos : aliveAtNanos;
  }

  boolean knockedWithin(long nanos, Now now) {
    return knocked && now.since(knockedAtNanos) < nanos;
  }

  Membership.Knock knock(Now now) {
    knocked = true;
    knockedAtNanos = now.nanos();
    return new Membership.Knock(id, incarnation, url);
  }

  /** Whether it has been heard without a break, in one life, for so long. */
  boolean steadyFor(long nanos, Now now) {
    return life == Life.UP && now.since(steadySinceNanos) >= nanos;
  }

  boolean draining() {
    return leaving || drained;
  }

  boolean deadFor(long nanos, Now now) {
    return life == Life.DEAD && now.since(deadSinceNanos) >= nanos;
  }

  /** Its life as placement may rely on it: who does not reach its logs is given nothing. */
  Life lifeForPlacement() {
    return life == Life.UP && cutOffSinceNanos.isPresent() ? Life.SUSPECT : life;
  }

  /*
   * A suspicion is published only once a knock has failed to settle it: a table about it would be
   * under way just when the verdict has to be written.
   */
  MapNode.State state() {
    return switch (life) {
      case DEAD -> MapNode.State.DEAD;
      case SUSPECT, UP -> {
        if (draining()) {
          yield MapNode.State.DRAINING;
        }
        yield doubted ? MapNode.State.SUSPECT : MapNode.State.UP;
      }
    };
  }

  MapNode mapNode() {
    return new MapNode(id, url, incarnation, state(), zone);
  }
}
