package dev.kintsugi.coordinator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlacementPropertiesTest {

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 60);
  }

  private final Map<SlotId, Long> grants = new HashMap<>();

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void through_deaths_restarts_joins_and_drains_the_table_stays_sound_and_comes_to_rest(long seed) {
    Random random = new Random(seed);
    Town town = town(random);
    town.settle(() -> checkSound(town));
    for (int round = 0; round < 12; round++) {
      disturb(town, random, round);
      for (int steps = random.nextInt(6); steps > 0; steps--) {
        town.step();
        checkSound(town);
        if (random.nextBoolean()) {
          town.obey();
        }
      }
      if (random.nextInt(3) == 0) {
        calm(town);
      }
    }
    calm(town);
  }

  private void calm(Town town) {
    town.residents.values().forEach(r -> r.inGrace = false);
    recover(town);
    if (town.active().isEmpty()) {
      return;
    }
    town.settle(() -> checkSound(town));
    checkEven(town);
    assertThat(town.plan().remaining()).isEmpty();
    assertThat(town.plan().table().sameContent(town.plan().table())).isTrue();
  }

  private static Town town(Random random) {
    int copies = 2 + random.nextInt(2);
    Town town =
        new Town(
            Town.areas(1 + random.nextInt(20), copies, "settings", "mailbox-list"), Limits.DEFAULT);
    int nodes = 1 + random.nextInt(6);
    for (int i = 1; i <= nodes; i++) {
      town.join(new NodeId("node-" + i), Optional.empty());
    }
    return town;
  }

  private static void disturb(Town town, Random random, int round) {
    List<Town.Resident> all = List.copyOf(town.residents.values());
    Town.Resident one = all.get(random.nextInt(all.size()));
    switch (random.nextInt(6)) {
      case 0, 1 -> {
        if (one.life == Life.DEAD) {
          town.restart(one.id);
        } else {
          town.kill(one.id, random.nextBoolean());
        }
      }
      case 2 -> town.join(new NodeId("late-" + round), Optional.empty());
      case 3 -> one.draining = !one.draining;
      case 4 -> one.inGrace = false;
      case 5 -> {
        if (one.life != Life.DEAD) {
          one.life = one.life == Life.UP ? Life.SUSPECT : Life.UP;
        }
      }
      default -> throw new IllegalStateException();
    }
    if (random.nextBoolean()) {
      recover(town);
    }
  }

  private static void recover(Town town) {
    town.residents.values().stream()
        .filter(r -> r.life == Life.SUSPECT)
        .forEach(r -> r.life = Life.UP);
  }

  private void checkSound(Town town) {
    town.map.forEachSlot((slot, a) -> {
      long before = grants.getOrDefault(slot, 0L);
      assertThat(a.grant()).as("grant of %s never goes back", slot).isGreaterThanOrEqualTo(before);
      grants.put(slot, a.grant());
      if (town.fleet().anybodyLive()) {
        assertThat(a.owner()).as("owner of %s", slot).isPresent();
        assertThat(town.fleet().isLive(a.owner().orElseThrow())).isTrue();
      }
      assertThat(Draft.holders(a)).as("holders of %s", slot).doesNotHaveDuplicates();
      for (NodeId standby : a.standbys()) {
        assertThat(town.fleet().isLive(standby) || town.fleet().isInGrace(standby)).isTrue();
      }
    });
  }

  private static void checkEven(Town town) {
    assertThat(Town.gap(town.owned(), town.active())).as("owners").isLessThanOrEqualTo(1);
    assertThat(Town.gap(town.copies(), town.active())).as("copies").isLessThanOrEqualTo(1);
    town.map.forEachSlot((slot, a) -> {
      int wanted = Math.min(town.areas.require(slot.area()).copies(), town.active().size());
      assertThat(Draft.holders(a)).as("holders of %s", slot).hasSize(wanted);
      assertThat(town.active()).containsAll(Draft.holders(a));
      assertThat(a.releasing()).isEmpty();
    });
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void an_owner_changes_only_if_it_must_or_by_a_planned_move(long seed) {
    Random random = new Random(seed);
    Town town = town(random);
    town.settle();
    for (int round = 0; round < 10; round++) {
      disturb(town, random, round);
      for (int steps = 0; steps < 10; steps++) {
        ShardMap before = town.map;
        town.step();
        before.forEachSlot(
            (slot, old) -> checkChange(town, slot, old, town.map.find(slot).orElseThrow()));
        town.obey();
      }
    }
  }

  private static void checkChange(Town town, SlotId slot, SlotAssignment old, SlotAssignment now) {
    boolean everybodyDied = now.owner().isEmpty() && !town.fleet().anybodyLive();
    if (everybodyDied || old.owner().equals(now.owner())) {
      return;
    }
    boolean lost = old.owner().isEmpty() || !town.fleet().isLive(old.owner().get());
    if (lost) {
      boolean hadLiveCopy =
          old.standbys().stream().anyMatch(town.fleet()::isLive)
              || old.releasing().filter(town.fleet()::isLive).isPresent();
      if (hadLiveCopy) {
        assertThat(old.involves(now.owner().orElseThrow())).as("%s goes to a copy", slot).isTrue();
      }
    } else {
      assertThat(old.standbys())
          .as("%s goes to a standby", slot)
          .contains(now.owner().orElseThrow());
    }
    assertThat(now.grant()).isGreaterThan(old.grant());
  }
}
