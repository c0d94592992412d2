package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Who is there. Heartbeats are always taken in; suspicion and death are pronounced only by {@link
 * #tick} and {@link #probed}, which a coordinator calls while it leads.
 *
 * <pre>
 *            silent for suspect-after          refused, or silent for dead-after
 *   UP ──────────────────────────────► SUSPECT ─────────────────────────────────► DEAD
 *    ▲                                    │                                          │
 *    └────────────── heartbeat ───────────┴──────────── heartbeat ───────────────────┘
 * </pre>
 *
 * A verdict moves slots and nothing else: a wrong one costs time. Not thread-safe.
 */
final class Membership {

  /** A node to knock at. */
  record Knock(NodeId node, Incarnation incarnation, URI url) {}

  /** What a step found out. */
  record Findings(List<Verdict> verdicts, List<Knock> knocks) {}

  private final Timing timing;
  private final Duration tickEvery;
  private final SortedMap<NodeId, Member> members = new TreeMap<>();
  private Optional<Long> lastTickNanos = Optional.empty();
  private Optional<Long> lastHeardNanos = Optional.empty();

  Membership(Timing timing, Duration tickEvery) {
    this.timing = timing;
    this.tickEvery = tickEvery;
  }

  Collection<Member> all() {
    return members.values();
  }

  Optional<Member> find(NodeId node) {
    return Optional.ofNullable(members.get(node));
  }

  /** Takes a heartbeat in; late ones change nothing. */
  Optional<Verdict> heard(Heartbeat heartbeat, Now now) {
    forgiveOwnDeafness(now);
    Member known = members.get(heartbeat.node());
    if (known == null) {
      Member member =
          new Member(
              heartbeat.node(), heartbeat.url(), heartbeat.incarnation(), heartbeat.zone(), now);
      member.take(heartbeat, now);
      members.put(heartbeat.node(), member);
      return Optional.of(new Verdict(member.id, Life.UP, Verdict.Reason.JOINED));
    }
    if (known.outdated(heartbeat, timing.suspectAfter(), now)) {
      return Optional.empty();
    }
    boolean restarted = !known.incarnation.equals(heartbeat.incarnation());
    boolean wasUp = known.life == Life.UP;
    boolean wasSilent = now.since(known.silentSinceNanos) >= timing.deadAfter().toNanos();
    if (restarted || known.life == Life.DEAD || wasSilent) {
      known.steadySinceNanos = now.nanos();
    }
    known.take(heartbeat, now);
    known.life = Life.UP;
    if (restarted) {
      return Optional.of(new Verdict(known.id, Life.UP, Verdict.Reason.RESTARTED));
    }
    return wasUp
        ? Optional.empty()
        : Optional.of(new Verdict(known.id, Life.UP, Verdict.Reason.HEARD));
  }

  /** Passes time without judging anybody: what a follower does. */
  void watch(Now now) {
    forgiveOwnStall(now);
  }

  /** Passes time and judges the silent. */
  Findings tick(Now now) {
    forgiveOwnStall(now);
    Findings findings = new Findings(new ArrayList<>(), new ArrayList<>());
    for (Member member : members.values()) {
      judge(member, now, findings);
    }
    members.values().removeIf(member -> member.deadFor(timing.forgetAfter().toNanos(), now));
    return findings;
  }

  private void judge(Member member, Now now, Findings findings) {
    if (member.life == Life.DEAD) {
      return;
    }
    long silentNanos = now.since(member.silentSinceNanos);
    if (silentNanos >= timing.muteAfter().toNanos()) {
      kill(member, Verdict.Reason.MUTE, now, findings);
    } else if (now.since(member.aliveAtNanos) - deafness(member, now)
        >= timing.deadAfter().toNanos()) {
      kill(member, Verdict.Reason.SILENT_TOO_LONG, now, findings);
    } else if (silentNanos >= timing.suspectAfter().toNanos()) {
      suspect(member, findings);
    }
  }

  private static void suspect(Member member, Findings findings) {
    if (member.life == Life.UP) {
      member.life = Life.SUSPECT;
      findings.verdicts().add(new Verdict(member.id, Life.SUSPECT, Verdict.Reason.SILENT));
    }
    if (!member.probing) {
      member.probing = true;
      findings.knocks().add(new Knock(member.id, member.incarnation, member.url));
    }
  }

  private static void kill(Member member, Verdict.Reason reason, Now now, Findings findings) {
    member.die(now);
    findings.verdicts().add(new Verdict(member.id, Life.DEAD, reason));
  }

  /** Takes the result of a knock; one that a heartbeat or a restart has overtaken is ignored. */
  Optional<Verdict> probed(NodeId node, Incarnation incarnation, ProbeResult result, Now now) {
    Member member = members.get(node);
    if (member == null
        || !member.probing
        || member.life != Life.SUSPECT
        || !member.incarnation.equals(incarnation)) {
      return Optional.empty();
    }
    member.probing = false;
    member.news |= !member.doubted;
    member.doubted = true;
    return switch (result) {
      case ANSWERED -> {
        member.aliveAtNanos = now.nanos();
        yield Optional.empty();
      }
      case UNCLEAR -> Optional.empty();
      case REFUSED -> {
        member.die(now);
        yield Optional.of(new Verdict(node, Life.DEAD, Verdict.Reason.REFUSED));
      }
    };
  }

  /*
   * A coordinator that was stopped or starved has not listened: the silence is its own. All
   * deadlines move on by as much as its tick came late.
   */
  private void forgiveOwnStall(Now now) {
    long lateNanos = lastTickNanos.map(last -> now.since(last) - tickEvery.toNanos()).orElse(0L);
    lastTickNanos = Optional.of(now.nanos());
    if (lateNanos < timing.stallTolerance().toNanos()) {
      return;
    }
    for (Member member : members.values()) {
      member.silentSinceNanos = notAfter(now, member.silentSinceNanos + lateNanos);
      member.aliveAtNanos = notAfter(now, member.aliveAtNanos + lateNanos);
    }
  }

  /*
   * With several nodes alive somebody is heard all the time. If nobody is, it is rather our own
   * ears that fail: this process or its network is starved while the loop still runs. That much of
   * a silence does not count, up to dead-after; a refused connection counts at any time.
   */
  private void forgiveOwnDeafness(Now now) {
    for (Member member : members.values()) {
      long deafNanos = deafness(member, now);
      member.deafNanos += deafNanos;
      member.silentSinceNanos = notAfter(now, member.silentSinceNanos + deafNanos);
      member.aliveAtNanos = notAfter(now, member.aliveAtNanos + deafNanos);
    }
    lastHeardNanos = Optional.of(now.nanos());
  }

  private long deafness(Member member, Now now) {
    long toleranceNanos = timing.stallTolerance().toNanos();
    long quietNanos = lastHeardNanos.map(now::since).orElse(0L);
    if (quietNanos < toleranceNanos || count(m -> m.life != Life.DEAD) < 2) {
      return 0;
    }
    long rest = timing.deadAfter().toNanos() - member.deafNanos;
    return Math.clamp(quietNanos - toleranceNanos / 2, 0, Math.max(0, rest));
  }

  private static long notAfter(Now now, long nanos) {
    return now.since(nanos) < 0 ? now.nanos() : nanos;
  }

  /** Takes over what a table says about nodes that this coordinator has not heard itself. */
  void adopt(ShardMap map, Now now) {
    for (MapNode node : map.nodes()) {
      Member member = members.computeIfAbsent(node.id(), id -> fromMap(node, now));
      if (member.lastHeartbeat.isEmpty()) {
        member.incarnation = node.incarnation();
        member.url = node.url();
        member.zone = node.zone();
      }
      boolean silent = now.since(member.silentSinceNanos) >= timing.suspectAfter().toNanos();
      boolean unheard = member.lastHeartbeat.isEmpty();
      if (node.state() == MapNode.State.DEAD
          && member.life != Life.DEAD
          && member.incarnation.equals(node.incarnation())
          && (silent || unheard)) {
        member.die(now);
      }
      if (member.incarnation.equals(node.incarnation())) {
        member.drained = node.state() == MapNode.State.DRAINING && !member.leaving;
      }
    }
  }

  private static Member fromMap(MapNode node, Now now) {
    return new Member(node.id(), node.url(), node.incarnation(), node.zone(), now);
  }

  /**
   * Begins to judge: whoever has been silent is a suspect first, knocked at, and given the rest of
   * dead-after.
   */
  void lead(Now now) {
    long newestNanos = now.nanos() - timing.suspectAfter().toNanos();
    for (Member member : members.values()) {
      if (member.silentSinceNanos - newestNanos < 0) {
        member.silentSinceNanos = newestNanos;
      }
      if (member.aliveAtNanos - newestNanos < 0) {
        member.aliveAtNanos = newestNanos;
      }
      member.probing = false;
    }
    lastTickNanos = Optional.of(now.nanos());
  }

  long count(Predicate<Member> which) {
    return members.values().stream().filter(which).count();
  }
}
