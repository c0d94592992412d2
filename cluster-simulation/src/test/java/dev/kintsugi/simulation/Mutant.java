package dev.kintsugi.simulation;

import java.util.List;
import java.util.stream.Stream;

/**
 * The services with one rule broken on purpose: if no seed finds that out, the checks are worth
 * nothing.
 *
 * @param name as given on the command line
 * @param edits what is changed in the sources; each text must be there exactly once
 */
record Mutant(String name, List<Edit> edits) {

  private static final String NODE = "session-shard-service/src/main/java/dev/kintsugi/node/";
  private static final String DOMAIN = NODE + "domain/";
  private static final String LIFE = NODE + "runtime/life/";
  private static final String PROTO = NODE + "adapter/proto/";
  private static final String COORDINATOR =
      "handover-coordinator/src/main/java/dev/kintsugi/coordinator/domain/";
  private static final String CORE = "shard-core/src/main/java/dev/kintsugi/core/";

  /**
   * A change of one source file.
   *
   * @param file below the root of the project
   */
  record Edit(String file, String before, String after) {}

  private static Mutant of(String name, String file, String before, String after) {
    return new Mutant(name, List.of(new Edit(file, before, after)));
  }

  static final List<Mutant> ALL =
      List.of(
          of(
              "expiry-decided-by-each-replica",
              DOMAIN + "SlotMachine.java",
              "    SlotFold.Outcome outcome = fold.apply(offset, entry);\n",
              """
                  boolean over =
                      timedShardOf(entry)
                          .flatMap(Shard::facts)
                          .flatMap(facts -> Lifetimes.due(facts, wall))
                          .isPresent();
                  SlotFold.Outcome outcome =
                      fold.apply(
                          offset,
                          over
                              ? new SlotEntry.Malformed(
                                  Optional.of(((SlotEntry.Written) entry).session()),
                                  Optional.empty(),
                                  "")
                              : entry);
              """),
          of(
              "idle-expiry-does-not-ask-the-areas",
              LIFE + "SessionExpiry.java",
              "      case IDLE -> ask(session, found, 1);\n",
              "      case IDLE -> ending.expireIdle(session, found);\n"),
          of(
              "reads-are-no-activity",
              LIFE + "AreaAccess.java",
              "            activity.note(session);\n",
              "            {}\n"),
          of(
              "deadlines-forgotten-at-a-takeover",
              DOMAIN + "SlotTimes.java",
              "    unsorted = fold.timed();\n",
              ""),
          of(
              "answer-before-read-back",
              DOMAIN + "SlotDesk.java",
              "    inFlight.add(session, new InFlight.Write(shard, version, nowNanos, asker));\n",
              """
                  inFlight.add(
                      session, new InFlight.Write(shard, version, nowNanos, Optional.empty()));
                  asker.ifPresent(waiting -> out.add(new Action.Reply(waiting.token(),
                      new Answer.Applied(version, false, shard.orElseThrow(), position()))));
              """),
          new Mutant(
              "no-ownership-record",
              List.of(
                  new Edit(
                      DOMAIN + "SlotMachine.java",
                      "    phase = new Phase.Taking(tried, nowNanos);\n",
                      """
                          out.remove(out.size() - 1);
                          phase = new Phase.Serving(tried);
                          desk.open(tried, incarnation(), nowNanos, Instant.EPOCH.plusNanos(nowNanos), out);
                      """),
                  new Edit(
                      DOMAIN + "SlotFold.java",
                      "    return !released\n        && current.isPresent()\n        && current.get().epoch().equals(entry.epoch())\n        && current.get().incarnation().equals(entry.incarnation());\n",
                      "    return true;\n"))),
          new Mutant(
              "same-epoch-after-restart",
              List.of(
                  new Edit(
                      DOMAIN + "SlotMachine.java",
                      "    tried = newest.next(Math.max(grant, newest.grant()));\n",
                      "    tried = new Epoch(Math.max(grant, newest.grant()), 1);\n"),
                  new Edit(
                      DOMAIN + "SlotFold.java",
                      "    if (!owned.epoch().fences(epoch())) {\n",
                      "    if (epoch().fences(owned.epoch())) {\n"),
                  new Edit(
                      DOMAIN + "SlotFold.java",
                      "        && current.get().incarnation().equals(entry.incarnation());\n",
                      "        ;\n"))),
          new Mutant(
              "producer-reused-after-unknown-append",
              List.of(
                  new Edit(
                      DOMAIN + "NodeMachine.java",
                      "    slots.values().forEach(machine -> machine.onWriterLost(nowNanos, out));\n",
                      ""))),
          of(
              "serve-before-catch-up",
              DOMAIN + "SlotMachine.java",
              "    phase = new Phase.Taking(tried, nowNanos);\n",
              """
                  phase = new Phase.Serving(tried);
                  desk.open(tried, incarnation(), nowNanos, Instant.EPOCH.plusNanos(nowNanos), out);
              """),
          of(
              "epoch-not-checked-on-apply",
              DOMAIN + "SlotFold.java",
              "    if (!isCurrent(written) || !written.version()",
              "    if (!written.version()"),
          of(
              "incarnation-not-checked-on-apply",
              DOMAIN + "SlotFold.java",
              "    return !released\n        && current.isPresent()\n        && current.get().epoch().equals(entry.epoch())\n",
              "    return !released\n        && current.isPresent()\n        && current.get().epoch().grant() == entry.epoch().grant()\n"),
          of(
              "reads-without-a-lease",
              DOMAIN + "SlotDesk.java",
              "    if (lease.covers(waiting.arrivedNanos(), nowNanos, wall)) {\n",
              "    if (true) {\n"),
          of(
              "refusals-without-a-lease",
              DOMAIN + "SlotDesk.java",
              "          readNow(waiting, nowNanos, wall, () -> new Answer.Refused(why, position()), out);\n",
              "          refuse(waiting, why, out);\n"),
          of(
              "refusal-does-not-wait-for-the-write-it-rests-on",
              DOMAIN + "SlotDesk.java",
              "        if (newest.isPresent()) {\n          newest.get().dependents.add(waiting);\n        } else {\n          readNow(waiting, nowNanos, wall, () -> new Answer.Refused",
              "        {\n          readNow(waiting, nowNanos, wall, () -> new Answer.Refused"),
          of(
              "lease-counted-from-the-reply",
              DOMAIN + "Lease.java",
              "      provenSentNanos = sent.nanos();\n      provenSentWall = sent.wall();\n",
              "      provenSentNanos = nowNanos;\n      provenSentWall = wall;\n"),
          of(
              "lease-lasts-while-the-machine-sleeps",
              DOMAIN + "Lease.java",
              """
                      && Duration.between(provenSentWall, wall).compareTo(length) < 0
                      && clocksAgree(provenSentNanos, provenSentWall, nowNanos, wall);
              """,
              "        ;\n"),
          of(
              "lease-renewed-without-reading-back",
              DOMAIN + "Lease.java",
              "    sequence++;\n",
              "    sequence++;\n    provenSentNanos = nowNanos;\n    provenSentWall = wall;\n"),
          of(
              "new-owner-does-not-fence",
              DOMAIN + "SlotMachine.java",
              "    if (owed.isEmpty()) {\n",
              "    if (true) {\n"),
          of(
              "new-owner-does-not-wait",
              DOMAIN + "SlotMachine.java",
              "longest.toNanos() + longest.toNanos() / 100;\n",
              "0;\n"),
          of(
              "wait-counted-from-the-first-heartbeat-seen",
              DOMAIN + "Fences.java",
              "      beatNanos.put(of, nowNanos);\n",
              "      beatNanos.putIfAbsent(of, nowNanos);\n"),
          of(
              "fences-only-the-direct-predecessor",
              DOMAIN + "SlotMachine.java",
              "    for (SlotEntry.Owned owned : fold.chain()) {\n",
              "    for (SlotEntry.Owned owned : fold.chain().subList(Math.max(0, fold.chain().size() - 2), fold.chain().size())) {\n"),
          of(
              "release-before-the-own-wait-is-over",
              DOMAIN + "SlotMachine.java",
              "      case Phase.Waits waits -> {\n",
              """
                    case Phase.Waits waits when !(duty instanceof Duty.Own) -> {
                      phase = new Phase.Releasing(waits.epoch(), false);
                      progress(nowNanos, wall, out);
                    }
                    case Phase.Waits waits -> {
              """),
          of(
              "successor-does-not-wait-for-the-own-wait-of-a-predecessor",
              DOMAIN + "SlotFold.java",
              "    chain = List.copyOf(longer);\n",
              "    chain = List.of(owned);\n"),
          of(
              "records-of-an-epoch-share-a-key",
              PROTO + "SlotCodec.java",
              "    return ByteBuffer.allocate(1 + epoch.length + incarnation.length)\n        .put(kind)\n        .put(epoch)\n        .put(incarnation)\n        .array();\n",
              "    return new byte[] {kind};\n"),
          of(
              "no-repair",
              DOMAIN + "SlotDesk.java",
              "    if (fold.voided().isEmpty()) {\n",
              "    if (true) {\n"),
          of(
              "keys-lost-when-an-area-is-emptied",
              DOMAIN + "WriteRules.java",
              "        content,\n        base.requests(),\n",
              "        content,\n        content.attributes().isEmpty() ? List.of() : base.requests(),\n"),
          of(
              "end-told-before-all-areas-have-it",
              LIFE + "SessionEnding.java",
              "            mayFinish(answer)\n",
              "            mayFinish(answer) && finish(session, found.shard()) != null ? CompletableFuture.completedFuture(found) : mayFinish(answer)\n"),
          new Mutant(
              "repair-from-applied-state-behind-a-write-in-flight",
              List.of(
                  new Edit(
                      DOMAIN + "SlotDesk.java",
                      "      if (inFlight.newest(session).isPresent() || fold.isQuarantined(session)) {\n",
                      """
                            Optional<InFlight.Write> newest = inFlight.newest(session);
                            if (newest.filter(write -> write.asker.isEmpty()).isPresent()) {
                      """),
                  new Edit(
                      DOMAIN + "SlotDesk.java",
                      "      ShardVersion version = applied(session).next();\n",
                      """
                            ShardVersion version =
                                newest.map(write -> write.version).orElse(applied(session)).next();
                      """))),
          of(
              "key-looked-up-after-if-match",
              DOMAIN + "WriteRules.java",
              "    if (before.isPresent()) {\n",
              "    if (before.isPresent() && refusal(base, write).filter(Refusal.VERSION_MISMATCH::equals).isEmpty()) {\n"),
          new Mutant(
              "keys-lost-at-handover",
              List.of(
                  new Edit(
                      DOMAIN + "WriteRules.java",
                      "base.flatMap(shard -> find(shard, write.id()));\n",
                      "known.contains(write.id()) ? base.flatMap(shard -> find(shard, write.id())) : Optional.empty();\n"),
                  new Edit(
                      DOMAIN + "WriteRules.java",
                      "  private final MergePatch merge;\n",
                      "  private final MergePatch merge;\n  private final java.util.Set<RequestKey> known = new java.util.HashSet<>();\n"),
                  new Edit(
                      DOMAIN + "WriteRules.java",
                      "    requests.add(new AppliedRequest(write.id(), version, now));\n",
                      "    requests.add(new AppliedRequest(write.id(), version, now));\n    known.add(write.id());\n"))),
          new Mutant(
              "release-taken-back",
              List.of(
                  new Edit(
                      DOMAIN + "SlotMachine.java",
                      "      case Phase.Releasing releasing -> release(releasing, out);\n",
                      """
                            case Phase.Releasing releasing when duty instanceof Duty.Own -> {
                              phase = new Phase.Serving(releasing.epoch());
                              progress(nowNanos, wall, out);
                            }
                            case Phase.Releasing releasing -> release(releasing, out);
                      """),
                  new Edit(
                      DOMAIN + "SlotMachine.java",
                      "    if (own.grant() > serving.epoch().grant()) {\n",
                      "    if (false) {\n"))),
          of(
              "a-session-lives-again",
              DOMAIN + "WriteRules.java",
              "    return over ? Optional.of(Refusal.ENDED) : Optional.empty();\n",
              "    return Optional.empty();\n"),
          of(
              "half-ended-sessions-forgotten-by-the-next-owner",
              DOMAIN + "SlotMachine.java",
              "      if (!half.isEmpty()) {\n",
              "      if (false) {\n"),
          of(
              "older-than-the-compaction-lag-goes-on",
              DOMAIN + "Freshness.java",
              "    return nowNanos - atEnd.get().nanos() < limit.toNanos() && byWallMillis < limit.toMillis();\n",
              "    return byWallMillis < Long.MAX_VALUE;\n"),
          of(
              "standby-ignores-the-offset",
              DOMAIN + "Leniency.java",
              "      case FromStandby(long seen) -> nextOffset >= seen;\n",
              "      case FromStandby _ -> true;\n"),
          of(
              "standby-answers-when-not-fresh",
              DOMAIN + "SlotMachine.java",
              "        && freshness.reachedWithin(staleReads, nowNanos, wall);\n",
              "        ;\n"),
          of(
              "stale-answer-not-marked",
              DOMAIN + "SlotDesk.java",
              "new Answer.Stale(known, position())",
              "new Answer.Found(known, position())"),
          of(
              "stale-answer-after-a-fence-or-successor",
              DOMAIN + "SlotMachine.java",
              "    return served.filter(epoch -> fold.isOwnedBy(epoch, incarnation())).isPresent();\n",
              "    return true;\n"),
          of(
              "session-limit-ignores-creations-in-flight",
              DOMAIN + "UserLimit.java",
              "    return living + creations.size() >= most",
              "    return living >= most"),
          of(
              "samples-while-replaying",
              DOMAIN + "SlotMachine.java",
              "    boolean sound = caughtUp() && fold",
              "    boolean sound = fold"),
          of(
              "compares-at-unequal-offsets",
              DOMAIN + "DigestChecks.java",
              "      if (sample.get().offset() == owners.offset()) {\n",
              "      {\n"),
          of(
              "old-maps-are-followed",
              DOMAIN + "SlotMachine.java",
              "    boolean staleMap = own.grant() < fold.epoch().grant() || own.grant() < tried.grant();\n",
              "    boolean staleMap = false;\n"),
          of(
              "no-release-record",
              DOMAIN + "SlotMachine.java",
              "    if (!releasing.appended() && desk.idle()) {\n",
              "    if (false) {\n"),
          of(
              "the-table-of-a-deposed-leader-counts",
              CORE + "ShardMapLog.java",
              "        if (!isLeader(table)) {\n",
              "        if (leader.isEmpty()) {\n"),
          of(
              "copies-of-dead-nodes-count-as-live",
              COORDINATOR + "Survey.java",
              "    return known != null && known.state() != MapNode.State.DEAD;\n",
              "    return known != null;\n"),
          of(
              "copies-that-still-read-count-as-live",
              COORDINATOR + "Survey.java",
              "live(holder) && hasCaughtUp(holder, slot)",
              "live(holder)"),
          of(
              "a-silent-node-is-given-up-too-late",
              COORDINATOR + "Membership.java",
              "    member.missing = unheardNanos >= timing.deadAfter().toNanos();\n",
              "    member.missing = unheardNanos >= 4 * timing.deadAfter().toNanos();\n"));

  /** Those that no seed can catch, as no seed brings about what they get wrong: scenarios do. */
  static final List<Mutant> BY_SCENARIO =
      List.of(
          of(
              "an-unreadable-record-takes-its-slot",
              DOMAIN + "SlotDesk.java",
              "    return fold.isQuarantined(key.session())\n",
              "    return !fold.quarantined().isEmpty()\n"),
          of(
              "words-of-peers-are-not-heard",
              COORDINATOR + "Membership.java",
              "    heartbeat.peers().forEach(word -> heardOf(known.id.value(), word, now));\n",
              ""),
          of(
              "one-word-gives-a-node-up",
              COORDINATOR + "Membership.java",
              "    if (silentNanos >= timing.muteAfter().toNanos()) {\n",
              "    if (isAccused(member, now) || silentNanos >= timing.muteAfter().toNanos()) {\n"),
          of(
              "words-about-a-former-life-count",
              COORDINATOR + "Membership.java",
              "        || !about.incarnation.equals(word.incarnation())\n",
              ""),
          of(
              "accusers-outweigh-what-the-coordinator-hears",
              COORDINATOR + "Membership.java",
              "    if (silentNanos >= timing.muteAfter().toNanos()) {\n",
              """
                  long accusers = member.accusations.ofRefusal(timing.deadAfter().toNanos(), now);
                  if (accusers >= ENOUGH_ACCUSERS
                      || silentNanos >= timing.muteAfter().toNanos()) {
              """),
          of(
              "what-was-seen-of-a-former-life-is-said-of-the-next",
              DOMAIN + "watch/Watched.java",
              "      said = Optional.empty();\n",
              ""),
          of(
              "silence-of-whom-a-peer-hears-counts",
              COORDINATOR + "Membership.java",
              "        about.aliveBy(now.nanos() - word.silent().toNanos());\n",
              ""),
          of(
              "a-claim-goes-by-the-log-alone",
              COORDINATOR + "Coordinator.java",
              "    leadership.heardOf(heartbeat.mapVersion());\n",
              ""),
          of(
              "a-lost-position-keeps-the-old-fold",
              COORDINATOR + "Leadership.java",
              "    log = new ShardMapLog();\n    atEnd = false;\n",
              "    atEnd = false;\n"));

  static Mutant named(String name) {
    return Stream.concat(ALL.stream(), BY_SCENARIO.stream())
        .filter(mutant -> mutant.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "no mutant is called "
                    + name
                    + "; there are "
                    + String.join(", ", ALL.stream().map(Mutant::name).toList())));
  }
}
