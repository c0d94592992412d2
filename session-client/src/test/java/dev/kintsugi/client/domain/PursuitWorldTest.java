package dev.kintsugi.client.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.domain.Pursuit.Action;
import dev.kintsugi.client.domain.Pursuit.Event;
import dev.kintsugi.client.domain.Pursuit.Step;
import dev.kintsugi.core.MapVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random answers, silences and maps in virtual time; what must always hold is checked each step.
 */
class PursuitWorldTest {

  private static final Limits LIMITS =
      Limits.of(Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofSeconds(5));
  private static final long MILLI = 1_000_000;

  static LongStream seeds() {
    return LongStream.range(0, 2_000);
  }

  private record Due(long atNanos, Event event) {}

  private Random random = new Random();
  private final PriorityQueue<Due> due =
      new PriorityQueue<>((a, b) -> Long.compare(a.atNanos(), b.atNanos()));
  private final List<Reply> replies = new ArrayList<>();
  private long now;
  private long newestVersion;
  private Route newest = PursuitTest.nobody(0);
  private int underWay;
  private long parkedSince = -1;
  private long parkedNanos;
  private int sent;
  private boolean abandoned;
  private boolean mayAskStandby;
  private Optional<Action> end = Optional.empty();
  private List<Target> standbysWhenNamed = List.of();
  private Optional<Event.Redirected> named = Optional.empty();

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void every_pursuit_ends_in_time_with_a_true_outcome(long seed) {
    random = new Random(seed);
    boolean safe = random.nextBoolean();
    mayAskStandby = safe && random.nextBoolean();
    newest = anyRoute();
    long start = now;
    Pursuit pursuit =
        new Pursuit(LIMITS, safe, mayAskStandby, newest, new Random(seed), new AnyDoor(), now);
    for (int maps = random.nextInt(6); maps > 0; maps--) {
      due.add(new Due(random.nextLong(6_000 * MILLI), new Event.MapRead(anyRoute())));
    }
    Step step = pursuit.start();
    perform(step);
    while (!step.done()) {
      Due next = due.peek();
      Event event;
      if (next != null && next.atNanos() <= step.wakeAtNanos()) {
        due.remove();
        now = Math.max(now, next.atNanos());
        event = next.event();
      } else {
        assertThat(step.wakeAtNanos()).as("wakes in the future").isGreaterThanOrEqualTo(now);
        now = step.wakeAtNanos();
        event = new Event.Tick();
      }
      remember(event);
      step = pursuit.on(event, now);
      perform(step);
    }
    checkEnd(safe, start);
  }

  private void remember(Event event) {
    if (event instanceof Event.MapRead(Route route)
        && route.version().newerThan(newest.version())) {
      newest = route;
    }
    if (event instanceof Event.Replied(int attempt, Reply reply)
        && attempt == sent
        && underWay > 0) {
      replies.add(reply);
      underWay--;
    }
    if (event instanceof Event.Redirected redirect && redirect.attempt() == sent && underWay > 0) {
      replies.add(Reply.NOT_OWNER);
      if (named.filter(before -> before.version().newerThan(redirect.version())).isEmpty()) {
        named = Optional.of(redirect);
        standbysWhenNamed = newest.standbys();
      }
      underWay--;
    }
  }

  private void perform(Step step) {
    for (Action action : step.actions()) {
      assertThat(end).as("nothing happens after the end").isEmpty();
      switch (action) {
        case Action.Send(int attempt, Target target) -> {
          assertThat(attempt).isEqualTo(++sent);
          assertThat(++underWay).as("one attempt at a time").isEqualTo(1);
          if (newest.target().filter(target::equals).isEmpty() && !isNamed(target)) {
            assertThat(standbys()).as("a standby, where not the owner").contains(target);
            assertThat(mayAskStandby).as("once, and only where the caller has seen").isTrue();
            mayAskStandby = false;
          }
          unpark();
          script(attempt);
        }
        case Action.Abandon(int attempt, Trouble trouble) -> {
          assertThat(attempt).isEqualTo(sent);
          underWay--;
          abandoned = true;
        }
        case Action.Park(Trouble trouble) -> {
          assertThat(underWay).isZero();
          unpark();
          parkedSince = now;
        }
        case Action.PassOn passOn -> end = Optional.of(passOn);
        case Action.GiveUp giveUp -> end = Optional.of(giveUp);
      }
    }
  }

  /** Lets in or not as chance has it; sees to it that nobody is at two places. */
  private final class AnyDoor implements Door {
    private boolean holds;
    private boolean waits;

    @Override
    public Admission knock(Target target, Purpose purpose, long deadlineNanos, long nowNanos) {
      assertThat(nowNanos).isEqualTo(now);
      assertThat(holds).as("left before it knocks again").isFalse();
      assertThat(waits && purpose == Purpose.STANDBY).as("waits elsewhere").isFalse();
      waits = false;
      Admission[] all = Admission.values();
      Admission chosen = random.nextInt(3) > 0 ? Admission.ENTER : all[random.nextInt(all.length)];
      if (purpose == Purpose.STANDBY && chosen == Admission.QUEUE) {
        chosen = Admission.FULL;
      }
      switch (chosen) {
        case ENTER -> holds = true;
        case QUEUE -> {
          waits = true;
          due.add(new Due(now + random.nextLong(3_000) * MILLI, new Event.Turn()));
        }
        case FULL, BARRED, SPENT -> {}
      }
      return chosen;
    }

    @Override
    public void leave(Ending ending, long nowNanos) {
      holds = false;
      waits = false;
    }
  }

  private void unpark() {
    if (parkedSince >= 0) {
      parkedNanos += now - parkedSince;
      parkedSince = -1;
    }
  }

  private void checkEnd(boolean safe, long start) {
    unpark();
    assertThat(underWay).as("nothing is left under way").isZero();
    assertThat(now - start).isLessThanOrEqualTo(LIMITS.deadline().toNanos());
    assertThat(parkedNanos).isLessThanOrEqualTo(LIMITS.park().toNanos());
    switch (end.orElseThrow()) {
      case Action.PassOn(int attempt, long parked) -> {
        assertThat(replies.getLast()).isEqualTo(Reply.FINAL);
        assertThat(parked).isEqualTo(parkedNanos);
      }
      case Action.GiveUp(Outcome outcome, Trouble trouble, int attempts, long parked) -> {
        boolean doubt = abandoned || replies.stream().anyMatch(Reply::leavesDoubt);
        assertThat(outcome).isEqualTo(doubt && !safe ? Outcome.UNKNOWN : Outcome.REFUSED);
        assertThat(replies).doesNotContain(Reply.FINAL);
        assertThat(attempts).isEqualTo(sent);
        assertThat(parked).isEqualTo(parkedNanos);
      }
      case Action other -> throw new AssertionError(other);
    }
  }

  /** Also those of the map before a redirect, until a map comes that is newer than its word. */
  private List<Target> standbys() {
    List<Target> known = new ArrayList<>(newest.standbys());
    if (named.filter(by -> by.version().newerThan(newest.version())).isPresent()) {
      known.addAll(standbysWhenNamed);
    }
    return known;
  }

  /** Whether a node has named that owner by a newer map than any that was read. */
  private boolean isNamed(Target target) {
    return named
        .filter(by -> by.owner().equals(target) && by.version().newerThan(newest.version()))
        .isPresent();
  }

  /** What the owner will do with an attempt: nothing, or any reply within four seconds. */
  private void script(int attempt) {
    if (random.nextInt(5) > 0) {
      Reply[] all = Reply.values();
      Reply reply = all[random.nextInt(all.length)];
      long delay = random.nextInt(4) == 0 ? random.nextLong(4_000) : random.nextLong(20);
      Event event = new Event.Replied(attempt, reply);
      if (reply == Reply.NOT_OWNER && random.nextBoolean()) {
        MapVersion version = PursuitTest.nobody(newestVersion + random.nextInt(4) - 1).version();
        event = new Event.Redirected(attempt, PursuitTest.target("named", 9), version);
      }
      due.add(new Due(now + delay * MILLI, event));
    }
  }

  private Route anyRoute() {
    newestVersion += random.nextInt(3);
    MapVersion version = PursuitTest.nobody(newestVersion).version();
    List<Target> standbys =
        random.nextBoolean() ? List.of(PursuitTest.target("standby", 1)) : List.of();
    if (random.nextInt(4) == 0) {
      return new Route(version, Optional.empty(), standbys, false);
    }
    Target owner = PursuitTest.target("node-" + random.nextInt(3), 1 + random.nextInt(3));
    return new Route(version, Optional.of(owner), standbys, false);
  }
}
