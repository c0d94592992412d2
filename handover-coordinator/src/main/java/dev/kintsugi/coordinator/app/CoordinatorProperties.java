package dev.kintsugi.coordinator.app;

import dev.kintsugi.coordinator.domain.CoordinatorId;
import dev.kintsugi.coordinator.domain.Limits;
import dev.kintsugi.coordinator.domain.Settings;
import dev.kintsugi.coordinator.domain.Timing;
import dev.kintsugi.core.Areas;
import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How one coordinator behaves. Valid, or it does not start.
 *
 * @param id unique among the coordinators; a number at its end (coordinator-1) decides who claims
 *     the lead first. The same id twice: both claim at the same time, which only costs a record
 * @param url where the others send operators while this one leads
 * @param suspectAfter silence after which a node is knocked at. Below three heartbeats: needless
 *     knocks whenever a node collects garbage; higher: a killed node is noticed that much later
 * @param deadAfter silence after which a node that does not answer knocks either, and that no peer
 *     hears, may lose its slots, if it is usually heard regularly. Too low: a node that merely
 *     stalls loses them and has to join again; too high: a hung node's users wait that much longer
 * @param deadAfterMost the same for a node that was heard irregularly before: nobody is waited for
 *     longer. Too low: on a busy machine nodes that stall lose their slots; too high: as dead-after
 * @param phi how surprising a silence must be between the two, as the negative decimal logarithm of
 *     its probability (φ accrual); 1 to 16. Too low: as dead-after alone; too high: as
 *     dead-after-most alone
 * @param muteAfter silence after which a node loses its slots although it answers knocks. Too low:
 *     a lost heartbeat thread looks like a death; too high: such a node keeps slots it may not
 *     serve
 * @param cutOffAfter how long a node that is heard may read nothing at all from any log, while most
 *     others prove their leases, before it loses its slots. Too low: after an outage of Kafka
 *     whoever comes back to it last loses them for nothing; too high: the users of a node that
 *     alone has lost Kafka read stale content and write nothing for that much longer
 * @param unprovenAfter the same for a node that reads other logs and only cannot prove its lease.
 *     Too low, that is shorter than Kafka takes to give a lost broker's partitions to others
 *     ({@code broker.session.timeout.ms}, 9 s, and a moment): the loss of one broker costs the
 *     nodes whose leases it led all their slots, though they could still write most of them; too
 *     high: a node that alone cannot reach that broker serves stale content for that much longer
 * @param settle how long a node must have been heard without a break before slots of others are
 *     moved to it as planned. Too low: a node that has just started or woken up serves before it is
 *     warm; too high: restarts leave the load uneven that much longer
 * @param grace how long a dead node's copies wait for it. Too low, that is shorter than a restart
 *     with its warm-up: every restart copies everything; too high: its slots stand on one copy (and
 *     on Kafka) that much longer
 * @param forgetAfter when a dead node disappears from the map. Too low: operators miss it, and one
 *     that wakes up later has joined anew, drained no more; too high: nodes whose ids never come
 *     back (containers) make the map larger, which everybody reads
 * @param stallTolerance how late the coordinator's own tick may come before it adds its lateness to
 *     all nodes' deadlines. Too low: real deaths are noticed late on a busy machine; too high: a
 *     stopped coordinator kills healthy nodes when it wakes up
 * @param leaderTimeout silence in the shard map's log after which another coordinator takes the
 *     lead. Too low: the lead changes whenever Kafka is slow; too high: a dead leader's verdicts
 *     are missing that much longer
 * @param beatEvery how often the leader says that it is there; a fifth of leader-timeout or less.
 *     Too low: a record in the shard map's log each time, which every node and gateway reads; too
 *     high: one or two records that come late, and another takes the lead from one that is well
 * @param initialWait how long the first table waits for min-nodes nodes. Too low: the first node
 *     gets everything and gives it away again; too high: a small deployment starts late
 * @param moveTimeout how long a planned move waits for the old owner's release before the new owner
 *     fences it. Too low: slow releases cost a fenced node; too high: a stuck slot stays stuck
 * @param probeTimeout of one knock. Too low: busy nodes seem silent; higher than dead-after less
 *     suspect-after: no knock ends before the verdict
 * @param minNodes nodes the first table waits for; best the number that are started together. Too
 *     low: the first ones get everything and give it away again; too high: the first table comes
 *     only when initial-wait is over
 * @param maxMoves planned moves at once, one for each eight that are left, and copies that one node
 *     builds at once of what is on nodes that leave. Too low: rebalancing many slots takes long;
 *     too high: it is felt
 * @param maxCopies copies that one node builds at once after a loss. Too low: slots stand on one
 *     copy longer; too high: the survivors are busy copying when they are needed most
 * @param maxLag records that a standby may be behind and still take over as planned. Too low: under
 *     load nothing ever moves; too high: what is parked in a move waits longer
 * @param history handovers remembered, one for each slot that has moved. Too low: the death of a
 *     node with more slots than that hides its own beginning from {@code GET /admin/v1/handovers};
 *     too high: memory, some hundred bytes each
 * @param tick how often deadlines are looked at, and tables written that are not urgent. Too low:
 *     the coordinator looks at all nodes for nothing; too high: what it exceeds 25 ms by is added
 *     to every verdict and to every step of a planned move
 * @param queue heartbeats and questions that may wait; beyond, they are turned away. Too low (fewer
 *     than a few for each node): a coordinator that was busy for a moment misses heartbeats, and
 *     nodes that are well become suspects; too high: after a standstill it works through what is
 *     long out of date before it hears how things are, and needs memory for a heartbeat with all
 *     its slots each
 * @param kafkaPatience how long the start waits for Kafka. Too low: started together with Kafka, it
 *     ends and has to be started again; too high: a wrong address is noticed that much later
 */
@ConfigurationProperties(prefix = "kintsugi.coordinator", ignoreUnknownFields = false)
public record CoordinatorProperties(
    @DefaultValue("coordinator-1") String id,
    @DefaultValue("") String url,
    @DefaultValue("300ms") Duration suspectAfter,
    @DefaultValue("900ms") Duration deadAfter,
    @DefaultValue("1500ms") Duration deadAfterMost,
    @DefaultValue("8") double phi,
    @DefaultValue("5s") Duration muteAfter,
    @DefaultValue("3s") Duration cutOffAfter,
    @DefaultValue("12s") Duration unprovenAfter,
    @DefaultValue("2s") Duration settle,
    @DefaultValue("60s") Duration grace,
    @DefaultValue("10m") Duration forgetAfter,
    @DefaultValue("200ms") Duration stallTolerance,
    @DefaultValue("1s") Duration leaderTimeout,
    @DefaultValue("200ms") Duration beatEvery,
    @DefaultValue("5s") Duration initialWait,
    @DefaultValue("5s") Duration moveTimeout,
    @DefaultValue("250ms") Duration probeTimeout,
    @DefaultValue("2") int minNodes,
    @DefaultValue("4") int maxMoves,
    @DefaultValue("8") int maxCopies,
    @DefaultValue("256") long maxLag,
    @DefaultValue("2000") int history,
    @DefaultValue("25ms") Duration tick,
    @DefaultValue("4096") int queue,
    @DefaultValue("60s") Duration kafkaPatience) {

  private static final Duration SLOWEST_TICK = Duration.ofMillis(500);

  public CoordinatorProperties {
    if (!url.isEmpty() && URI.create(url).getHost() == null) {
      throw new IllegalArgumentException(
          "kintsugi.coordinator.url must be an http or https URL, got \"" + url + '"');
    }
    if (tick.toMillis() < 1 || tick.compareTo(SLOWEST_TICK) > 0) {
      throw new IllegalArgumentException(
          "kintsugi.coordinator.tick must be 1ms to 500ms, got " + tick);
    }
    if (probeTimeout.toMillis() < 10 || kafkaPatience.toMillis() < 100) {
      throw new IllegalArgumentException(
          "kintsugi.coordinator.probe-timeout must be at least 10ms and kafka-patience 100ms");
    }
    if (history < 1 || queue < 16) {
      throw new IllegalArgumentException(
          "kintsugi.coordinator.history must be at least 1 and queue at least 16");
    }
  }

  Settings settings(Areas areas) {
    return new Settings(
        new CoordinatorId(id),
        url,
        areas,
        new Timing(
            suspectAfter,
            deadAfter,
            deadAfterMost,
            phi,
            muteAfter,
            cutOffAfter,
            unprovenAfter,
            settle,
            grace,
            forgetAfter,
            stallTolerance,
            leaderTimeout,
            beatEvery,
            initialWait,
            moveTimeout),
        new Limits(minNodes, maxMoves, maxCopies, maxLag),
        tick,
        history);
  }
}
