package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An owner and a copy of one of its slots on another node, which reads when the test says so. */
class DigestChecksTest {

  private static final SlotId SLOT = new SlotId(Area.SESSION, 1);
  private static final NodeId OWNER = new NodeId("node-1");
  private static final NodeId COPY = new NodeId("node-2");
  private static final NodeSettings SETTINGS =
      OneNode.SETTINGS.withCheckInterval(Duration.ofNanos(1));

  private final OneNode owner = new OneNode(SETTINGS);
  private final Copy copy = new Copy();
  private int written;

  /** The copy, and what came of its comparisons. */
  private final class Copy {
    final List<Action> found = new ArrayList<>();
    final Set<Integer> lost = new HashSet<>();
    final Set<Integer> compacted = new HashSet<>();
    private final List<Action> out = new ArrayList<>();
    private final NodeMachine machine =
        new NodeMachine(
            COPY,
            Areas.of(List.of(new AreaPolicy(Area.SESSION, OneNode.SLOTS, 2, 1_000))),
            new Lease(Duration.ofMillis(200), Duration.ofMillis(50), new Incarnation(2), 0),
            0,
            (_, patch) -> Optional.of(patch),
            SETTINGS);
    private int position;
    private int follows;
    long nanos;

    void follow() {
      List<SlotAssignment> slots = new ArrayList<>();
      for (int number = 0; number < OneNode.SLOTS; number++) {
        slots.add(SlotAssignment.ownedBy(OWNER, number == 1 ? List.of(COPY) : List.of(), 1));
      }
      machine.onMap(
          ShardMap.of(
              new MapVersion(new Epoch(1, 1), 1),
              List.of(up(OWNER), up(COPY)),
              Map.of(Area.SESSION, slots)),
          nanos,
          Instant.EPOCH,
          out);
      perform();
      read();
    }

    private static MapNode up(NodeId node) {
      return new MapNode(
          node, URI.create("http://n"), new Incarnation(1), MapNode.State.UP, Optional.empty());
    }

    /** Reads to the log's end. */
    void read() {
      List<SlotEntry> log = log();
      while (position < log.size()) {
        int offset = position++;
        if (!lost.remove(offset) && !compacted.contains(offset)) {
          var _ = machine.onEntry(SLOT, offset, log.get(offset), nanos, Instant.EPOCH, out);
          perform();
        }
      }
      machine.onAtEnd(SLOT, new Moment(nanos, Instant.EPOCH), nanos, Instant.EPOCH, out);
    }

    void tick() {
      machine.onTick(nanos, Instant.EPOCH, out);
      perform();
    }

    private void perform() {
      for (Action action : List.copyOf(out)) {
        switch (action) {
          case Action.Follow _ -> {
            position = 0;
            follows++;
            machine.onFollowed(SLOT);
          }
          case Action.Agrees _, Action.Differs _ -> found.add(action);
          case Action.Append _,
              Action.AppendBeat _,
              Action.AppendFence _,
              Action.ReplaceWriter _,
              Action.Reply _,
              Action.Unfollow _,
              Action.Serving _,
              Action.GivingUp _,
              Action.FinishEnding _,
              Action.Due _,
              Action.WatchNoMore _,
              Action.WroteBack _,
              Action.Rejoin _ -> {}
        }
      }
      out.clear();
    }

    /** Whether a caller who has seen nothing yet is answered from this copy. */
    boolean answers(SessionId session) {
      Request.Read read =
          new Request.Read(SLOT, new ShardKey(session, Area.SESSION), new Leniency.FromStandby(0));
      machine.onRequest(1, read, nanos + 1_000, nanos, Instant.EPOCH, out);
      boolean answered =
          out.stream()
              .anyMatch(action ->
                  action instanceof Action.Reply reply && reply.answer() instanceof Answer.Stale);
      out.clear();
      return answered;
    }

    boolean isCaughtUp() {
      return machine.view(SLOT).orElseThrow().caughtUp();
    }

    List<Suspect> suspects() {
      return found.stream()
          .filter(Action.Differs.class::isInstance)
          .map(action -> ((Action.Differs) action).suspect())
          .toList();
    }

    long agreed() {
      return found.stream().filter(Action.Agrees.class::isInstance).count();
    }
  }

  private List<SlotEntry> log() {
    return Objects.requireNonNull(owner.logs.get(SLOT));
  }

  private SessionId created() {
    SessionId session = owner.session(1);
    assertThat(owner.create(session)).isInstanceOf(Answer.Applied.class);
    return session;
  }

  private void put(SessionId session) {
    Change change = new Change.Put(OneNode.content(Integer.toString(written++)));
    assertThat(owner.write(session, Area.SESSION, change)).isInstanceOf(Answer.Applied.class);
  }

  /** The time for a check comes; returns the offset of what the owner has appended. */
  private int check() {
    owner.nanos++;
    owner.tick();
    assertThat(log().getLast()).isInstanceOf(SlotEntry.Checked.class);
    return log().size() - 1;
  }

  private SlotEntry.Checked lastCheck() {
    return (SlotEntry.Checked) log().getLast();
  }

  /** Somebody has written a check in the owner's name that says something else of a sample. */
  private void findWrongCheck(SlotEntry.Sample of) {
    SlotEntry.Checked right = lastCheck();
    SlotEntry.Sample wrong =
        new SlotEntry.Sample(of.offset(), of.digest() + 1, of.shards(), of.form());
    var _ =
        owner.find(
            SLOT, new SlotEntry.Checked(right.epoch(), right.incarnation(), Optional.of(wrong)));
  }

  private SlotEntry.Sample sampleAt(int offset) {
    SlotView view = owner.machine.view(SLOT).orElseThrow();
    return new SlotEntry.Sample(offset, view.digest(), view.shards(), Digest.FORM);
  }

  @Test
  void copies_that_are_the_same_agree() {
    copy.follow();
    created();
    check();
    created();
    check();
    check();
    copy.read();
    assertThat(copy.agreed()).isEqualTo(2);
    assertThat(copy.suspects()).isEmpty();
    assertThat(copy.isCaughtUp()).isTrue();
  }

  @Test
  void an_owner_whose_sample_has_been_told_is_quiet_until_something_is_written() {
    SessionId session = created();
    check();
    check();
    int end = log().size();
    for (int i = 0; i < 5; i++) {
      owner.nanos++;
      owner.tick();
    }
    assertThat(log()).hasSize(end);
    put(session);
    check();
  }

  @Test
  void a_copy_that_lost_a_record_is_found_within_two_checks_is_rebuilt_and_agrees() {
    copy.follow();
    created();
    copy.lost.add(log().size() - 1);
    check();
    copy.read();
    assertThat(copy.found).isEmpty();
    check();
    copy.read();
    assertThat(copy.suspects()).containsExactly(Suspect.COPY);
    assertThat(copy.follows).as("read anew").isEqualTo(2);
    created();
    check();
    check();
    copy.read();
    assertThat(copy.suspects()).hasSize(1);
    assertThat(copy.agreed()).isEqualTo(1);
    assertThat(copy.isCaughtUp()).isTrue();
  }

  @Test
  void a_copy_that_was_found_to_be_wrong_is_not_caught_up_until_it_has_been_read_anew() {
    copy.follow();
    created();
    copy.lost.add(log().size() - 1);
    check();
    copy.read();
    assertThat(copy.isCaughtUp()).isTrue();
    check();
    copy.position = log().size() - 1;
    var _ =
        copy.machine.onEntry(SLOT, log().size() - 1, log().getLast(), 0, Instant.EPOCH, copy.out);
    assertThat(copy.isCaughtUp()).isFalse();
    copy.perform();
    copy.read();
    assertThat(copy.isCaughtUp()).isTrue();
  }

  @Test
  void a_replay_of_a_compacted_log_raises_no_false_alarm() {
    SessionId session = created();
    int before = log().size() - 1;
    put(session);
    int first = check();
    put(session);
    check();
    assertThat(lastCheck().sample()).map(SlotEntry.Sample::offset).contains((long) first);
    copy.compacted.addAll(List.of(before, before + 1));
    copy.follow();
    assertThat(copy.found).isEmpty();
    put(session);
    check();
    check();
    copy.read();
    assertThat(copy.suspects()).isEmpty();
    assertThat(copy.agreed()).isEqualTo(1);
  }

  @Test
  void a_slot_with_a_quarantined_shard_is_not_compared() {
    copy.follow();
    created();
    check();
    copy.read();
    SessionId session = owner.session(1);
    SlotEntry.Checked by = lastCheck();
    var _ =
        owner.find(
            SLOT,
            new SlotEntry.Malformed(
                Optional.of(session),
                Optional.of(
                    new SlotEntry.Signature(
                        by.epoch(), by.incarnation(), ShardVersion.NONE.next())),
                ""));
    created();
    owner.nanos++;
    owner.tick();
    assertThat(log().getLast()).as("the owner").isInstanceOf(SlotEntry.Written.class);
    var _ = owner.find(SLOT, new SlotEntry.Checked(by.epoch(), by.incarnation(), Optional.empty()));
    findWrongCheck(sampleAt(log().size() - 1));
    copy.read();
    assertThat(copy.found).isEmpty();
  }

  @Test
  void an_epoch_that_changes_between_two_checks_hinders_no_comparison() {
    copy.follow();
    created();
    int first = check();
    owner.begin(
        OneNode.write(owner.session(1), Area.SESSION, new Change.Put(Content.EMPTY), 1_000));
    owner.out.clear();
    SlotEntry.Checked before = lastCheck();
    Epoch next = before.epoch().next(before.epoch().grant() + 1);
    Incarnation other = new Incarnation(9);
    SlotEntry.Sample sample = sampleAt(first);
    var _ =
        owner.find(
            SLOT,
            new SlotEntry.Owned(next, other, new NodeId("node-3"), Duration.ofMillis(200), 0));
    var _ = owner.find(SLOT, new SlotEntry.Checked(next, other, Optional.of(sample)));
    copy.read();
    assertThat(copy.agreed()).isEqualTo(1);
    assertThat(copy.suspects()).isEmpty();
  }

  @Test
  void a_void_check_compares_nothing_and_takes_no_sample() {
    copy.follow();
    created();
    int first = check();
    SlotEntry.Checked right = lastCheck();
    SlotEntry.Sample wrong = new SlotEntry.Sample(first, 7, 7, Digest.FORM);
    for (SlotEntry.Checked stray :
        List.of(
            new SlotEntry.Checked(right.epoch(), new Incarnation(77), Optional.of(wrong)),
            new SlotEntry.Checked(
                right.epoch().next(right.epoch().grant()),
                right.incarnation(),
                Optional.of(wrong)))) {
      assertThat(owner.find(SLOT, stray)).isEqualTo(SlotFold.Outcome.VOID);
    }
    copy.read();
    assertThat(copy.found).isEmpty();
    check();
    copy.read();
    assertThat(copy.agreed()).isEqualTo(1);
  }

  @Test
  void samples_of_different_functions_are_not_compared() {
    copy.follow();
    created();
    SlotEntry.Sample of = sampleAt(check());
    SlotEntry.Checked right = lastCheck();
    SlotEntry.Sample foreign =
        new SlotEntry.Sample(of.offset(), of.digest() + 1, of.shards(), Digest.FORM + 1);
    var _ =
        owner.find(
            SLOT, new SlotEntry.Checked(right.epoch(), right.incarnation(), Optional.of(foreign)));
    copy.read();
    assertThat(copy.found).isEmpty();
  }

  @Test
  void samples_of_different_offsets_are_not_compared() {
    copy.follow();
    created();
    findWrongCheck(sampleAt(check() - 1));
    copy.read();
    assertThat(copy.found).isEmpty();
  }

  @Test
  void if_a_copy_differs_again_after_it_was_read_anew_its_owner_is_the_suspect_and_it_stays() {
    copy.follow();
    created();
    findWrongCheck(sampleAt(check()));
    copy.read();
    created();
    findWrongCheck(sampleAt(check()));
    copy.read();
    assertThat(copy.suspects()).containsExactly(Suspect.COPY, Suspect.OWNER);
    assertThat(((Action.Differs) copy.found.getLast()).owner()).contains(OWNER);
    assertThat(copy.follows).isEqualTo(2);
    assertThat(copy.isCaughtUp()).isTrue();
  }

  @Test
  void a_copy_that_goes_wrong_soon_again_is_out_until_it_may_be_read_anew() {
    copy.follow();
    SessionId session = created();
    findWrongCheck(sampleAt(check()));
    copy.read();
    created();
    check();
    check();
    copy.read();
    assertThat(copy.agreed()).isEqualTo(1);
    assertThat(copy.answers(session)).isTrue();
    created();
    findWrongCheck(sampleAt(check()));
    copy.read();
    assertThat(copy.suspects()).containsExactly(Suspect.COPY, Suspect.COPY);
    assertThat(copy.follows).isEqualTo(2);
    assertThat(copy.isCaughtUp()).isFalse();
    assertThat(copy.answers(session)).as("from what is known to be wrong").isFalse();
    copy.nanos = Rebuilds.PAUSE.toNanos() - 1;
    copy.tick();
    assertThat(copy.follows).isEqualTo(2);
    copy.nanos++;
    copy.tick();
    copy.read();
    assertThat(copy.follows).isEqualTo(3);
    assertThat(copy.isCaughtUp()).isTrue();
  }

  @Test
  void slots_take_their_turns_at_different_times() {
    Duration interval = Duration.ofSeconds(30);
    Set<Long> seconds = new HashSet<>();
    for (int number = 0; number < 64; number++) {
      DigestChecks checks = new DigestChecks(new SlotId(Area.SESSION, number), interval);
      checks.open(0);
      checks.onWritten();
      long second = 0;
      while (!checks.isDue(Duration.ofSeconds(second).toNanos())) {
        second++;
      }
      assertThat(second).isLessThanOrEqualTo(30);
      seconds.add(second);
    }
    assertThat(seconds).hasSizeGreaterThan(15);
  }
}
