package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The real machines of three nodes under crashes, pauses longer than a lease, wrong verdicts,
 * planned moves, lost acknowledgements and late appends.
 */
class SlotSimulationTest {

  private static final long SECOND = 1_000_000_000L;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 120);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void no_acknowledged_write_is_lost_and_no_read_is_stale_whatever_breaks(long seed) {
    SimWorld world = new SimWorld(seed, 3);
    SimClients clients = new SimClients(world);
    world.assign(world.anyNode(), false);
    clients.start(6);
    disturb(world, 12 * SECOND);
    world.runUntil(13 * SECOND);
    world.calm = true;
    world.nodes.stream().filter(node -> !node.alive).forEach(SimWorld.SimNode::start);
    world.assign(world.nodes.getFirst(), false);
    int before = acked(clients);
    world.runUntil(20 * SECOND);

    assertThat(clients.violations).isEmpty();
    assertThat(acked(clients)).as("writes go on once nothing breaks").isGreaterThan(before + 50);
    int handedOn = world.handedOn;
    world.assign(world.nodes.get(1), true);
    world.runUntil(21 * SECOND);
    assertThat(world.handedOn).as("a planned move is one giving up").isEqualTo(handedOn + 1);
    check(world, clients);
  }

  private static int acked(SimClients clients) {
    return (int) clients.writes.stream().filter(write -> write.acked.isPresent()).count();
  }

  private static void disturb(SimWorld world, long untilNanos) {
    world.after(world.millis(50, 900), () -> disturbOnce(world, untilNanos));
  }

  private static void disturbOnce(SimWorld world, long untilNanos) {
    if (world.nowNanos > untilNanos) {
      return;
    }
    world.faults++;
    SimWorld.SimNode node = world.anyNode();
    switch (world.random.nextInt(8)) {
      case 0 -> {
        node.crash();
        world.after(world.millis(50, 1_500), () -> restart(node));
        world.after(world.millis(5, 500), () -> world.assign(world.anyNode(), false));
      }
      case 1 -> {
        node.pause(world.millis(20, 2_000));
        world.after(world.millis(5, 500), () -> world.assign(world.anyNode(), false));
      }
      case 2 -> world.assign(world.anyNode(), false);
      case 3 -> node.pause(world.millis(150, 400));
      case 4 -> {
        node.stallReading(world.millis(20, 700));
        world.after(world.millis(1, 200), () -> world.assign(world.anyNode(), false));
      }
      case 5 -> {
        world.nodes.forEach(each -> each.stallReading(world.millis(0, 400)));
        world.after(world.millis(1, 100), () -> world.assign(world.anyNode(), true));
      }
      default -> {
        world.assign(world.anyNode(), true);
        if (world.random.nextBoolean()) {
          world.after(world.millis(1, 500), world::unplan);
        }
      }
    }
    disturb(world, untilNanos);
  }

  private static void restart(SimWorld.SimNode node) {
    if (!node.alive) {
      node.start();
    }
  }

  /** Replays the log and compares it with what the clients were told. */
  private static void check(SimWorld world, SimClients clients) {
    SlotFold fold = new SlotFold(new SlotScope(SimWorld.AREAS.session(), 0));
    Map<RequestKey, List<ShardVersion>> effects = new HashMap<>();
    Map<SessionId, ShardVersion> versions = new HashMap<>();
    for (int offset = 0; offset < world.slotLog.size(); offset++) {
      SlotEntry entry = world.slotLog.get(offset);
      if (fold.apply(offset, entry) == SlotFold.Outcome.APPLIED
          && entry instanceof SlotEntry.Written written
          && written.shard().isPresent()) {
        ShardVersion before = versions.getOrDefault(written.session(), ShardVersion.NONE);
        assertThat(written.version()).as("versions are gap-free").isEqualTo(before.next());
        versions.put(written.session(), written.version());
        AppliedRequest last = written.shard().get().requests().getLast();
        if (last.version().equals(written.version())) {
          effects.computeIfAbsent(last.key(), _ -> new ArrayList<>()).add(written.version());
        }
      }
    }
    for (SimClients.WriteRecord write : clients.writes) {
      List<ShardVersion> effect = effects.getOrDefault(write.key, List.of());
      assertThat(effect).as("one effect").hasSizeLessThanOrEqualTo(1);
      write.acked.ifPresent(
          version -> assertThat(effect).as("acknowledged and there").containsExactly(version));
      if (write.refusedForGood) {
        assertThat(effect).as("refused and never visible").isEmpty();
      }
    }
    assertThat(world.faults).isGreaterThan(5);
  }
}
