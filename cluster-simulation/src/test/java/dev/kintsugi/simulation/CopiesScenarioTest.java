package dev.kintsugi.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.ShardKey;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slots that have lost a copy: shown, repaired, and then not shown any more. */
class CopiesScenarioTest {

  private static int shown(Stage stage, SlotId slot) {
    return stage.leader().rules().liveCopies().getOrDefault(slot, 0);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_slot_that_has_lost_a_copy_is_shown_at_once_and_repaired(long seed) {
    Stage stage = new Stage(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    SlotId slot = stage.slot(mail);
    stage.run(Duration.ofSeconds(1));
    assertThat(stage.leader().rules().health().thin()).isZero();
    stage.owner(mail).pause(Duration.ofSeconds(20).toNanos());
    assertThat(stage.copies(slot)).isEqualTo(1);
    stage.until(
        "it is shown",
        SimCoordinator.DEAD_AFTER.plusMillis(200),
        () -> shown(stage, slot) == 1 && stage.leader().rules().health().thin() > 0);
    stage.until("it is repaired", Duration.ofSeconds(5), () -> stage.copies(slot) == 2);
    stage.until("that is shown as well", Duration.ofMillis(300), () -> shown(stage, slot) == 2);
    stage.until(
        "all others are", Duration.ofSeconds(3), () -> stage.leader().rules().health().thin() == 0);
    stage.put(mail, "subject", "in two places");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_copy_that_still_reads_its_log_is_none(long seed) {
    Stage stage = new Stage(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    SlotId slot = stage.slot(mail);
    SimNode owner = stage.owner(mail);
    SimNode standby = stage.standby(mail);
    SimNode third = stage.anotherThan(owner, standby);
    stage.run(Duration.ofSeconds(1));
    standby.pause(Duration.ofSeconds(20).toNanos());
    third.stallSlots(Duration.ofSeconds(8).toNanos());
    stage.until(
        "the map names the third node",
        Duration.ofSeconds(6),
        () ->
            stage
                .map()
                .find(slot)
                .map(SlotAssignment::standbys)
                .filter(standbys -> standbys.contains(third.id))
                .isPresent());
    stage.run(Duration.ofMillis(1_500));
    assertThat(stage.copies(slot)).isEqualTo(1);
    assertThat(shown(stage, slot)).isEqualTo(1);
    stage.until("it has read", Duration.ofSeconds(8), () -> stage.copies(slot) == 2);
    stage.until("that is shown", Duration.ofMillis(300), () -> shown(stage, slot) == 2);
  }
}
