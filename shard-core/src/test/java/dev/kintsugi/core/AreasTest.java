package dev.kintsugi.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AreasTest {

  private static final Area MAILBOX = Area.shared("mailbox");

  private final Areas areas =
      Areas.of(
          List.of(new AreaPolicy(Area.SESSION, 4, 2, 1_000), new AreaPolicy(MAILBOX, 8, 2, 2_000)));

  @Test
  void an_area_is_found_by_the_object_that_was_declared_and_by_an_equal_one() {
    assertThat(areas.require(MAILBOX).slots()).isEqualTo(8);
    assertThat(areas.require(new Area("mailbox")).slots()).isEqualTo(8);
    assertThat(areas.find(new Area("other"))).isEmpty();
  }

  @Test
  void a_name_is_answered_with_the_object_that_was_declared() {
    assertThat(areas.named("mailbox")).containsSame(MAILBOX);
    assertThat(areas.named("Mailbox/../")).isEmpty();
    assertThat(areas.named("")).isEmpty();
  }

  @Test
  void the_same_name_is_the_same_object_as_far_as_there_is_room() {
    assertThat(Area.shared("session")).isSameAs(Area.SESSION);
    assertThat(Area.shared("mailbox")).isSameAs(MAILBOX);
    IntStream.range(0, 5_000).forEach(number -> Area.shared("area-" + number));
    assertThat(Area.shared("area-4999")).isEqualTo(new Area("area-4999"));
    assertThat(Area.shared("mailbox")).isSameAs(MAILBOX);
  }
}
