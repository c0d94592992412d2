package dev.kintsugi.log;

import static dev.kintsugi.core.AtOnce.require;

import dev.kintsugi.core.AtOnce;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.ShardMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

class NewestMapTest {

  private static final int SCHEDULES = 300;
  private static final ShardMap ONE = map(1);
  private static final ShardMap TWO = map(2);

  private static ShardMap map(long offset) {
    return ShardMap.of(new MapVersion(new Epoch(1, 1), offset), List.of(), Map.of());
  }

  @Test
  void whoever_waits_for_a_newer_map_gets_one_also_if_it_comes_as_he_begins_to_wait() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          NewestMap newest = AtOnce.share(new NewestMap());
          AtomicReference<CompletableFuture<ShardMap>> first = new AtomicReference<>();
          AtomicReference<CompletableFuture<ShardMap>> second = new AtomicReference<>();
          AtOnce.run(
              () -> {
                newest.publish(ONE);
                newest.publish(TWO);
              },
              () -> first.set(newest.newerThan(MapVersion.NONE)),
              () -> second.set(newest.newerThan(ONE.version())));
          require(first.get().isDone(), "nobody told of the first map");
          require(second.get().isDone(), "nobody told of the second map");
          require(
              second.get().join().version().equals(TWO.version()),
              "what was seen already is told as new");
          require(!newest.newerThan(TWO.version()).isDone(), "there is none newer");
        });
  }

  @Test
  void the_newest_map_never_goes_back_and_listeners_hear_of_all_in_order() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          NewestMap newest = AtOnce.share(new NewestMap());
          ConcurrentLinkedQueue<ShardMap> heard = new ConcurrentLinkedQueue<>();
          ConcurrentLinkedQueue<ShardMap> late = new ConcurrentLinkedQueue<>();
          newest.onChange(heard::add);
          AtOnce.run(
              () -> {
                newest.publish(ONE);
                newest.publish(TWO);
              },
              () -> {
                // As the node does it: no map falls between.
                newest.onChange(late::add);
                late.add(newest.current());
              },
              () -> {
                ShardMap before = newest.current();
                ShardMap after = newest.current();
                require(!before.version().newerThan(after.version()), "the map goes back");
              });
          require(List.copyOf(heard).equals(List.of(ONE, TWO)), "heard: " + heard);
          require(late.contains(TWO), "the newest map fell between");
          require(newest.current().version().equals(TWO.version()), "the newest map is lost");
        });
  }
}
