package dev.kintsugi.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ShardMapLog.Entry;
import dev.kintsugi.core.ShardMapLog.Outcome;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ShardMapLogTest {

  private static final Incarnation A = new Incarnation(1);
  private static final Incarnation B = new Incarnation(2);

  private final ShardMapLog log = new ShardMapLog();

  @Test
  void a_deposed_leaders_table_is_void() {
    log.apply(0, new Entry.Leadership(new Epoch(1, 1), A, "c1", "http://a"));
    assertThat(log.apply(1, table(new Epoch(1, 1), A, 1))).isEqualTo(Outcome.MAP_CHANGED);
    log.apply(2, new Entry.Leadership(new Epoch(2, 1), B, "c2", "http://b"));
    assertThat(log.apply(3, table(new Epoch(1, 1), A, 2))).isEqualTo(Outcome.VOID);
    assertThat(log.map().version()).isEqualTo(new MapVersion(new Epoch(1, 1), 1));
    assertThat(log.apply(4, table(new Epoch(2, 1), B, 2))).isEqualTo(Outcome.MAP_CHANGED);
    assertThat(log.map().version()).isEqualTo(new MapVersion(new Epoch(2, 1), 4));
  }

  @Test
  void of_two_leaders_with_the_same_epoch_the_first_wins() {
    log.apply(0, new Entry.Leadership(new Epoch(1, 1), A, "c1", "http://a"));
    assertThat(log.apply(1, new Entry.Leadership(new Epoch(1, 1), B, "c2", "http://b")))
        .isEqualTo(Outcome.VOID);
    assertThat(log.apply(2, new Entry.Beat(new Epoch(1, 1), B))).isEqualTo(Outcome.VOID);
    assertThat(log.apply(3, new Entry.Beat(new Epoch(1, 1), A))).isEqualTo(Outcome.LEADER_ALIVE);
  }

  @Test
  void a_record_read_twice_counts_once() {
    log.apply(5, new Entry.Leadership(new Epoch(1, 1), A, "c1", "http://a"));
    assertThat(log.apply(5, new Entry.Leadership(new Epoch(2, 1), B, "c2", "http://b")))
        .isEqualTo(Outcome.DUPLICATE);
  }

  private static Entry.Table table(Epoch epoch, Incarnation incarnation, long grant) {
    NodeId node = new NodeId("node-1");
    MapNode entry =
        new MapNode(
            node, URI.create("http://n1"), new Incarnation(9), MapNode.State.UP, Optional.empty());
    ShardMap map =
        ShardMap.of(
            MapVersion.NONE,
            List.of(entry),
            Map.of(Area.SESSION, List.of(SlotAssignment.ownedBy(node, List.of(), grant))));
    return new Entry.Table(epoch, incarnation, map);
  }
}
