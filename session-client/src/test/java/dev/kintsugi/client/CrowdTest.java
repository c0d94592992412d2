package dev.kintsugi.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.domain.Limits;
import dev.kintsugi.client.domain.Pursuit;
import dev.kintsugi.client.domain.Pursuit.Action;
import dev.kintsugi.client.domain.Pursuit.Event;
import dev.kintsugi.client.domain.Reply;
import dev.kintsugi.client.domain.Route;
import dev.kintsugi.client.domain.Target;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.MapVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many calls through one owner's end, in virtual time: real pursuits, gates and breakers. */
class CrowdTest {

  private static final Target A = GatesTest.target("a", 1);
  private static final Target B = GatesTest.target("b", 1);
  private static final Limits LIMITS =
      Limits.of(Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofSeconds(5));

  /** What a node does with an attempt: nothing, or that reply after that time. */
  private record Behaviour(Optional<Reply> reply, Duration after) {}

  private static final Behaviour REFUSING =
      new Behaviour(Optional.of(Reply.UNREACHED), Duration.ofNanos(100_000));
  private static final Behaviour SILENT = new Behaviour(Optional.empty(), Duration.ZERO);
  private static final Behaviour QUICK =
      new Behaviour(Optional.of(Reply.FINAL), Duration.ofMillis(5));

  private final VirtualTime time = new VirtualTime();
  private final Map<Target, Behaviour> nodes = new HashMap<>();
  private final Map<Target, Integer> inside = new HashMap<>();
  private final Map<Target, Integer> most = new HashMap<>();
  private final Map<Target, Integer> attempts = new HashMap<>();
  private final List<Call> calls = new ArrayList<>();
  private Gates gates = gates(GateSettings.DEFAULTS);
  private Route route = route(1, A);
  private Random random = new Random(1);

  private Gates gates(GateSettings settings) {
    return new Gates(settings, time, time);
  }

  private static GateSettings withoutRetries() {
    GateSettings d = GateSettings.DEFAULTS;
    return new GateSettings(
        d.places(),
        d.lastingPlaces(),
        d.waiting(),
        d.firstReplays(),
        d.mostReplays(),
        d.breakerWindow(),
        d.breakerMinimum(),
        d.breakerFailures(),
        d.breakerRest(),
        d.breakerProbes(),
        0,
        0,
        d.retryWindow());
  }

  private static Route route(long version, Target owner) {
    return new Route(
        new MapVersion(new Epoch(1, 1), version), Optional.of(owner), List.of(), false);
  }

  /** One call; the part of the loop that the real one does with HTTP. */
  private final class Call {
    private final Pursuit pursuit;
    private final long startNanos = time.getAsLong();
    private Optional<Target> at = Optional.empty();
    private Optional<Action> end = Optional.empty();
    private long endNanos;
    private long alarm;

    Call() {
      Visit visit = new Visit(gates, false, () -> deliver(new Event.Turn()));
      pursuit =
          new Pursuit(
              LIMITS, false, false, route, new Random(random.nextLong()), visit, startNanos);
      perform(pursuit.start());
    }

    void deliver(Event event) {
      if (end.isEmpty()) {
        perform(pursuit.on(event, time.getAsLong()));
      }
    }

    private void perform(Pursuit.Step step) {
      for (Action action : step.actions()) {
        switch (action) {
          case Action.Send(int attempt, Target target) -> send(attempt, target);
          case Action.Abandon abandoned -> gone();
          case Action.Park parked -> {}
          case Action.PassOn done -> end(done);
          case Action.GiveUp done -> end(done);
        }
      }
      if (!step.done()) {
        long mine = ++alarm;
        time.run(
            () -> {
              if (mine == alarm) {
                deliver(new Event.Tick());
              }
            },
            Duration.ofNanos(Math.max(0, step.wakeAtNanos() - time.getAsLong())));
      }
    }

    private void send(int attempt, Target target) {
      at = Optional.of(target);
      attempts.merge(target, 1, Integer::sum);
      inside.merge(target, 1, Integer::sum);
      most.merge(target, inside.get(target), Math::max);
      Behaviour behaviour = nodes.get(target);
      behaviour
          .reply()
          .ifPresent(reply ->
              time.run(
                  () -> {
                    if (at.equals(Optional.of(target))) {
                      gone();
                    }
                    deliver(new Event.Replied(attempt, reply));
                  },
                  behaviour.after()));
    }

    private void gone() {
      at.ifPresent(target -> inside.merge(target, -1, Integer::sum));
      at = Optional.empty();
    }

    private void end(Action action) {
      end = Optional.of(action);
      endNanos = time.getAsLong();
    }
  }

  private void arrive(int number, Duration apart) {
    for (int i = 0; i < number; i++) {
      calls.add(new Call());
      time.pass(apart);
    }
  }

  private void publish(Route next) {
    route = next;
    List.copyOf(calls).forEach(call -> call.deliver(new Event.MapRead(next)));
  }

  private List<Action> ends() {
    return calls.stream().map(call -> call.end).flatMap(Optional::stream).toList();
  }

  private long slowestMillis() {
    return calls.stream().mapToLong(call -> call.endNanos - call.startNanos).max().orElse(0)
        / 1_000_000;
  }

  @Test
  void a_thousand_parked_calls_come_to_the_new_owner_a_few_at_first_and_all_are_done_in_time() {
    nodes.put(A, REFUSING);
    nodes.put(B, QUICK);
    arrive(1000, Duration.ofNanos(1000L * 400));
    assertThat(ends()).as("nobody answers yet, nobody has given up").isEmpty();
    publish(route(2, B));
    assertThat(inside.get(B)).isEqualTo(GateSettings.DEFAULTS.firstReplays());
    time.pass(Duration.ofMillis(5));
    assertThat(inside.get(B)).isEqualTo(2 * GateSettings.DEFAULTS.firstReplays());
    time.pass(Duration.ofSeconds(5));
    assertThat(ends()).hasSize(1000).allMatch(Action.PassOn.class::isInstance);
    assertThat(attempts.get(B)).as("each is replayed once").isEqualTo(1000);
    assertThat(most.get(B)).isLessThanOrEqualTo(GateSettings.DEFAULTS.mostReplays());
    assertThat(slowestMillis()).isLessThan(400 + 100);
  }

  @Test
  void who_follows_a_newer_map_needs_no_retry_budget() {
    gates = gates(withoutRetries());
    nodes.put(A, REFUSING);
    nodes.put(B, QUICK);
    arrive(300, Duration.ofMillis(1));
    publish(route(2, B));
    time.pass(Duration.ofSeconds(5));
    assertThat(ends()).hasSize(300).allMatch(Action.PassOn.class::isInstance);
    assertThat(attempts.get(A)).as("no second attempt at the dead node").isLessThanOrEqualTo(300);
  }

  @Test
  void a_new_owner_that_has_not_read_its_own_map_yet_costs_no_retries_and_fails_nobody() {
    gates = gates(withoutRetries());
    nodes.put(A, REFUSING);
    nodes.put(B, new Behaviour(Optional.of(Reply.NOT_OWNER), Duration.ofMillis(1)));
    arrive(300, Duration.ofMillis(1));
    publish(route(2, B));
    time.pass(Duration.ofMillis(600));
    assertThat(ends()).as("each has heard 421 several times").isEmpty();
    assertThat(attempts.get(B)).isGreaterThan(3 * 300);
    nodes.put(B, QUICK);
    time.pass(Duration.ofSeconds(5));
    assertThat(ends()).hasSize(300).allMatch(Action.PassOn.class::isInstance);
  }

  @Test
  void a_node_that_never_learns_that_it_is_the_owner_is_asked_a_few_times_by_each_call() {
    nodes.put(B, new Behaviour(Optional.of(Reply.NOT_OWNER), Duration.ofMillis(1)));
    route = route(2, B);
    arrive(300, Duration.ofMillis(1));
    time.pass(Duration.ofSeconds(6));
    assertThat(ends()).hasSize(300).allMatch(Action.GiveUp.class::isInstance);
    int budget = GateSettings.DEFAULTS.retryFloor() + 300 / 10;
    assertThat(attempts.get(B)).isLessThanOrEqualTo(300 * 9 + budget);
  }

  @Test
  void a_node_that_is_gone_for_long_is_neither_hammered_nor_forgotten() {
    nodes.put(A, REFUSING);
    arrive(3000, Duration.ofMillis(1));
    int sent = attempts.get(A);
    // Three probes each 200 ms, and a tenth of the calls of the window at most.
    assertThat(sent).isLessThan(20 + 300 + 3 * 15 + 20);
    nodes.put(A, QUICK);
    arrive(1000, Duration.ofMillis(1));
    time.pass(Duration.ofSeconds(5));
    assertThat(calls.subList(3300, 4000))
        .allMatch(call -> call.end.orElseThrow() instanceof Action.PassOn);
  }

  @Test
  void a_node_that_answers_503_is_asked_again_by_a_tenth_of_the_calls_at_most() {
    nodes.put(A, new Behaviour(Optional.of(Reply.REFUSED), Duration.ofMillis(1)));
    arrive(2000, Duration.ofMillis(1));
    time.pass(Duration.ofSeconds(5));
    assertThat(attempts.get(A)).isBetween(2000, 2000 + 200 + GateSettings.DEFAULTS.retryFloor());
    assertThat(ends()).hasSize(2000).allMatch(Action.GiveUp.class::isInstance);
  }

  @Test
  void a_silent_node_takes_no_more_than_its_places_and_the_others_go_on() {
    nodes.put(A, SILENT);
    nodes.put(B, QUICK);
    arrive(1500, Duration.ofNanos(1000L * 100));
    assertThat(most.get(A)).isEqualTo(GateSettings.DEFAULTS.places());
    assertThat(gates.waiting()).isEqualTo(1500 - GateSettings.DEFAULTS.places());
    publish(route(2, B));
    time.pass(Duration.ofSeconds(5));
    assertThat(ends()).hasSize(1500).allMatch(Action.PassOn.class::isInstance);
    assertThat(slowestMillis()).isLessThan(150 + 200);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89})
  void whatever_two_nodes_and_the_map_do_every_call_ends_and_leaves_nothing_behind(long seed) {
    random = new Random(seed);
    Function<Integer, Behaviour> any =
        kind ->
            new Behaviour(
                kind == 0 ? Optional.empty() : Optional.of(anyReply()),
                Duration.ofMillis(random.nextInt(50)));
    for (int i = 0; i < 2000; i++) {
      if (random.nextInt(100) == 0 || i == 0) {
        nodes.put(A, any.apply(random.nextInt(4)));
        nodes.put(B, any.apply(random.nextInt(4)));
      }
      if (random.nextInt(200) == 0) {
        publish(route(2 + i, random.nextBoolean() ? A : B));
      }
      arrive(1, Duration.ofNanos(1000L * random.nextInt(2000)));
    }
    time.pass(Duration.ofSeconds(6));
    assertThat(ends()).hasSize(2000);
    assertThat(slowestMillis()).isLessThanOrEqualTo(5000);
    assertThat(inside.values()).allMatch(count -> count == 0);
    assertThat(gates.waiting()).isZero();
  }

  private Reply anyReply() {
    Reply[] all = Reply.values();
    return all[random.nextInt(all.length)];
  }
}
