package dev.kintsugi.gateway.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.ShardVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventIdTest {

  @Test
  void an_id_reads_as_it_was_printed() {
    EventId id =
        EventId.START
            .with(new Area("settings"), at(3, 12, 7))
            .with(new Area("mailbox-list"), at(5, 99, 2))
            .with(new Area("settings"), at(3, 13, 8));
    assertThat(id).hasToString("mailbox-list:5:2.1:99:2,settings:3:2.1:13:8");
    assertThat(EventId.parse(id.toString())).isEqualTo(id);
    assertThat(id.version(new Area("settings"))).isEqualTo(new ShardVersion(8));
    assertThat(id.version(new Area("other"))).isEqualTo(ShardVersion.NONE);
  }

  @Test
  void nothing_followed_yet_is_the_empty_text() {
    assertThat(EventId.START).hasToString("");
    assertThat(EventId.parse("")).isEqualTo(EventId.START);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ",",
        "settings",
        "settings:1:1.1:1",
        "settings:1:1.1:1:1,",
        "settings:1:1.1:1:1,settings:1:1.1:1:1",
        "settings:-1:1.1:1:1",
        "settings:1:1:1:1",
        "settings:1:1.1:-1:1",
        "settings:1:1.1:1:-1",
        "settings:1:1.1:1:99999999999999999999",
        "SETTINGS:1:1.1:1:1",
        "settings:1:1.1:1:1:1"
      })
  void anything_else_is_refused(String text) {
    assertThatThrownBy(() -> EventId.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_long_text_is_refused_before_it_is_read() {
    assertThatThrownBy(() -> EventId.parse(",".repeat(EventId.LONGEST + 1)))
        .hasMessageContaining("4096");
  }

  private static AreaPosition at(int slot, long offset, long version) {
    return new AreaPosition(slot, new Epoch(2, 1), offset, new ShardVersion(version));
  }
}
