package dev.kintsugi.coordinator.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoadsTest {

  private static final SlotId ONE = new SlotId(Area.SESSION, 1);
  private static final SlotId TWO = new SlotId(Area.SESSION, 2);

  private final Loads loads = new Loads();
  private long nanos = 1_000_000_000L;
  private long sequence;

  private Now now() {
    return new Now(nanos, Instant.EPOCH.plusNanos(nanos));
  }

  private void say(Town.Resident who, SlotReport.Role role, Map<SlotId, Double> rates) {
    Map<SlotId, SlotReport> reports = new HashMap<>();
    rates.forEach((slot, rate) ->
        reports.put(
            slot,
            new SlotReport(role, 1, new Epoch(1, 1), 7, 7_000, true, Math.round(rate * 1_000))));
    loads.heard(
        new Heartbeat(
            who.id,
            new Incarnation(who.incarnation),
            URI.create("http://" + who.id),
            ++sequence,
            reports,
            Optional.empty(),
            false),
        now());
  }

  private static Town.Resident node(String id, long incarnation) {
    Town.Resident node = new Town.Resident(new NodeId(id), Optional.empty());
    node.incarnation = incarnation;
    return node;
  }

  private final Town.Resident a = node("a", 1);
  private final Town.Resident b = node("b", 2);

  private void pass(Duration time, Runnable eachSecond) {
    for (long second = 0; second < time.toSeconds(); second++) {
      nanos += 1_000_000_000L;
      eachSecond.run();
      loads.tick(now());
    }
  }

  private double rate(SlotId slot) {
    return loads.weights().load(slot).requests();
  }

  @Test
  void without_requests_worth_a_move_nothing_is_measured_but_sizes_are_known() {
    pass(Duration.ofMinutes(1), () -> say(a, SlotReport.Role.SERVING, Map.of(ONE, 3.0)));
    assertThat(loads.weights().measured()).isFalse();
    assertThat(loads.weights().of(ONE)).isEqualTo(loads.weights().of(TWO));
    assertThat(loads.weights().load(ONE).bytes()).isEqualTo(7_000);
    assertThat(loads.weights().load(ONE).sessions()).isEqualTo(7);
  }

  @Test
  void what_owners_report_is_what_slots_weigh_and_what_standbys_report_does_not_count() {
    pass(
        Duration.ofSeconds(30),
        () -> {
          say(a, SlotReport.Role.SERVING, Map.of(ONE, 90.0, TWO, 30.0));
          say(b, SlotReport.Role.STANDBY, Map.of(ONE, 5.0));
        });
    assertThat(loads.weights().measured()).isTrue();
    assertThat(rate(ONE)).isCloseTo(90, within(0.1));
    assertThat(rate(TWO)).isCloseTo(30, within(0.1));
  }

  @Test
  void a_new_owner_that_has_counted_little_yet_does_not_make_a_slot_look_idle() {
    pass(
        Duration.ofMinutes(1), () -> say(a, SlotReport.Role.SERVING, Map.of(ONE, 90.0, TWO, 30.0)));
    pass(
        Duration.ofSeconds(9),
        () -> {
          say(a, SlotReport.Role.SERVING, Map.of(TWO, 30.0));
          say(b, SlotReport.Role.SERVING, Map.of(ONE, 2.0));
        });
    assertThat(rate(ONE)).isCloseTo(90, within(0.1));
  }

  @Test
  void when_everybody_does_more_shares_stay_as_they_are() {
    pass(
        Duration.ofMinutes(2), () -> say(a, SlotReport.Role.SERVING, Map.of(ONE, 90.0, TWO, 30.0)));
    pass(
        Duration.ofSeconds(3),
        () -> say(a, SlotReport.Role.SERVING, Map.of(ONE, 900.0, TWO, 300.0)));
    assertThat(rate(ONE) / rate(TWO)).isCloseTo(3, within(0.01));
  }

  @Test
  void a_change_that_is_no_chance_is_followed_at_once_however_long_it_was_otherwise() {
    pass(Duration.ofHours(1), () -> say(a, SlotReport.Role.SERVING, Map.of(ONE, 90.0, TWO, 30.0)));
    pass(
        Duration.ofSeconds(40),
        () -> say(a, SlotReport.Role.SERVING, Map.of(ONE, 30.0, TWO, 90.0)));
    assertThat(rate(TWO)).isGreaterThan(80);
  }

  @Test
  void estimates_get_better_while_nothing_changes_up_to_ten_minutes() {
    Runnable steady = () -> say(a, SlotReport.Role.SERVING, Map.of(ONE, 90.0, TWO, 30.0));
    pass(Duration.ofSeconds(20), steady);
    double early = loads.weights().load(ONE).variance();
    pass(Duration.ofMinutes(10), steady);
    double late = loads.weights().load(ONE).variance();
    pass(Duration.ofMinutes(10), steady);
    assertThat(late).isCloseTo(early / 30, within(early / 100));
    assertThat(loads.weights().load(ONE).variance()).isCloseTo(late, within(late / 100));
  }
}
