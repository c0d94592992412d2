package dev.kintsugi.node.domain.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerWatchTest {

  private static final long MILLI = 1_000_000;
  private static final Incarnation LIFE = new Incarnation(11);

  private final PeerWatch watch =
      new PeerWatch(new NodeId("node-1"), WatchSettings.of(2, Duration.ofMillis(100)));
  private final List<WatchAction> out = new ArrayList<>();
  private long now = Long.MAX_VALUE - 2_000 * MILLI;
  private long offset;

  private static MapNode node(int number, MapNode.State state) {
    NodeId id = new NodeId("node-" + number);
    return new MapNode(
        id,
        URI.create("http://" + id + ":1"),
        new Incarnation(number + 1),
        state,
        Optional.empty());
  }

  private void map(MapNode... nodes) {
    watch.onMap(
        ShardMap.of(new MapVersion(new Epoch(1, 1), offset++), List.of(nodes), new TreeMap<>()),
        now,
        out);
  }

  private static MapNode up(int number) {
    return node(number, MapNode.State.UP);
  }

  private List<WatchAction> done() {
    List<WatchAction> done = List.copyOf(out);
    out.clear();
    return done;
  }

  private void pass(long millis, long... pulsing) {
    for (long end = now + millis * MILLI, i = 1; now - end < 0; i++) {
      now += 50 * MILLI;
      if (i % 2 == 0) {
        for (long line : pulsing) {
          watch.onPulse(line, LIFE, now, out);
        }
      }
      watch.onTick(now, out);
    }
  }

  private List<Word.Said> said() {
    return watch.words(now).stream().map(Word::said).toList();
  }

  @Test
  void it_watches_the_next_two_in_the_ring_that_live() {
    map(up(0), up(1), up(2), node(3, MapNode.State.DEAD), node(4, MapNode.State.DRAINING), up(5));
    assertThat(done())
        .containsExactly(
            new WatchAction.Open(1, URI.create("http://node-2:1")),
            new WatchAction.Open(2, URI.create("http://node-4:1")));
    map(up(0), up(1), up(2), node(4, MapNode.State.DEAD));
    assertThat(done())
        .containsExactly(
            new WatchAction.Close(2), new WatchAction.Open(3, URI.create("http://node-0:1")));
  }

  @Test
  void who_is_not_in_the_map_or_alone_watches_nobody() {
    map(up(2), up(3));
    map(up(1));
    assertThat(done()).isEmpty();
  }

  @Test
  void an_older_map_changes_nothing() {
    map(up(1), up(2));
    done();
    watch.onMap(
        ShardMap.of(new MapVersion(new Epoch(1, 1), 0), List.of(up(1), up(3)), new TreeMap<>()),
        now,
        out);
    assertThat(done()).isEmpty();
  }

  @Test
  void who_pulses_is_heard_and_that_is_no_news() {
    map(up(1), up(2));
    pass(1_000, 1);
    assertThat(done()).containsExactly(new WatchAction.Open(1, URI.create("http://node-2:1")));
    assertThat(watch.words(now))
        .containsExactly(new Word(new NodeId("node-2"), LIFE, Word.Said.HEARD, 0));
  }

  @Test
  void a_line_that_breaks_is_told_at_once_and_tried_again_at_once() {
    map(up(1), up(2));
    pass(1_000, 1);
    done();
    watch.onEnd(1, LineEnd.BROKEN, now, out);
    assertThat(done())
        .containsExactly(
            new WatchAction.Tell(), new WatchAction.Open(2, URI.create("http://node-2:1")));
    watch.onEnd(2, LineEnd.REFUSED, now, out);
    assertThat(done()).containsExactly(new WatchAction.Tell());
    assertThat(said()).containsExactly(Word.Said.REFUSED);
    pass(50);
    assertThat(done()).isEmpty();
    pass(50);
    assertThat(done()).containsExactly(new WatchAction.Open(3, URI.create("http://node-2:1")));
    watch.onEnd(3, LineEnd.REFUSED, now, out);
    pass(10_000);
    assertThat(done()).as("the same word is no news").doesNotContain(new WatchAction.Tell());
  }

  @Test
  void what_is_seen_of_a_new_life_before_it_was_heard_is_about_that_life() {
    map(up(1), up(2));
    pass(1_000, 1);
    watch.onEnd(1, LineEnd.BROKEN, now, out);
    MapNode again =
        new MapNode(
            new NodeId("node-2"),
            URI.create("http://node-2:1"),
            new Incarnation(77),
            MapNode.State.UP,
            Optional.empty());
    map(up(1), again);
    watch.onEnd(2, LineEnd.REFUSED, now, out);
    assertThat(watch.words(now))
        .containsExactly(new Word(new NodeId("node-2"), new Incarnation(77), Word.Said.REFUSED, 0));
  }

  @Test
  void what_was_seen_of_a_former_life_is_not_said_of_the_next_which_is_tried_at_once() {
    map(up(1), up(2));
    pass(1_000, 1);
    watch.onEnd(1, LineEnd.BROKEN, now, out);
    watch.onEnd(2, LineEnd.REFUSED, now, out);
    assertThat(said()).containsExactly(Word.Said.REFUSED);
    done();
    MapNode again =
        new MapNode(
            new NodeId("node-2"),
            URI.create("http://node-2:1"),
            new Incarnation(77),
            MapNode.State.UP,
            Optional.empty());
    map(up(1), again);
    assertThat(said()).as("nothing is known of it yet").isEmpty();
    assertThat(done()).containsExactly(new WatchAction.Open(3, URI.create("http://node-2:1")));
    watch.onEnd(3, LineEnd.UNCLEAR, now, out);
    assertThat(said()).isEmpty();
    map(up(1), again);
    assertThat(said()).as("the same life is no news").isEmpty();
  }

  @Test
  void a_silence_that_surprises_is_told_and_so_is_its_end() {
    map(up(1), up(2));
    pass(5_000, 1);
    done();
    pass(250);
    assertThat(said()).containsExactly(Word.Said.HEARD);
    pass(50);
    assertThat(said()).containsExactly(Word.Said.SILENT);
    assertThat(done()).containsExactly(new WatchAction.Tell());
    watch.onPulse(1, LIFE, now, out);
    assertThat(said()).containsExactly(Word.Said.HEARD);
    assertThat(done()).containsExactly(new WatchAction.Tell());
  }

  @Test
  void a_watcher_that_was_stopped_itself_accuses_nobody() {
    map(up(1), up(2));
    pass(5_000, 1);
    now += 12_000 * MILLI;
    watch.onTick(now, out);
    pass(200);
    assertThat(said()).containsExactly(Word.Said.HEARD);
    assertThat(watch.words(now).getFirst().silentMillis())
        .as("but tells how long it has really heard nothing")
        .isGreaterThan(12_000);
    pass(3_000);
    assertThat(said()).containsExactly(Word.Said.SILENT);
  }

  @Test
  void a_line_that_never_stood_or_is_foreign_proves_nothing() {
    map(up(1), up(2));
    for (int line = 1; line < 5; line++) {
      assertThat(done()).containsExactly(new WatchAction.Open(line, URI.create("http://node-2:1")));
      watch.onEnd(line, LineEnd.UNCLEAR, now, out);
      assertThat(watch.words(now)).isEmpty();
      for (int i = 0; i < 25 && out.isEmpty(); i++) {
        pass(50);
      }
    }
  }

  @Test
  void a_line_that_is_silent_for_long_is_opened_anew() {
    map(up(1), up(2));
    pass(1_000, 1);
    done();
    pass(3_100);
    assertThat(done())
        .containsExactly(
            new WatchAction.Tell(),
            new WatchAction.Close(1),
            new WatchAction.Open(2, URI.create("http://node-2:1")));
    watch.onPulse(1, LIFE, now, out);
    assertThat(said())
        .as("what a closed line tells does not count")
        .doesNotContain(Word.Said.HEARD);
  }

  @Test
  void a_frozen_peer_that_takes_the_connection_is_silent_too() {
    map(up(1), up(2));
    pass(400);
    assertThat(watch.words(now))
        .extracting(Word::said, Word::incarnation)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(Word.Said.SILENT, new Incarnation(3)));
  }

  private static <T> T any(T[] values, Random random) {
    return values[random.nextInt(values.length)];
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89})
  void whatever_happens_each_peer_has_one_line_at_most_and_whoever_pulses_is_heard(long seed) {
    Random random = new Random(seed);
    List<Long> open = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      now += random.nextLong(200 * MILLI);
      switch (random.nextInt(5)) {
        case 0 -> {
          List<MapNode> nodes = new ArrayList<>();
          for (int n = 1; n < 6; n++) {
            nodes.add(node(n, any(MapNode.State.values(), random)));
          }
          map(nodes.toArray(MapNode[]::new));
        }
        case 1 -> watch.onTick(now, out);
        case 2 -> {
          if (!open.isEmpty()) {
            long line = open.remove(random.nextInt(open.size()));
            watch.onEnd(line, any(LineEnd.values(), random), now, out);
          }
        }
        default ->
            watch.onPulse(random.nextLong(20), new Incarnation(1 + random.nextInt(3)), now, out);
      }
      for (WatchAction action : done()) {
        switch (action) {
          case WatchAction.Open(long line, var _) -> open.add(line);
          case WatchAction.Close(long line) -> assertThat(open.remove(line)).isTrue();
          case WatchAction.Tell() -> {}
        }
      }
      assertThat(open).hasSizeLessThanOrEqualTo(2).doesNotHaveDuplicates();
      assertThat(watch.words(now)).hasSizeLessThanOrEqualTo(2);
    }
  }
}
