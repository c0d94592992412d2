package dev.kintsugi.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.local.console.ProjectRoot;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each scenario fails once the rule that it is about is broken. */
class ScenarioMutantTest {

  private static final long SEEDS = 3;

  @ParameterizedTest(name = "{1} ({2})")
  @CsvSource({
    "Handover, an_owner_that_pauses_longer_than_its_lease_answers_nothing_that_a_later_owner_has_overwritten, reads-without-a-lease",
    "Handover, a_write_whose_acknowledgement_was_lost_is_found_applied_after_the_handover, keys-lost-at-handover",
    "Handover, an_idempotency_key_survives_two_handovers_in_a_row, keys-lost-at-handover",
    "Handover, merge_patches_of_two_writers_survive_the_owners_crash_between_them, answer-before-read-back",
    "Handover, a_producer_replaced_mid_append_neither_loses_nor_doubles, producer-reused-after-unknown-append",
    "Handover, a_drain_under_load_fails_no_request, no-release-record",
    "Log, a_node_back_after_longer_than_the_compaction_lag_finds_what_was_deleted_gone, older-than-the-compaction-lag-goes-on",
    "Log, compaction_never_surfaces_a_void_record, no-repair",
    "Log, a_poison_record_takes_one_session_not_the_slot, an-unreadable-record-takes-its-slot",
    "Session, a_session_ended_during_a_partition_stays_ended_when_the_partition_heals, a-session-lives-again",
    "Session, a_session_half_ended_by_an_owner_that_died_is_ended_by_the_next_one, half-ended-sessions-forgotten-by-the-next-owner",
    "Outage, two_coordinators_that_both_think_they_lead_write_one_map, the-table-of-a-deposed-leader-counts",
    "Outage, an_owner_that_has_lost_its_logs_answers_with_a_mark_for_as_long_as_the_area_puts_up_with_it, stale-answer-not-marked",
    "Outage, between_two_owners_nobody_answers_with_a_mark, stale-answer-after-a-fence-or-successor",
    "Outage, a_standby_answers_with_what_its_reader_has_seen_or_not_at_all, standby-ignores-the-offset",
    "Copies, a_slot_that_has_lost_a_copy_is_shown_at_once_and_repaired, copies-of-dead-nodes-count-as-live",
    "Copies, a_slot_that_has_lost_a_copy_is_shown_at_once_and_repaired, a-silent-node-is-given-up-too-late",
    "Copies, a_copy_that_still_reads_its_log_is_none, copies-that-still-read-count-as-live",
    "Detection, a_killed_node_is_given_up_by_a_word_and_a_knock, words-of-peers-are-not-heard",
    "Detection, a_node_that_one_other_is_refused_by_is_not_given_up, one-word-gives-a-node-up",
    "Detection, a_node_that_all_others_are_refused_by_but_the_coordinator_hears_is_not_given_up, accusers-outweigh-what-the-coordinator-hears",
    "Detection, what_was_said_of_a_life_that_has_ended_does_not_harm_the_next_one, words-about-a-former-life-count",
    "Detection, what_was_seen_of_a_life_that_has_ended_does_not_harm_the_next_one, what-was-seen-of-a-former-life-is-said-of-the-next",
    "Detection, a_node_that_only_the_coordinator_does_not_hear_keeps_its_slots, silence-of-whom-a-peer-hears-counts",
    "OldMap, an_old_copy_under_coordinators_started_anew_is_led_above_what_the_nodes_go_by, a-claim-goes-by-the-log-alone",
    "OldMap, a_log_made_anew_is_led_and_followed, a-lost-position-keeps-the-old-fold",
  })
  void a_scenario_fails_once_its_rule_is_broken(String topic, String scenario, String mutant)
      throws Exception {
    Class<?> broken =
        MutantLoader.of(Mutant.named(mutant), ProjectRoot.find())
            .loadClass(ScenarioMutantTest.class.getPackageName() + "." + topic + "ScenarioTest");
    Constructor<?> constructor = broken.getDeclaredConstructor();
    constructor.setAccessible(true);
    Method method = broken.getDeclaredMethod(scenario, long.class);
    method.setAccessible(true);
    Object test = constructor.newInstance();
    List<Throwable> failures = new ArrayList<>();
    for (long seed = 1; seed <= SEEDS && failures.isEmpty(); seed++) {
      try {
        method.invoke(test, seed);
      } catch (InvocationTargetException e) {
        failures.add(e.getTargetException());
      }
    }
    assertThat(failures)
        .singleElement()
        .satisfiesAnyOf(
            any -> assertThat(any).isInstanceOf(AssertionError.class),
            any -> assertThat(any.getClass().getName()).isEqualTo(Violation.class.getName()));
  }
}
