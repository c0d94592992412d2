package dev.kintsugi.tokens.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.runtime.GrantStore.Found;
import dev.kintsugi.tokens.runtime.GrantStore.Leasing;
import dev.kintsugi.tokens.runtime.GrantStore.Stored;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Eight threads that do whatever a store allows to two grants, and what must hold afterwards. */
final class StoreRace {

  private static final int THREADS = 8;
  private static final int EACH = 60;

  /** A fencing number, and when it was asked for and given. */
  private record Numbered(long number, long beganNanos, long endedNanos) {}

  /** A change that was done: what it replaced, and with what; empty: it was deleted. */
  private record Change(long replaced, Optional<Grant> by) {}

  private static final class Kept {
    private final Queue<Numbered> numbers = new ConcurrentLinkedQueue<>();
    private final Queue<Change> changes = new ConcurrentLinkedQueue<>();
    private final Queue<DueTask.Revoke> deletions = new ConcurrentLinkedQueue<>();
    private final AtomicInteger holders = new AtomicInteger();
    private final AtomicLong largest = new AtomicLong();
  }

  private final GrantStore store;
  private final long seed;
  private final List<GrantKey> keys;
  private final Map<GrantKey, Kept> all = new ConcurrentHashMap<>();
  private final AtomicInteger tokens = new AtomicInteger();

  StoreRace(GrantStore store, long seed) {
    this.store = store;
    this.seed = seed;
    this.keys =
        List.of(GrantStoreContract.key("race-a-" + seed), GrantStoreContract.key("race-b-" + seed));
  }

  void run() throws Exception {
    keys.forEach(key -> all.put(key, new Kept()));
    CyclicBarrier start = new CyclicBarrier(THREADS);
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Random random = new Random(seed * 31 + i);
        running.add(
            threads.submit(() -> {
              start.await();
              for (int step = 0; step < EACH; step++) {
                step(keys.get(random.nextInt(keys.size())), random);
              }
              return null;
            }));
      }
      for (Future<?> thread : running) {
        thread.get(60, TimeUnit.SECONDS);
      }
    }
    keys.forEach(this::check);
  }

  private void step(GrantKey key, Random random) {
    Kept kept = all.get(key);
    switch (random.nextInt(8)) {
      case 0, 1 -> put(key, kept);
      case 2, 3, 4 -> leased(key, kept);
      case 5 -> numbered(key, kept);
      case 6 -> store.touch(key, GrantStoreContract.NOW, GrantStoreContract.KEEP);
      default -> delete(key, kept);
    }
  }

  private void put(GrantKey key, Kept kept) {
    Grant grant = GrantStoreContract.grant(key, "r" + tokens.incrementAndGet());
    long revision = store.load(key).revision();
    if (store.put(grant, revision, GrantStoreContract.NOW, GrantStoreContract.KEEP)
        == Stored.DONE) {
      kept.changes.add(new Change(revision, Optional.of(grant)));
    }
  }

  private void leased(GrantKey key, Kept kept) {
    long began = System.nanoTime();
    if (store.lease(key, GrantStoreContract.LONG) instanceof Leasing.Held held) {
      handedOut(kept, held.lease().number(), began);
      assertThat(kept.holders.incrementAndGet()).as("who hold the lease").isOne();
      store(key, kept, held.found().revision(), held.lease().number());
      kept.holders.decrementAndGet();
      store.release(held.lease());
    }
  }

  private void numbered(GrantKey key, Kept kept) {
    long began = System.nanoTime();
    OptionalLong number = store.takeNumber(key);
    if (number.isPresent()) {
      handedOut(kept, number.getAsLong(), began);
      store(key, kept, store.load(key).revision(), number.getAsLong());
    }
  }

  private static void handedOut(Kept kept, long number, long began) {
    kept.numbers.add(new Numbered(number, began, System.nanoTime()));
    kept.largest.accumulateAndGet(number, Math::max);
  }

  private void store(GrantKey key, Kept kept, long revision, long number) {
    Grant grant = GrantStoreContract.grant(key, "r" + tokens.incrementAndGet());
    long before = kept.largest.get();
    if (store.store(grant, revision, number, GrantStoreContract.KEEP) == Stored.DONE) {
      assertThat(number).as("a number that was the newest").isGreaterThanOrEqualTo(before);
      kept.changes.add(new Change(revision, Optional.of(grant)));
    }
  }

  private void delete(GrantKey key, Kept kept) {
    DueTask.Revoke task = GrantStoreContract.revoke(key, "n" + tokens.incrementAndGet());
    if (store.delete(task, GrantStoreContract.KEEP, GrantStoreContract.KEEP)) {
      kept.deletions.add(task);
    }
  }

  private void check(GrantKey key) {
    Kept kept = all.get(key);
    assertThat(kept.numbers).extracting(Numbered::number).doesNotHaveDuplicates();
    for (Numbered one : kept.numbers) {
      for (Numbered other : kept.numbers) {
        if (one.endedNanos() - other.beganNanos() < 0) {
          assertThat(one.number()).as("handed out before").isLessThan(other.number());
        }
      }
    }
    assertThat(kept.changes).extracting(Change::replaced).doesNotHaveDuplicates();
    Set<Grant> written = new HashSet<>();
    kept.changes.forEach(change -> written.add(change.by().orElseThrow()));
    Set<Grant> deleted = new HashSet<>();
    for (DueTask.Revoke task : kept.deletions) {
      Grant content = store.forRevocation(task).orElseThrow();
      assertThat(written).as("what was deleted").contains(content);
      assertThat(deleted.add(content)).as("deleted once").isTrue();
    }
    Found end = store.load(key);
    Optional<Change> last = kept.changes.stream().max(Comparator.comparingLong(Change::replaced));
    if (end.grant().isPresent()) {
      assertThat(end.grant()).isEqualTo(last.flatMap(Change::by));
      assertThat(deleted).doesNotContain(end.grant().get());
    } else {
      assertThat(last.flatMap(Change::by).map(deleted::contains).orElse(true)).isTrue();
    }
  }
}
