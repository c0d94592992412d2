package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * No incarnation asks for an epoch twice: compaction would keep the later ownership record in the
 * place of the first, and what stands between them would be void for whoever replays the log.
 */
class EpochsAskedForTest {

  private final OneNode node = new OneNode();
  private final SessionId session = node.session(1);
  private final SlotId slot = OneNode.slot(OneNode.AREA, session);

  private List<Epoch> askedFor() {
    return node.out.stream()
        .filter(Action.Append.class::isInstance)
        .map(Action.Append.class::cast)
        .filter(append -> append.slot().equals(slot))
        .map(Action.Append::entry)
        .filter(SlotEntry.Owned.class::isInstance)
        .map(entry -> ((SlotEntry.Owned) entry).epoch())
        .toList();
  }

  /** An append has failed; the ownership record under the next epoch is under way. */
  private Epoch loseWriter() {
    Request.Write write =
        OneNode.write(
            session,
            OneNode.AREA,
            new Change.Create(
                SimWorld.APPLICATION,
                Optional.of(SimWorld.USER),
                OneNode.content("1"),
                Optional.empty()),
            99);
    node.machine.onRequest(99, write, 1_000_000_000, 0, Instant.EPOCH, node.out);
    node.out.clear();
    node.machine.onWriterLost(0, node.out);
    assertThat(askedFor()).hasSize(1);
    return askedFor().getFirst();
  }

  private void readAnew() {
    node.out.clear();
    node.machine.onSlotLogLost(slot, 0, Instant.EPOCH, node.out);
    node.machine.onFollowed(slot);
    List<SlotEntry> log = java.util.Objects.requireNonNull(node.logs.get(slot));
    for (int offset = 0; offset < log.size(); offset++) {
      var _ = node.machine.onEntry(slot, offset, log.get(offset), 0, Instant.EPOCH, node.out);
    }
    node.machine.onAtEnd(slot, new Moment(0, Instant.EPOCH), 0, Instant.EPOCH, node.out);
  }

  @Test
  void a_slot_that_is_read_anew_is_taken_under_an_epoch_that_was_never_asked_for() {
    Epoch underWay = loseWriter();
    readAnew();
    assertThat(askedFor()).hasSize(1);
    assertThat(askedFor().getFirst().fences(underWay)).isTrue();
  }

  @Test
  void nor_is_one_asked_for_again_after_it_was_read_anew_several_times() {
    Epoch last = loseWriter();
    for (int time = 0; time < 3; time++) {
      readAnew();
      Epoch next = askedFor().getFirst();
      assertThat(next.fences(last)).isTrue();
      last = next;
    }
  }
}
