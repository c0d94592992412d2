package dev.kintsugi.local.verify.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.admin.SlotTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** When a node has its share, by tables made by hand; each look takes a second of their time. */
class SceneTest {

  private static final int SLOTS = 12;
  private static final String NODE = "node-3";

  private final List<SlotTable> tables = new ArrayList<>();
  private int looks;

  private final Cluster cluster =
      new Cluster() {
        @Override
        public SlotTable table() {
          SlotTable table = tables.get(Math.min(looks, tables.size() - 1));
          looks++;
          return table;
        }

        @Override
        public void command(String what) {
          throw new AssertionError("nobody gives commands here: " + what);
        }

        @Override
        public void awaitWhole() {
          throw new AssertionError("nobody waits for that here");
        }
      };

  private Scene scene(long secondsALook) {
    return new Scene(
        new FakeSuite(),
        cluster,
        new Random(1),
        () -> looks * secondsALook * 1_000_000_000L,
        () -> Instant.EPOCH,
        _ -> {},
        _ -> {});
  }

  /** The first slots belong to the node, the others to two others by turns. */
  private static SlotTable table(int ofTheNode, int liveCopies) {
    List<SlotTable.Line> lines = new ArrayList<>();
    for (int slot = 0; slot < SLOTS; slot++) {
      String owner = slot < ofTheNode ? NODE : "node-" + (1 + slot % 2);
      lines.add(new SlotTable.Line("mail/" + slot, owner, 1, false, liveCopies));
    }
    return new SlotTable("1.1@1", "coordinator-1", Map.of(), lines);
  }

  @Test
  void half_as_many_slots_as_the_mean_node_are_a_share() throws Exception {
    tables.addAll(List.of(table(0, 2), table(1, 2), table(2, 2)));

    scene(1).awaitShare(NODE);

    assertThat(looks).as("two seconds after the last owner changed").isEqualTo(5);
  }

  @Test
  void as_long_as_owners_change_nobody_has_a_share() throws Exception {
    tables.addAll(List.of(table(2, 2), table(3, 2), table(4, 2), table(5, 2), table(4, 2)));

    scene(1).awaitShare(NODE);

    assertThat(looks).isEqualTo(7);
  }

  @Test
  void as_long_as_a_slot_is_thin_nobody_has_a_share() throws Exception {
    tables.addAll(List.of(table(4, 1), table(4, 1), table(4, 1), table(4, 1), table(4, 2)));

    scene(1).awaitShare(NODE);

    assertThat(looks).isEqualTo(5);
  }

  @Test
  void who_does_not_get_one_in_two_minutes_is_told_of() {
    tables.add(table(1, 2));

    assertThatThrownBy(() -> scene(50).awaitShare(NODE))
        .isInstanceOf(SuiteException.class)
        .hasMessage("after 120 s not yet: node-3 has its share of slots");
  }
}
