package dev.kintsugi.coordinator.domain;

import static dev.kintsugi.coordinator.domain.Town.A;
import static dev.kintsugi.coordinator.domain.Town.B;
import static dev.kintsugi.coordinator.domain.Town.C;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.coordinator.domain.Verdict.Reason;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MembershipTest {

  private static final Duration TICK = Duration.ofMillis(25);

  private final Membership membership = new Membership(Timing.DEFAULT, TICK);
  private final List<Verdict> verdicts = new ArrayList<>();
  private final List<Membership.Knock> knocks = new ArrayList<>();
  private long millis = 10_000;
  private long sequence;

  private Now now() {
    return new Now(millis * 1_000_000, Instant.EPOCH.plusMillis(millis));
  }

  private Optional<Verdict> hear(NodeId node, long incarnation) {
    return membership.heard(heartbeat(node, incarnation, ++sequence), now());
  }

  private static Heartbeat heartbeat(NodeId node, long incarnation, long sequence) {
    return new Heartbeat(
        node,
        new Incarnation(incarnation),
        URI.create("http://" + node + ":1"),
        sequence,
        Map.of(),
        Optional.empty(),
        false);
  }

  private boolean isSteady(NodeId node) {
    return membership.find(node).orElseThrow().steadyFor(2_000_000_000L, now());
  }

  @Test
  void a_node_is_steady_when_it_has_been_heard_without_a_break_in_one_life() {
    pass(1_900, A, B);
    assertThat(isSteady(A)).isFalse();
    pass(300, A, B);
    assertThat(isSteady(A)).isTrue();

    pass(100, B);
    pass(100, A, B);
    assertThat(isSteady(A)).as("after a heartbeat that came late").isTrue();
    for (long silence : List.of(400L, 1_200L)) {
      pass(silence, B);
      pass(1_900, A, B);
      assertThat(isSteady(A)).as("after a silence of %d ms", silence).isFalse();
      pass(200, A, B);
      assertThat(isSteady(A)).isTrue();
    }

    hear(A, 2);
    assertThat(isSteady(A)).as("in a new life").isFalse();
    assertThat(isSteady(B)).isTrue();
  }

  /** Ticks on time; the named nodes beat every 100 ms. */
  private void pass(long duration, NodeId... beating) {
    for (long end = millis + duration; millis < end; ) {
      millis += 25;
      if (millis % 100 == 0) {
        for (NodeId node : beating) {
          hear(node, 1);
        }
      }
      Membership.Findings findings = membership.tick(now());
      verdicts.addAll(findings.verdicts());
      knocks.addAll(findings.knocks());
    }
  }

  private Life life(NodeId node) {
    return membership.find(node).orElseThrow().life;
  }

  private void knocked(NodeId node, ProbeResult result) {
    membership.probed(node, new Incarnation(1), result, now()).ifPresent(verdicts::add);
  }

  @Test
  void a_silent_node_is_a_suspect_after_300_ms_and_is_knocked_at_once() {
    hear(A, 1);
    pass(275, B);
    assertThat(life(A)).isEqualTo(Life.UP);
    pass(25, B);
    assertThat(verdicts).containsExactly(new Verdict(A, Life.SUSPECT, Reason.SILENT));
    assertThat(knocks).hasSize(1);
    pass(100, B);
    assertThat(knocks).as("one knock at a time").hasSize(1);
  }

  @Test
  void a_refused_knock_is_a_death_at_once() {
    hear(A, 1);
    pass(300, B);
    knocked(A, ProbeResult.REFUSED);
    assertThat(verdicts).endsWith(new Verdict(A, Life.DEAD, Reason.REFUSED));
  }

  @Test
  void a_refused_knock_that_a_heartbeat_has_overtaken_kills_nobody() {
    hear(A, 1);
    pass(300, B);
    hear(A, 1);
    knocked(A, ProbeResult.REFUSED);
    assertThat(life(A)).isEqualTo(Life.UP);
  }

  @Test
  void silence_for_900_ms_is_a_death() {
    hear(A, 1);
    pass(875, B);
    assertThat(life(A)).isEqualTo(Life.SUSPECT);
    pass(25, B);
    assertThat(verdicts).endsWith(new Verdict(A, Life.DEAD, Reason.SILENT_TOO_LONG));
  }

  @Test
  void a_node_that_answers_knocks_but_never_reports_dies_after_5_s() {
    hear(A, 1);
    for (int i = 0; i < 49; i++) {
      pass(100, B);
      knocked(A, ProbeResult.ANSWERED);
    }
    assertThat(life(A)).isEqualTo(Life.SUSPECT);
    pass(200, B);
    assertThat(verdicts).endsWith(new Verdict(A, Life.DEAD, Reason.MUTE));
  }

  @Test
  void a_dead_node_that_reports_is_up_again_as_the_same_or_another_incarnation() {
    hear(A, 1);
    pass(1_000, B);
    assertThat(hear(A, 1)).contains(new Verdict(A, Life.UP, Reason.HEARD));
    pass(1_000, B);
    assertThat(hear(A, 2)).contains(new Verdict(A, Life.UP, Reason.RESTARTED));
  }

  @Test
  void a_late_heartbeat_of_a_former_incarnation_or_an_overtaken_one_changes_nothing() {
    hear(A, 1);
    hear(A, 2);
    assertThat(membership.heard(heartbeat(A, 1, 1_000), now())).isEmpty();
    assertThat(membership.find(A).orElseThrow().incarnation).isEqualTo(new Incarnation(2));
    pass(1_000, B);
    assertThat(life(A)).isEqualTo(Life.DEAD);
    assertThat(membership.heard(heartbeat(A, 2, 1), now())).isEmpty();
    assertThat(life(A)).isEqualTo(Life.DEAD);
  }

  /** It was never heard before, so it is taken for a restart. */
  @Test
  void a_late_heartbeat_of_an_unknown_former_life_does_not_shut_the_living_one_out() {
    hear(A, 2);
    hear(A, 1);
    for (int beat = 0; beat < 3; beat++) {
      pass(100, B);
      hear(A, 2);
    }
    assertThat(membership.find(A).orElseThrow().incarnation).isEqualTo(new Incarnation(2));
    pass(100, B);
    assertThat(hear(A, 2)).isEmpty();
    assertThat(life(A)).isEqualTo(Life.UP);
  }

  @Test
  void a_drained_node_that_is_taken_back_is_drained_still() {
    hear(A, 2);
    membership.find(A).orElseThrow().drained = true;
    hear(A, 1);
    assertThat(membership.find(A).orElseThrow().drained).as("a new life is not").isFalse();
    for (int beat = 0; beat < 4; beat++) {
      pass(100, B);
      hear(A, 2);
    }
    assertThat(membership.find(A).orElseThrow().incarnation).isEqualTo(new Incarnation(2));
    assertThat(membership.find(A).orElseThrow().drained).isTrue();
  }

  private void adopt(MapNode.State state) {
    MapNode node =
        new MapNode(
            A, URI.create("http://" + A + ":1"), new Incarnation(1), state, Optional.empty());
    membership.adopt(
        ShardMap.of(new MapVersion(new Epoch(1, 1), ++sequence), List.of(node), Map.of()), now());
  }

  @ParameterizedTest(name = "heard before: {0}")
  @ValueSource(booleans = {true, false})
  void a_drained_node_that_was_given_up_is_drained_still_when_it_wakes_up(boolean heardBefore) {
    if (heardBefore) {
      hear(A, 1);
    }
    adopt(MapNode.State.DRAINING);
    millis += 1_500;
    adopt(MapNode.State.DEAD);
    assertThat(life(A)).isEqualTo(Life.DEAD);
    hear(A, 1);
    assertThat(life(A)).isEqualTo(Life.UP);
    assertThat(membership.find(A).orElseThrow().draining()).isTrue();
    adopt(MapNode.State.UP);
    assertThat(membership.find(A).orElseThrow().draining()).as("once activated").isFalse();
  }

  @Test
  void a_node_that_was_given_up_undrained_is_not_drained_when_it_wakes_up() {
    adopt(MapNode.State.UP);
    adopt(MapNode.State.DEAD);
    hear(A, 1);
    assertThat(membership.find(A).orElseThrow().draining()).isFalse();
  }

  @Test
  void of_a_former_life_that_is_heard_again_only_what_is_newer_counts() {
    hear(A, 1);
    long last = sequence;
    hear(A, 2);
    pass(400, B);
    assertThat(membership.heard(heartbeat(A, 1, last), now())).isEmpty();
    assertThat(membership.find(A).orElseThrow().incarnation).isEqualTo(new Incarnation(2));
    assertThat(membership.heard(heartbeat(A, 1, last + 1), now()))
        .contains(new Verdict(A, Life.UP, Reason.RESTARTED));
  }

  @Test
  void a_stall_of_the_coordinator_kills_nobody() {
    hear(A, 1);
    hear(B, 1);
    pass(100, A, B);
    millis += 5_000;
    pass(200);
    assertThat(verdicts).isEmpty();
    pass(500, A, B);
    assertThat(verdicts).noneMatch(v -> v.life() == Life.DEAD);
  }

  @Test
  void if_nobody_is_heard_the_coordinator_doubts_its_own_ears_first_but_not_for_ever() {
    hear(A, 1);
    hear(B, 1);
    pass(1_600);
    assertThat(verdicts).noneMatch(v -> v.life() == Life.DEAD);
    pass(400);
    assertThat(verdicts).filteredOn(v -> v.life() == Life.DEAD).hasSize(2);
  }

  @Test
  void a_new_leader_gives_the_silent_the_rest_of_dead_after() {
    hear(A, 1);
    hear(B, 1);
    millis += 60_000;
    hear(B, 1);
    membership.lead(now());
    pass(25, B);
    assertThat(life(A)).isEqualTo(Life.SUSPECT);
    assertThat(knocks).hasSize(1);
    pass(550, B);
    assertThat(life(A)).isEqualTo(Life.SUSPECT);
    pass(50, B);
    assertThat(life(A)).isEqualTo(Life.DEAD);
  }

  @Test
  void a_dead_node_is_forgotten_after_ten_minutes() {
    hear(A, 1);
    pass(1_000, B);
    millis += Duration.ofMinutes(10).toMillis();
    pass(25, B);
    assertThat(membership.find(A)).isEmpty();
  }

  private void say(String from, NodeId about, PeerWord.Kind kind, long silentMillis) {
    PeerWord word = new PeerWord(about, new Incarnation(1), kind, Duration.ofMillis(silentMillis));
    membership.heardOf(from, word, now());
    knocks.addAll(membership.accused(now()));
  }

  @Test
  void a_connection_that_breaks_off_makes_us_knock_at_once_and_a_refusal_is_a_death() {
    pass(500, A, B);
    say("node-b", A, PeerWord.Kind.BROKEN, 0);
    assertThat(knocks).hasSize(1);
    assertThat(life(A)).as("one accuser proves nothing").isEqualTo(Life.UP);
    knocked(A, ProbeResult.REFUSED);
    assertThat(verdicts).containsExactly(new Verdict(A, Life.DEAD, Reason.REFUSED));
  }

  @Test
  void a_heartbeat_that_was_under_way_does_not_save_whose_door_is_closed() {
    pass(500, A, B);
    say("node-b", A, PeerWord.Kind.REFUSED, 0);
    hear(A, 1);
    knocked(A, ProbeResult.REFUSED);
    assertThat(life(A)).isEqualTo(Life.DEAD);
  }

  @Test
  void an_accuser_whom_the_knock_contradicts_does_not_hurt() {
    pass(500, A, B);
    for (int i = 0; i < 100; i++) {
      say("node-b", A, PeerWord.Kind.REFUSED, 0);
      knocked(A, ProbeResult.ANSWERED);
      pass(100, A, B);
    }
    assertThat(life(A)).isEqualTo(Life.UP);
    assertThat(verdicts).isEmpty();
    assertThat(knocks).as("not at every word").hasSizeLessThan(40);
  }

  @Test
  void a_refusal_that_nobody_asked_for_is_ignored() {
    pass(500, A, B);
    knocked(A, ProbeResult.REFUSED);
    assertThat(life(A)).isEqualTo(Life.UP);
  }

  @Test
  void words_about_a_former_life_change_nothing() {
    pass(500, A, B);
    hear(A, 2);
    say("node-b", A, PeerWord.Kind.REFUSED, 0);
    assertThat(knocks).isEmpty();
  }

  @Test
  void nobody_accuses_himself() {
    pass(500, A, B);
    say(A.value(), A, PeerWord.Kind.REFUSED, 0);
    assertThat(knocks).isEmpty();
  }

  @Test
  void two_accusers_and_our_own_silence_are_enough_where_knocks_get_no_answer() {
    pass(500, A, B);
    say("node-b", A, PeerWord.Kind.REFUSED, 0);
    say("gateway", A, PeerWord.Kind.REFUSED, 0);
    knocked(A, ProbeResult.UNCLEAR);
    pass(275, B);
    assertThat(life(A)).isEqualTo(Life.UP);
    pass(50, B);
    assertThat(verdicts).contains(new Verdict(A, Life.DEAD, Reason.ACCUSED));
  }

  @Test
  void two_accusers_whom_a_third_contradicts_are_not_enough() {
    pass(500, A, B);
    for (int i = 0; i < 6; i++) {
      say("node-b", A, PeerWord.Kind.REFUSED, 0);
      say("gateway", A, PeerWord.Kind.REFUSED, 0);
      say("node-c", A, PeerWord.Kind.HEARD, 20);
      pass(100, B);
    }
    assertThat(life(A)).isEqualTo(Life.SUSPECT);
  }

  @Test
  void one_accuser_and_our_own_silence_are_not_enough_nor_are_connections_that_broke_off() {
    pass(500, A, B);
    say("node-b", A, PeerWord.Kind.REFUSED, 0);
    say("gateway", A, PeerWord.Kind.BROKEN, 0);
    say("gateway-2", A, PeerWord.Kind.SILENT, 0);
    pass(600, B);
    assertThat(life(A)).isEqualTo(Life.SUSPECT);
  }

  @Test
  void whom_a_peer_still_hears_is_not_given_up_before_it_is_mute() {
    pass(500, A, B);
    for (int i = 0; i < 40; i++) {
      say("node-b", A, PeerWord.Kind.HEARD, 80);
      pass(100, B);
    }
    assertThat(life(A)).isEqualTo(Life.SUSPECT);
    pass(1_500, B);
    assertThat(life(A)).isEqualTo(Life.DEAD);
  }

  @Test
  void a_peer_that_hears_nothing_either_saves_nobody() {
    pass(500, A, B);
    for (int i = 1; i <= 10; i++) {
      pass(100, B);
      say("node-b", A, i < 4 ? PeerWord.Kind.HEARD : PeerWord.Kind.SILENT, i * 100L);
    }
    assertThat(life(A)).isEqualTo(Life.DEAD);
  }

  @Test
  void who_is_heard_irregularly_is_waited_for_longer_but_not_for_ever() {
    for (int i = 0; i < 60; i++) {
      pass(100, A, B);
      pass(300, B);
    }
    verdicts.clear();
    pass(100, A, B);
    pass(1_000, B);
    assertThat(life(A)).as("after 1 s").isEqualTo(Life.SUSPECT);
    assertThat(membership.find(A).orElseThrow().missing).as("its copies count").isTrue();
    pass(600, B);
    assertThat(life(A)).as("after 1.6 s").isEqualTo(Life.DEAD);
  }

  @Test
  void who_is_heard_regularly_is_given_up_soon_after_dead_after() {
    pass(12_000, A, B);
    pass(875, B);
    assertThat(life(A)).isEqualTo(Life.SUSPECT);
    pass(75, B);
    assertThat(life(A)).isEqualTo(Life.DEAD);
  }

  private static final Duration WELL = Duration.ofMillis(40);

  /** All three are heard every 100 ms; each says for how long it has not reached its logs. */
  private void pass(long duration, Map<NodeId, Duration> logSilences) {
    for (long end = millis + duration; millis < end; ) {
      millis += 25;
      if (millis % 100 == 0) {
        logSilences.forEach((node, silence) -> hearOfLogs(node, 1, silence));
      }
      Membership.Findings findings = membership.tick(now());
      verdicts.addAll(findings.verdicts());
    }
  }

  private void hearOfLogs(NodeId node, long incarnation, Duration silence) {
    hear(
        node,
        incarnation,
        new LogContact(Optional.of(silence), Optional.of(readSilence(silence))),
        0);
  }

  private void hearOfProcess(NodeId node, long incarnation, long process) {
    hear(node, incarnation, LogContact.UNKNOWN, process);
  }

  private void hear(NodeId node, long incarnation, LogContact logs, long process) {
    Heartbeat heartbeat =
        new Heartbeat(
            node,
            new Incarnation(incarnation),
            URI.create("http://" + node + ":1"),
            ++sequence,
            Map.of(),
            Optional.empty(),
            false,
            Memory.UNKNOWN,
            List.of(),
            logs,
            process,
            MapVersion.NONE);
    membership.heard(heartbeat, now()).ifPresent(verdicts::add);
  }

  /** Whether whoever does not prove its lease reads other logs all the same. */
  private boolean readsOthers;

  private Duration readSilence(Duration silence) {
    return readsOthers ? Duration.ofMillis(20) : silence;
  }

  private Life lifeForPlacement(NodeId node) {
    return membership.find(node).orElseThrow().lifeForPlacement();
  }

  @Test
  void who_still_reads_other_logs_is_given_time_until_its_lease_has_a_broker_again() {
    readsOthers = true;
    Map<NodeId, Duration> one = Map.of(A, Duration.ofSeconds(20), B, WELL, C, WELL);
    pass(1_000, Map.of(A, WELL, B, WELL, C, WELL));
    pass(11_900, one);
    assertThat(life(A)).isEqualTo(Life.UP);
    assertThat(lifeForPlacement(A)).as("nothing is moved to it").isEqualTo(Life.SUSPECT);
    pass(100, Map.of(A, WELL, B, WELL, C, WELL));
    assertThat(lifeForPlacement(A)).as("it has one again").isEqualTo(Life.UP);
    pass(12_200, one);
    assertThat(verdicts).endsWith(new Verdict(A, Life.DEAD, Reason.CUT_OFF));
  }

  @Test
  void who_becomes_deaf_while_its_lease_is_unproven_is_given_up_at_once() {
    readsOthers = true;
    Map<NodeId, Duration> one = Map.of(A, Duration.ofSeconds(20), B, WELL, C, WELL);
    pass(5_000, one);
    assertThat(life(A)).isEqualTo(Life.UP);
    readsOthers = false;
    pass(100, one);
    assertThat(verdicts).endsWith(new Verdict(A, Life.DEAD, Reason.CUT_OFF));
  }

  @Test
  void a_drain_outlasts_a_fence_in_the_same_process_and_ends_with_the_process() {
    hearOfProcess(A, 1, 77);
    membership.find(A).orElseThrow().drained = true;
    hearOfProcess(A, 2, 77);
    assertThat(membership.find(A).orElseThrow().draining()).as("fenced, it goes on").isTrue();
    hearOfProcess(A, 3, 78);
    assertThat(membership.find(A).orElseThrow().draining()).as("started anew").isFalse();
    membership.find(A).orElseThrow().drained = true;
    hearOfProcess(A, 4, 0);
    assertThat(membership.find(A).orElseThrow().draining()).as("it does not say").isFalse();
  }

  @Test
  void who_leads_on_waits_no_longer_for_the_silent() {
    hear(A, 1);
    hear(B, 1);
    for (int beat = 0; beat < 20; beat++) {
      pass(25, B);
      membership.leadOn();
    }
    pass(1_000, B);
    assertThat(life(A)).isEqualTo(Life.DEAD);
  }

  @Test
  void who_alone_does_not_reach_its_logs_is_given_nothing_and_then_given_up_until_it_does() {
    Map<NodeId, Duration> one = Map.of(A, Duration.ofSeconds(20), B, WELL, C, WELL);
    pass(1_000, Map.of(A, WELL, B, WELL, C, WELL));
    pass(2_900, one);
    assertThat(life(A)).isEqualTo(Life.UP);
    assertThat(lifeForPlacement(A)).as("nothing is moved to it").isEqualTo(Life.SUSPECT);
    pass(200, one);
    assertThat(verdicts).endsWith(new Verdict(A, Life.DEAD, Reason.CUT_OFF));
    int said = verdicts.size();
    pass(15 * 60_000, one);
    assertThat(life(A)).as("heard all the time, and not forgotten").isEqualTo(Life.DEAD);
    assertThat(verdicts).hasSize(said);
    pass(200, Map.of(A, WELL, B, WELL, C, WELL));
    assertThat(verdicts).endsWith(new Verdict(A, Life.UP, Reason.HEARD));
    assertThat(lifeForPlacement(A)).isEqualTo(Life.UP);
  }

  @Test
  void who_was_given_up_for_its_logs_is_taken_back_in_a_new_life() {
    Map<NodeId, Duration> one = Map.of(A, Duration.ofSeconds(20), B, WELL, C, WELL);
    pass(4_000, one);
    assertThat(life(A)).isEqualTo(Life.DEAD);
    hearOfLogs(A, 2, WELL);
    assertThat(verdicts).endsWith(new Verdict(A, Life.UP, Reason.RESTARTED));
  }

  @Test
  void in_an_outage_of_all_logs_nobody_is_given_up_nor_who_comes_back_last() {
    Duration out = Duration.ofSeconds(20);
    pass(20_000, Map.of(A, out, B, out, C, out));
    pass(1_000, Map.of(A, out, B, WELL, C, out));
    pass(2_900, Map.of(A, out, B, WELL, C, WELL));
    pass(1_000, Map.of(A, WELL, B, WELL, C, WELL));
    assertThat(verdicts).noneMatch(verdict -> verdict.life() == Life.DEAD);
  }

  @Test
  void a_short_loss_of_the_logs_now_and_then_does_not_add_up() {
    for (int times = 0; times < 10; times++) {
      pass(2_500, Map.of(A, Duration.ofSeconds(2), B, WELL, C, WELL));
      pass(200, Map.of(A, WELL, B, WELL, C, WELL));
    }
    assertThat(verdicts).noneMatch(verdict -> verdict.life() == Life.DEAD);
  }

  @Test
  void who_does_not_speak_of_its_logs_is_judged_by_its_silence_alone() {
    pass(20_000, A, B);
    assertThat(life(A)).isEqualTo(Life.UP);
  }

  @Test
  void a_coordinator_that_takes_the_lead_has_counted_before() {
    Map<NodeId, Duration> one = Map.of(A, Duration.ofSeconds(20), B, WELL, C, WELL);
    for (long end = millis + 4_000; millis < end; ) {
      millis += 25;
      if (millis % 100 == 0) {
        one.forEach((node, silence) -> hearOfLogs(node, 1, silence));
      }
      membership.watch(now());
    }
    membership.lead(now());
    assertThat(lifeForPlacement(A)).isEqualTo(Life.SUSPECT);
    verdicts.addAll(membership.tick(now()).verdicts());
    assertThat(verdicts).endsWith(new Verdict(A, Life.DEAD, Reason.CUT_OFF));
  }

  @Test
  void what_a_node_said_of_its_logs_before_it_fell_silent_is_not_held_against_it() {
    Map<NodeId, Duration> well = Map.of(A, WELL, B, WELL, C, WELL);
    pass(1_000, well);
    pass(500, Map.of(A, Duration.ofSeconds(1), B, WELL, C, WELL));
    for (long end = millis + 4_000; millis < end; ) {
      millis += 25;
      membership.heardOf(
          B.value(),
          new PeerWord(A, new Incarnation(1), PeerWord.Kind.HEARD, Duration.ZERO),
          now());
      if (millis % 100 == 0) {
        hearOfLogs(B, 1, WELL);
        hearOfLogs(C, 1, WELL);
      }
      verdicts.addAll(membership.tick(now()).verdicts());
    }
    assertThat(life(A)).as("its peers hear it, and mute-after is not over").isNotEqualTo(Life.DEAD);
  }

  @Test
  void what_a_silent_node_said_of_its_logs_before_is_no_reason_to_give_others_up() {
    Duration out = Duration.ofSeconds(2);
    pass(1_000, Map.of(A, WELL, B, WELL));
    for (long end = millis + 4_500; millis < end; ) {
      millis += 25;
      membership.heardOf(
          A.value(),
          new PeerWord(B, new Incarnation(1), PeerWord.Kind.HEARD, Duration.ZERO),
          now());
      if (millis % 100 == 0) {
        hearOfLogs(A, 1, out);
      }
      verdicts.addAll(membership.tick(now()).verdicts());
    }
    assertThat(life(A)).isEqualTo(Life.UP);
  }

  @Test
  void a_standstill_of_the_coordinator_does_not_count_against_who_missed_its_logs_for_a_moment() {
    pass(1_000, Map.of(A, WELL, B, WELL, C, WELL));
    pass(500, Map.of(A, Duration.ofSeconds(1), B, WELL, C, WELL));
    millis += 10_000;
    verdicts.addAll(membership.tick(now()).verdicts());
    pass(200, Map.of(A, WELL, B, WELL, C, WELL));
    assertThat(verdicts).noneMatch(verdict -> verdict.life() == Life.DEAD);
  }
}
