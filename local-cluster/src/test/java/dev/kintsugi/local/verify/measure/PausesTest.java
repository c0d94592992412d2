package dev.kintsugi.local.verify.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.local.admin.OwnerChange;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PausesTest {

  private static OwnerChange change(String slot, String kind, String published) {
    return new OwnerChange(slot, "node-1", "node-2", kind, "", 2, Instant.parse(published));
  }

  @Test
  void a_pause_ends_with_the_new_owners_first_line_after_the_map() {
    Pauses pauses = new Pauses();
    pauses.read(
        "node-2",
        Stream.of(
            "2026-11-27T13:00:00.000Z  INFO 1 --- [x] [node-loop] d.k.S : serving slot settings/3 after 4 ms",
            "2026-11-27T13:00:01.017Z  INFO 1 --- [x] [node-loop] d.k.S : serving slot settings/3 after 4 ms",
            "2026-11-27T13:00:01.900Z  INFO 1 --- [x] [node-loop] d.k.S : serving slot settings/3 after 4 ms",
            "no time: serving slot settings/3 after 4 ms",
            "something else"));
    assertThat(
            pauses.of(
                List.of(
                    change("settings/3", "PLANNED", "2026-11-27T13:00:01.0042Z"),
                    change("settings/3", "UNPLANNED", "2026-11-27T13:00:01.0042Z"),
                    change("settings/4", "PLANNED", "2026-11-27T13:00:01.0042Z"))))
        .containsExactly(12.8);
  }

  @Test
  void the_cut_off_of_milliseconds_makes_no_pause_negative() {
    Pauses pauses = new Pauses();
    pauses.read(
        "node-2",
        Stream.of("2026-11-27T13:00:01.004Z  INFO x : serving slot settings/3 after 0 ms"));
    assertThat(pauses.of(List.of(change("settings/3", "PLANNED", "2026-11-27T13:00:01.0049Z"))))
        .containsExactly(0.0);
  }

  @Test
  void a_pause_begins_when_the_old_owner_gives_up() {
    Pauses pauses = new Pauses();
    pauses.read(
        "node-1",
        Stream.of(
            "2026-11-27T13:00:00.500Z  INFO 1 --- [x] [node-loop] d.k.S : giving up slot settings/3",
            "2026-11-27T13:00:01.010Z  INFO 1 --- [x] [node-loop] d.k.S : giving up slot settings/3",
            "2026-11-27T13:00:09.000Z  INFO 1 --- [x] [node-loop] d.k.S : giving up slot settings/3",
            "2026-11-27T13:00:01.001Z  INFO 1 --- [x] [node-loop] d.k.S : giving up slot settings/4"));
    pauses.read(
        "node-2",
        Stream.of(
            "2026-11-27T13:00:01.017Z  INFO x : serving slot settings/3 after 4 ms",
            "2026-11-27T13:00:01.017Z  INFO x : serving slot settings/4 after 4 ms"));
    assertThat(
            pauses.of(
                List.of(
                    change("settings/3", "PLANNED", "2026-11-27T13:00:01.0042Z"),
                    change("settings/4", "PLANNED", "2026-11-27T13:00:01.0042Z"))))
        .as("the second was faster than the coordinator in reading the map")
        .containsExactly(7.0, 16.0);
  }

  @Test
  void a_pause_may_be_over_before_the_coordinator_has_read_its_map() {
    Pauses pauses = new Pauses();
    pauses.read(
        "node-1", Stream.of("2026-11-27T13:00:00.600Z  INFO x : giving up slot settings/3"));
    pauses.read(
        "node-2",
        Stream.of("2026-11-27T13:00:00.640Z  INFO x : serving slot settings/3 after 4 ms"));
    assertThat(pauses.of(List.of(change("settings/3", "PLANNED", "2026-11-27T13:00:01.1Z"))))
        .containsExactly(40.0);
  }

  @Test
  void whoever_gives_up_only_later_does_not_make_a_pause_short() {
    Pauses pauses = new Pauses();
    pauses.read(
        "node-1", Stream.of("2026-11-27T13:00:05.000Z  INFO x : giving up slot settings/3"));
    pauses.read(
        "node-2",
        Stream.of("2026-11-27T13:00:01.017Z  INFO x : serving slot settings/3 after 4 ms"));
    assertThat(pauses.of(List.of(change("settings/3", "PLANNED", "2026-11-27T13:00:01.007Z"))))
        .containsExactly(10.0);
  }
}
