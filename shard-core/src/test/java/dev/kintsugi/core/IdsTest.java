package dev.kintsugi.core;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_session_id_survives_its_text(long seed) {
    Random random = new Random(seed);
    byte[] secret = new byte[SessionId.SECRET_BYTES];
    random.nextBytes(secret);
    SessionId id = SessionId.of(new PlacementKey(random.nextLong()), secret);
    SessionId read = SessionId.parse(id.toString());
    assertThat(read).isEqualTo(id);
    assertThat(read.placement()).isEqualTo(id.placement());
    assertThat(read.secret()).isEqualTo(secret);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void session_ids_read_and_stand_in_order_as_their_base64url_text_does(long seed) {
    Random random = new Random(seed);
    List<SessionId> ids = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      byte[] bytes = new byte[24];
      random.nextBytes(bytes);
      if (!ids.isEmpty()) {
        // Shares a beginning with the one before, so that the order is decided at any place.
        byte[] before = Base64.getUrlDecoder().decode(ids.getLast().toString());
        System.arraycopy(before, 0, bytes, 0, random.nextInt(24));
      }
      String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
      SessionId id = SessionId.parse(text);
      assertThat(id.toString()).isEqualTo(text);
      assertThat(SessionId.parse(("s" + text).getBytes(US_ASCII), 1)).isEqualTo(id);
      assertThat(id.secret()).isEqualTo(Arrays.copyOfRange(bytes, 8, 24));
      ids.add(id);
    }
    List<String> texts = ids.stream().map(SessionId::toString).sorted().toList();
    assertThat(ids.stream().sorted().map(SessionId::toString)).isEqualTo(texts);
  }

  @ParameterizedTest(name = "\"{0}\"")
  @ValueSource(
      strings = {
        "",
        "short",
        "0123456789012345678901234567890\u0141",
        "0123456789012345678901234567890+",
        "0123456789012345678901234567890123",
        "0123456789012345678901234567890=",
        "../../../../../../../etc/passwd!",
        "0123456789012345678901234567890\u0000"
      })
  void a_malformed_session_id_is_refused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> SessionId.parse(text));
  }

  @ParameterizedTest(name = "\"{0}\"")
  @ValueSource(strings = {"", "Mailbox", "1st", "a_b", "a/b", "..", "a\n"})
  void a_malformed_area_is_refused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> new Area(text));
  }

  @Test
  void an_epoch_fences_smaller_grants_and_smaller_attempts() {
    assertThat(new Epoch(2, 1).fences(new Epoch(1, 9))).isTrue();
    assertThat(new Epoch(2, 2).fences(new Epoch(2, 1))).isTrue();
    assertThat(new Epoch(2, 1).fences(new Epoch(2, 1))).isFalse();
    assertThat(new Epoch(2, 1).next(2)).isEqualTo(new Epoch(2, 2));
    assertThat(new Epoch(2, 5).next(3)).isEqualTo(new Epoch(3, 1));
    assertThat(Epoch.parse("7.3")).isEqualTo(new Epoch(7, 3));
    assertThatIllegalArgumentException().isThrownBy(() -> new Epoch(2, 1).next(1));
  }

  @Test
  void a_map_version_orders_by_leader_and_then_by_offset() {
    MapVersion first = new MapVersion(new Epoch(1, 1), 900);
    MapVersion second = new MapVersion(new Epoch(2, 1), 5);
    assertThat(second.newerThan(first)).isTrue();
    assertThat(MapVersion.parse(first.toString())).isEqualTo(first);
  }

  @Test
  void a_slot_survives_its_text() {
    SlotId slot = new SlotId(new Area("mailbox-list"), 7);
    assertThat(SlotId.parse(slot.toString())).isEqualTo(slot);
  }
}
