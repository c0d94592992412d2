package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SlotTimesTest {

  private static final Epoch EPOCH = new Epoch(1, 1);
  private static final Incarnation INCARNATION = new Incarnation(1);
  private static final Instant START = Instant.parse("2026-11-23T10:30:00Z");
  private static final Duration IDLE = Duration.ofMinutes(20);
  private static final Duration STEP = Duration.ofMillis(100);

  private final SlotFold fold =
      new SlotFold(new SlotScope(new AreaPolicy(Area.SESSION, 1, 2, 100_000), 0));
  private final SlotTimes times = new SlotTimes(fold, Lifetimes.END_MARK);
  private final List<SessionId> sessions = new ArrayList<>();
  private final List<SessionId> endMarks = new ArrayList<>();
  private long offset;
  private long nanos;
  private Instant wall = START;
  private boolean hurried;

  @BeforeEach
  void own() {
    Duration lease = Duration.ofMillis(200);
    var _ =
        fold.apply(offset++, new SlotEntry.Owned(EPOCH, INCARNATION, new NodeId("n"), lease, 0));
  }

  private static SessionId session(long number) {
    return SessionId.of(new PlacementKey(number), ByteBuffer.allocate(16).putLong(number).array());
  }

  private static SessionFacts facts(Optional<Duration> idle, Optional<Duration> absolute) {
    return new SessionFacts(SessionFacts.State.LIVE, START, idle, absolute, Optional.empty());
  }

  private void write(SessionId session, SessionFacts facts, Optional<Instant> endedAt) {
    Optional<Shard> before = fold.shard(session);
    ShardVersion version = before.map(Shard::version).orElse(ShardVersion.NONE).next();
    Shard shard =
        new Shard(
            new ApplicationId("app"),
            Optional.empty(),
            version,
            Content.EMPTY,
            List.of(),
            Optional.of(facts),
            endedAt);
    assertThat(
            fold.apply(
                offset++,
                new SlotEntry.Written(EPOCH, INCARNATION, session, version, Optional.of(shard))))
        .isEqualTo(SlotFold.Outcome.APPLIED);
    times.onWritten(session, before, nanos, WallClock.Span.at(wall));
  }

  private void tick() {
    SlotTimes.Come come = times.tick(nanos, WallClock.Span.at(wall), hurried);
    assertThat(come.sessions().size() + come.endMarks().size()).isLessThanOrEqualTo(64);
    sessions.addAll(come.sessions());
    endMarks.addAll(come.endMarks());
  }

  private void pass(Duration time) {
    for (long left = time.toMillis(); left > 0; left -= STEP.toMillis()) {
      nanos += STEP.toNanos();
      wall = wall.plus(STEP);
      tick();
    }
  }

  @Test
  void a_session_is_due_after_its_idle_timeout_and_again_while_it_lives() {
    times.open(nanos);
    write(session(1), facts(Optional.of(IDLE), Optional.empty()), Optional.empty());
    pass(IDLE.minus(STEP));
    assertThat(sessions).isEmpty();
    pass(Duration.ofSeconds(11));
    assertThat(sessions).containsExactly(session(1));
    pass(Duration.ofSeconds(61));
    assertThat(sessions).containsExactly(session(1), session(1));
  }

  @Test
  void a_touch_makes_it_later_and_a_session_that_ended_is_not_due() {
    times.open(nanos);
    SessionFacts facts = facts(Optional.of(IDLE), Optional.empty());
    write(session(1), facts, Optional.empty());
    pass(Duration.ofMinutes(15));
    write(session(1), facts.activeAt(wall), Optional.empty());
    pass(Duration.ofMinutes(19));
    assertThat(sessions).isEmpty();
    write(session(1), facts.withState(SessionFacts.State.ENDED), Optional.of(wall));
    pass(Duration.ofMinutes(10));
    assertThat(sessions).isEmpty();
    assertThat(endMarks).isEmpty();
  }

  @Test
  void the_absolute_timeout_counts_from_creation_whatever_happens() {
    times.open(nanos);
    SessionFacts facts = facts(Optional.of(IDLE), Optional.of(Duration.ofMinutes(30)));
    write(session(1), facts, Optional.empty());
    for (int minute = 0; minute < 29; minute++) {
      pass(Duration.ofMinutes(1));
      facts = facts.activeAt(wall);
      write(session(1), facts, Optional.empty());
    }
    assertThat(sessions).isEmpty();
    pass(Duration.ofSeconds(71));
    assertThat(sessions).containsExactly(session(1));
  }

  @Test
  void a_new_owner_knows_all_deadlines_and_gives_each_session_an_interval() {
    for (int i = 0; i < 5_000; i++) {
      write(session(i), facts(Optional.of(IDLE), Optional.empty()), Optional.empty());
    }
    wall = wall.plus(IDLE.multipliedBy(2));
    times.open(nanos);
    pass(Duration.ofSeconds(119));
    assertThat(sessions).as("one interval").isEmpty();
    pass(Duration.ofSeconds(1 + 4 + 9));
    assertThat(sessions).doesNotHaveDuplicates().hasSize(5_000);
  }

  @Test
  void a_new_owner_that_still_reads_other_slots_sorts_a_little_at_a_time() {
    for (int i = 0; i < 1_000; i++) {
      write(session(i), facts(Optional.of(IDLE), Optional.of(IDLE)), Optional.empty());
    }
    wall = wall.plus(IDLE);
    times.open(nanos);
    hurried = true;
    pass(STEP.multipliedBy(10));
    assertThat(sessions).hasSizeBetween(100, 200);
    pass(Duration.ofSeconds(6));
    assertThat(sessions).as("all, in the end").doesNotHaveDuplicates().hasSize(1_000);
  }

  @Test
  void content_has_no_times_and_is_not_looked_at() {
    SlotFold content =
        new SlotFold(new SlotScope(new AreaPolicy(new Area("mailbox"), 1, 2, 100_000), 0));
    Duration lease = Duration.ofMillis(200);
    var _ = content.apply(0, new SlotEntry.Owned(EPOCH, INCARNATION, new NodeId("n"), lease, 0));
    for (int i = 0; i < 10; i++) {
      ShardVersion version = ShardVersion.NONE.next();
      Shard shard =
          new Shard(
              new ApplicationId("app"),
              Optional.empty(),
              version,
              Content.EMPTY,
              List.of(),
              Optional.empty(),
              i == 0 ? Optional.of(START) : Optional.empty());
      assertThat(
              content.apply(
                  1 + i,
                  new SlotEntry.Written(
                      EPOCH, INCARNATION, session(i), version, Optional.of(shard))))
          .isEqualTo(SlotFold.Outcome.APPLIED);
    }
    SlotTimes ofContent = new SlotTimes(content, Lifetimes.END_MARK);
    ofContent.open(nanos);
    assertThat(ofContent.size()).as("the end mark alone").isOne();
  }

  @Test
  void a_new_owner_lengthens_no_session_beyond_its_greatest_age() {
    write(session(1), facts(Optional.of(IDLE), Optional.of(IDLE)), Optional.empty());
    wall = wall.plus(IDLE);
    times.open(nanos);
    pass(Duration.ofSeconds(1));
    assertThat(sessions).contains(session(1));
  }

  @Test
  void deadlines_that_fall_together_are_spread() {
    times.open(nanos);
    for (int i = 0; i < 1_000; i++) {
      write(session(i), facts(Optional.of(IDLE), Optional.empty()), Optional.empty());
    }
    pass(IDLE.plusSeconds(5));
    assertThat(sessions.size()).isBetween(300, 700);
    pass(Duration.ofSeconds(6));
    assertThat(sessions).hasSize(1_000);
  }

  @Test
  void a_wall_clock_that_is_set_ends_nothing_by_itself() {
    times.open(nanos);
    write(session(1), facts(Optional.of(IDLE), Optional.empty()), Optional.empty());
    wall = wall.plus(Duration.ofDays(1));
    pass(IDLE.minus(STEP));
    assertThat(sessions).isEmpty();
  }

  @Test
  void an_end_mark_may_go_after_three_hours() {
    SessionFacts ended =
        facts(Optional.empty(), Optional.empty()).withState(SessionFacts.State.ENDED);
    times.open(nanos);
    write(session(1), ended, Optional.of(START));
    pass(Lifetimes.END_MARK.minus(STEP));
    assertThat(endMarks).isEmpty();
    pass(Duration.ofSeconds(11));
    assertThat(endMarks).containsExactly(session(1));
    assertThat(sessions).isEmpty();
  }

  @Test
  void what_no_longer_serves_keeps_nothing() {
    times.open(nanos);
    write(session(1), facts(Optional.of(IDLE), Optional.empty()), Optional.empty());
    times.close();
    assertThat(times.size()).isZero();
    pass(Duration.ofMinutes(30));
    assertThat(sessions).isEmpty();
  }

  @Test
  void absurd_times_in_a_record_stop_nothing() {
    SessionFacts absurd =
        new SessionFacts(
            SessionFacts.State.LIVE,
            Instant.ofEpochMilli(Long.MAX_VALUE / 2),
            Optional.of(Duration.ofMillis(Long.MAX_VALUE / 4)),
            Optional.of(Duration.ofMillis(Long.MAX_VALUE / 4)),
            Optional.empty());
    write(session(1), absurd, Optional.empty());
    write(session(2), absurd, Optional.of(Instant.ofEpochMilli(Long.MIN_VALUE / 2)));
    write(session(3), facts(Optional.of(IDLE), Optional.empty()), Optional.empty());
    times.open(nanos);
    for (int i = 0; i < 100; i++) {
      nanos += STEP.toNanos();
      wall = wall.plus(STEP);
      tick();
    }
    assertThat(times.size()).isGreaterThanOrEqualTo(2);
  }
}
