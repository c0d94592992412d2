package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotAssignment;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One node, driven by hand, and content or records that something is wrong with. */
class PoisonTest {

  private static final NodeId SELF = new NodeId("node-1");
  private static final Incarnation INCARNATION = new Incarnation(1);
  private static final Epoch EPOCH = new Epoch(1, 1);

  private final List<Action> out = new ArrayList<>();
  private final List<SlotEntry> log = new ArrayList<>();
  private final List<Answer> answers = new ArrayList<>();
  private final NodeMachine node =
      new NodeMachine(
          SELF,
          SimWorld.AREAS,
          new Lease(Duration.ofMillis(200), Duration.ofMillis(50), INCARNATION, 0),
          0,
          (_, patch) -> {
            if (patch.equals("\"poison\"")) {
              throw new IllegalArgumentException("cannot be merged");
            }
            return Optional.of(patch);
          },
          NodeSettings.of(Duration.ofHours(24)));

  @BeforeEach
  void serve() {
    node.onMap(map(), 0, Instant.EPOCH, out);
    node.onFollowed(SimWorld.SLOT);
    node.onAtEnd(SimWorld.SLOT, new Moment(0, Instant.EPOCH), 0, Instant.EPOCH, out);
    node.onTick(0, Instant.EPOCH, out);
    node.onBeat(INCARNATION, 1, 0, Instant.EPOCH, out);
    settle();
    request(1, new Change.Create(SimWorld.APPLICATION, Optional.empty(), Content.EMPTY, facts()));
    assertThat(answers).singleElement().isInstanceOf(Answer.Applied.class);
  }

  @Test
  void a_patch_that_cannot_be_merged_is_refused_and_those_beside_it_go_on() {
    request(2, merge("\"poison\""));
    request(3, merge("1"));
    assertThat(answers.get(1))
        .isInstanceOfSatisfying(
            Answer.Refused.class, refused -> assertThat(refused.why()).isEqualTo(Refusal.CONFLICT));
    assertThat(answers.get(2)).isInstanceOf(Answer.Applied.class);
  }

  @Test
  void records_of_an_earlier_following_leave_no_hole() {
    node.onSlotLogLost(SimWorld.SLOT, 0, Instant.EPOCH, out);
    SlotEntry.Settled late = new SlotEntry.Settled(EPOCH, INCARNATION);
    assertThat(node.onEntry(SimWorld.SLOT, 1_000, late, 0, Instant.EPOCH, out))
        .isEqualTo(SlotFold.Outcome.DUPLICATE);
    node.onFollowed(SimWorld.SLOT);
    assertThat(node.onEntry(SimWorld.SLOT, 0, log.getFirst(), 0, Instant.EPOCH, out))
        .isEqualTo(SlotFold.Outcome.APPLIED);
  }

  @Test
  void an_end_mark_goes_after_its_time_as_a_write_of_the_owner() {
    request(2, new Change.Advance(SessionFacts.State.ENDING));
    request(3, new Change.Advance(SessionFacts.State.ENDED));
    long early = Lifetimes.END_MARK.minusSeconds(1).toNanos();
    node.onTick(early, Instant.EPOCH.plusNanos(early), out);
    settle();
    assertThat(node.view(SimWorld.SLOT).orElseThrow().shards()).isEqualTo(1);
    long late = Lifetimes.END_MARK.plusSeconds(11).toNanos();
    node.onTick(late, Instant.EPOCH.plusNanos(late), out);
    settle();
    assertThat(node.view(SimWorld.SLOT).orElseThrow().shards()).isZero();
    assertThat(log.getLast())
        .isInstanceOfSatisfying(
            SlotEntry.Written.class,
            written -> {
              assertThat(written.shard()).isEmpty();
              assertThat(written.version()).isEqualTo(new ShardVersion(4));
            });
  }

  private void request(long key, Change change) {
    node.onRequest(
        key,
        new Request.Write(
            SimWorld.SLOT,
            new ShardKey(SimWorld.session(1), Area.SESSION),
            new RequestKey(0, key, key),
            change,
            Optional.<ShardVersion>empty()),
        1_000_000,
        0,
        Instant.EPOCH,
        out);
    settle();
  }

  /** Appends arrive at once and are read back at once. */
  private void settle() {
    while (!out.isEmpty()) {
      List<Action> due = List.copyOf(out);
      out.clear();
      for (Action action : due) {
        if (action instanceof Action.Append append) {
          log.add(append.entry());
          var _ =
              node.onEntry(SimWorld.SLOT, log.size() - 1, append.entry(), 0, Instant.EPOCH, out);
        } else if (action instanceof Action.Reply reply) {
          answers.add(reply.answer());
        }
      }
    }
  }

  private static Change merge(String patch) {
    TreeMap<String, String> patches = new TreeMap<>();
    patches.put("a", patch);
    return new Change.Merge(patches);
  }

  private static Optional<SessionFacts> facts() {
    return Optional.of(
        new SessionFacts(
            SessionFacts.State.LIVE,
            Instant.EPOCH,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  private static ShardMap map() {
    MapNode self =
        new MapNode(SELF, URI.create("http://n"), INCARNATION, MapNode.State.UP, Optional.empty());
    return ShardMap.of(
        new MapVersion(EPOCH, 1),
        List.of(self),
        Map.of(Area.SESSION, List.of(SlotAssignment.ownedBy(SELF, List.of(), 1))));
  }
}
