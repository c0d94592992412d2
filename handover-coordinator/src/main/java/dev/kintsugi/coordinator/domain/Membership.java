package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.detection.PhiAccrual;
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
 * Who is there. Heartbeats and words of others are always taken in; suspicion and death are
 * pronounced only by {@link #tick} and {@link #probed}, which a coordinator calls while it leads.
 *
 * <pre>
 *            silent for suspect-after       refused at a knock; or refused by two others;
 *   UP ──────────────────────────────► SUSPECT ─ or silent for surprisingly long to all ──► DEAD
 *    ▲ │                                  │                                                  │ ▲
 *    │ └──────── accused by a peer or a gateway, and refused at the knock that follows ──────┼─┘
 *    └────────────── heartbeat ───────────┴──────────── heartbeat ───────────────────────────┘
 * </pre>
 *
 * A node that is heard, but says that it has not proven its lease for a while in which most others
 * did, is dead for the map as well: it can serve nothing. If it has read nothing at all meanwhile,
 * that while is short (cut-off-after). If it reads other logs, the partition of its lease may
 * merely be without a leader, as all of a lost broker's are, and it is given the time in which they
 * get another (unproven-after). It is dead until it says that it proves its lease.
 *
 * <p>Nobody is given up on one piece of evidence. A peer that breaks off is answered by a knock of
 * our own at once; only if nothing listens there is the node dead. Silence counts from when anybody
 * last heard the node: a peer that still hears it, or a knock that it answers, shows that rather
 * the way between it and us is broken. How long a silence may be is φ accrual's to say ({@link
 * PhiAccrual}), within dead-after and dead-after-most.
 *
 * <p>A verdict moves slots and nothing else: a wrong one costs time. Not thread-safe.
 */
final class Membership {

  /** A node to knock at. */
  record Knock(NodeId node, Incarnation incarnation, URI url) {}

  /** What a step found out. */
  record Findings(List<Verdict> verdicts, List<Knock> knocks) {}

  /** At one heartbeat in 100 ms, those of 10 s. */
  private static final int LEARNED_GAPS = 100;

  private static final int ENOUGH_ACCUSERS = 2;

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

  /** Whether the heartbeat is the last one that was taken in of its node. */
  boolean isCurrent(Heartbeat heartbeat) {
    Member member = members.get(heartbeat.node());
    return member != null && member.isLast(heartbeat);
  }

  /** Takes a heartbeat in; late ones change nothing. */
  Optional<Verdict> heard(Heartbeat heartbeat, Now now) {
    forgiveOwnDeafness(now);
    Member known = members.get(heartbeat.node());
    if (known == null) {
      Member member =
          new Member(
              heartbeat.node(),
              heartbeat.url(),
              heartbeat.incarnation(),
              heartbeat.zone(),
              regularity(),
              now);
      member.take(heartbeat, now);
      members.put(heartbeat.node(), member);
      return Optional.of(new Verdict(member.id, Life.UP, Verdict.Reason.JOINED));
    }
    if (known.outdated(heartbeat, timing.suspectAfter(), now)) {
      return Optional.empty();
    }
    boolean restarted = !known.incarnation.equals(heartbeat.incarnation());
    if (known.givenUpAsCutOff && !restarted && isBehindLogs(heartbeat)) {
      known.take(heartbeat, now);
      return Optional.empty();
    }
    known.givenUpAsCutOff = false;
    boolean wasUp = known.life == Life.UP;
    boolean wasSilent = now.since(known.silentSinceNanos) >= timing.suspectAfter().toNanos();
    if (restarted || !wasUp || wasSilent) {
      known.steadySinceNanos = now.nanos();
    }
    known.take(heartbeat, now);
    known.life = Life.UP;
    heartbeat.peers().forEach(word -> heardOf(known.id.value(), word, now));
    if (restarted) {
      return Optional.of(new Verdict(known.id, Life.UP, Verdict.Reason.RESTARTED));
    }
    return wasUp
        ? Optional.empty()
        : Optional.of(new Verdict(known.id, Life.UP, Verdict.Reason.HEARD));
  }

  private boolean isBehindLogs(Heartbeat heartbeat) {
    return heartbeat.logs().lacksProofFor(timing.deadAfter());
  }

  private PhiAccrual regularity() {
    Duration usualGap = timing.suspectAfter().dividedBy(3);
    Duration pause = timing.deadAfter().minus(timing.suspectAfter());
    return new PhiAccrual(
        new PhiAccrual.Settings(pause, usualGap.dividedBy(5), usualGap, LEARNED_GAPS));
  }

  /** Takes in what somebody says of a node; words about a former life change nothing. */
  void heardOf(String from, PeerWord word, Now now) {
    Member about = members.get(word.about());
    if (about == null
        || about.life == Life.DEAD
        || !about.incarnation.equals(word.incarnation())
        || about.id.value().equals(from)) {
      return;
    }
    switch (word.kind()) {
      case HEARD -> {
        about.accusations.remove(from);
        about.aliveBy(now.nanos() - word.silent().toNanos());
      }
      case SILENT, BROKEN, REFUSED -> accuse(about, from, word, now);
    }
  }

  /** Who goes on to accuse gets a knock now and then; a new accuser or accusation at once. */
  private void accuse(Member about, String from, PeerWord word, Now now) {
    boolean isNew = about.accusations.add(from, word.kind(), now);
    about.accusedAnew |= isNew || !about.knockedWithin(timing.suspectAfter().toNanos(), now);
  }

  /** The nodes that were accused anew, to knock at without waiting for their silence. */
  List<Knock> accused(Now now) {
    List<Knock> knocks = new ArrayList<>();
    for (Member member : members.values()) {
      if (member.accusedAnew && member.life != Life.DEAD) {
        member.accusedAnew = false;
        knocks.add(member.knock(now));
      }
    }
    return knocks;
  }

  private boolean isAccused(Member member, Now now) {
    return member.accusations.any(timing.deadAfter().toNanos(), now);
  }

  /** Passes time without judging anybody: what a follower does. */
  void watch(Now now) {
    forgiveOwnStall(now);
    lookForCutOff(now);
  }

  /*
   * A node that alone has lost its way to Kafka runs, is heard, and can neither write nor prove a
   * read. It is told from an outage of Kafka, in which nothing can be moved anyway, by the others:
   * more than half of them must have reached their logs all the time. What was said before a silence
   * tells nothing, for or against anybody.
   */
  private void lookForCutOff(Now now) {
    long reach = count(m -> isHeard(m, now) && m.logs.provedWithin(timing.deadAfter()));
    long live = count(m -> m.life != Life.DEAD);
    for (Member member : members.values()) {
      boolean cutOff =
          isHeard(member, now)
              && member.logs.lacksProofFor(timing.deadAfter())
              && reach > 0
              && 2 * reach > live - 1;
      member.cutOffSinceNanos =
          cutOff ? Optional.of(member.cutOffSinceNanos.orElse(now.nanos())) : Optional.empty();
    }
  }

  private boolean isHeard(Member member, Now now) {
    return member.life != Life.DEAD
        && now.since(member.silentSinceNanos) < timing.deadAfter().toNanos();
  }

  /** Passes time and judges the silent. */
  Findings tick(Now now) {
    forgiveOwnStall(now);
    lookForCutOff(now);
    Findings findings = new Findings(new ArrayList<>(), new ArrayList<>());
    for (Member member : members.values()) {
      judge(member, now, findings);
    }
    findings.knocks().addAll(accused(now));
    members.values().removeIf(member -> isForgotten(member, now));
    return findings;
  }

  private boolean isForgotten(Member member, Now now) {
    boolean heard =
        member.givenUpAsCutOff && now.since(member.silentSinceNanos) < timing.muteAfter().toNanos();
    return !heard && member.deadFor(timing.forgetAfter().toNanos(), now);
  }

  private void judge(Member member, Now now, Findings findings) {
    if (member.life == Life.DEAD) {
      return;
    }
    long silentNanos = now.since(member.silentSinceNanos);
    long unheardNanos = now.since(member.aliveAtNanos) - deafness(member, now);
    member.missing = unheardNanos >= timing.deadAfter().toNanos();
    if (isCutOffForGood(member, now)) {
      kill(member, Verdict.Reason.CUT_OFF, now, findings);
      member.givenUpAsCutOff = true;
      return;
    }
    if (silentNanos >= timing.muteAfter().toNanos()) {
      kill(member, Verdict.Reason.MUTE, now, findings);
    } else if (member.missing && isSurprising(member, unheardNanos)) {
      kill(member, Verdict.Reason.SILENT_TOO_LONG, now, findings);
    } else if (silentNanos >= timing.suspectAfter().toNanos()) {
      boolean seenSince = now.since(member.aliveAtNanos) < timing.suspectAfter().toNanos();
      if (!seenSince
          && member.accusations.ofRefusal(timing.deadAfter().toNanos(), now) >= ENOUGH_ACCUSERS) {
        kill(member, Verdict.Reason.ACCUSED, now, findings);
      } else {
        suspect(member, now, findings);
      }
    }
  }

  private boolean isCutOffForGood(Member member, Now now) {
    boolean deaf = member.logs.isDeafFor(timing.deadAfter());
    Duration patience = deaf ? timing.cutOffAfter() : timing.unprovenAfter();
    return member
        .cutOffSinceNanos
        .filter(since -> now.since(since) >= patience.toNanos())
        .isPresent();
  }

  private boolean isSurprising(Member member, long unheardNanos) {
    return unheardNanos >= timing.deadAfterMost().toNanos()
        || member.regularity.phi(unheardNanos) >= timing.phi();
  }

  private static void suspect(Member member, Now now, Findings findings) {
    if (member.life == Life.UP) {
      member.life = Life.SUSPECT;
      findings.verdicts().add(new Verdict(member.id, Life.SUSPECT, Verdict.Reason.SILENT));
    }
    if (!member.probing) {
      member.probing = true;
      findings.knocks().add(member.knock(now));
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
        || member.life == Life.DEAD
        || !member.incarnation.equals(incarnation)
        || !(member.probing || isAccused(member, now))) {
      return Optional.empty();
    }
    member.probing = false;
    if (member.life == Life.SUSPECT) {
      member.news |= !member.doubted;
      member.doubted = true;
    }
    return switch (result) {
      case ANSWERED -> {
        member.aliveBy(now.nanos());
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
      member.cutOffSinceNanos =
          member.cutOffSinceNanos.map(since -> notAfter(now, since + lateNanos));
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

  /*
   * A table does not tell of a dead node whether it was to be drained; the tables before it do. The
   * log keeps them for longer (the compaction lag) than dead nodes are remembered (forget-after), so
   * that a coordinator which starts later reads them as well. Only where it read a log without them
   * would it take a node that wakes up for one that takes part.
   */

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
      boolean says = node.state() != MapNode.State.DEAD;
      if (says && member.incarnation.equals(node.incarnation())) {
        member.drained = node.state() == MapNode.State.DRAINING && !member.leaving;
      }
    }
  }

  private Member fromMap(MapNode node, Now now) {
    return new Member(node.id(), node.url(), node.incarnation(), node.zone(), regularity(), now);
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
      // Who does not lead is told more seldom: what was learned then is not how it is now.
      member.regularity.forget();
    }
    lastTickNanos = Optional.of(now.nanos());
  }

  /**
   * Goes on to judge after a claim that had only to be renewed: who was silent is so for as long as
   * before, and is knocked at again, because what a knock said meanwhile was not taken in.
   */
  void leadOn() {
    members.values().forEach(member -> member.probing = false);
  }

  long count(Predicate<Member> which) {
    return members.values().stream().filter(which).count();
  }
}
