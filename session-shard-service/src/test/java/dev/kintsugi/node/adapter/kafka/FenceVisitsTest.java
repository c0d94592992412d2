package dev.kintsugi.node.adapter.kafka;

import static dev.kintsugi.core.AtOnce.require;

import dev.kintsugi.core.AtOnce;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

class FenceVisitsTest {

  private static final int SCHEDULES = 300;
  private static final int PARTITION = 3;

  /** A reader that takes its commands in order, and between them reads a partition of eight. */
  private static final class Partition implements FenceVisits.Reader {
    private static final long NOWHERE = -1;
    private static final long END = 8;

    final FenceVisits visits = new FenceVisits(this);
    final Set<Long> read = new HashSet<>();
    private final ConcurrentLinkedQueue<Long> commands = new ConcurrentLinkedQueue<>();
    private long next = NOWHERE;

    @Override
    public void follow(int partition, long offset) {
      commands.add(offset);
    }

    @Override
    public void unfollow(int partition) {
      commands.add(NOWHERE);
    }

    void step() {
      for (Long at = commands.poll(); at != null; at = commands.poll()) {
        next = at;
      }
      if (next != NOWHERE && next < END) {
        long offset = next++;
        read.add(offset);
        visits.onRead(PARTITION, offset);
      }
    }

    void lose() {
      visits.onLost(PARTITION);
      next = NOWHERE;
    }

    void readToTheEnd() {
      for (int i = 0; i <= END; i++) {
        step();
      }
    }
  }

  @Test
  void the_last_fence_is_read_although_the_visit_for_another_ends_just_then() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          Partition partition = AtOnce.share(new Partition());
          AtOnce.run(
              () -> partition.visits.begin(PARTITION, 4),
              () -> partition.visits.begin(PARTITION, 6),
              () -> {
                partition.step();
                partition.step();
              });
          partition.readToTheEnd();
          require(partition.read.contains(6L), "read: " + partition.read);
          require(partition.next == Partition.NOWHERE, "read for ever");
        });
  }

  @Test
  void a_fence_appended_after_the_position_was_lost_is_read() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          Partition partition = AtOnce.share(new Partition());
          partition.visits.begin(PARTITION, 4);
          partition.step();
          partition.visits.begin(PARTITION, 5);
          AtOnce.run(partition::lose, () -> partition.visits.begin(PARTITION, 6));
          partition.visits.begin(PARTITION, 7);
          partition.readToTheEnd();
          require(partition.read.contains(7L), "read: " + partition.read);
          require(partition.next == Partition.NOWHERE, "read for ever");
        });
  }
}
