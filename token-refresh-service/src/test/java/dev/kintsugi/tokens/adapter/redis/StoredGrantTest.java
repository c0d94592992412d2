package dev.kintsugi.tokens.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredGrantTest {

  private static final String OWNER = "01234567-89ab-cdef-0123-456789abcdef";
  private static final long NOW = 1_767_225_600_000L;

  @Test
  void it_is_read_back_as_it_was_written_and_the_form_does_not_change() {
    StoredGrant grant = new StoredGrant(3, 7, NOW, NOW + 9_000, OWNER, "AQ+/=");
    assertThat(grant.text()).isEqualTo("g1 3 7 1767225600000 1767225609000 " + OWNER + " AQ+/=");
    assertThat(StoredGrant.parse(grant.text())).isEqualTo(grant);
    StoredGrant mark = new StoredGrant(4, 8, 0, 0, "", "");
    assertThat(mark.text()).isEqualTo("g1 4 8 0 0 - ");
    assertThat(StoredGrant.parse(mark.text())).isEqualTo(mark);
    assertThat(StoredGrant.parse("")).isEqualTo(StoredGrant.NONE);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void hurt_texts_are_read_as_something_that_can_be_written_again(long seed) {
    Random random = new Random(seed);
    String sound = new StoredGrant(3, 7, NOW, NOW, OWNER, "AQ").text();
    for (int i = 0; i < 5_000; i++) {
      StringBuilder hurt = new StringBuilder(sound);
      for (int change = random.nextInt(4); change >= 0 && !hurt.isEmpty(); change--) {
        int at = random.nextInt(hurt.length());
        switch (random.nextInt(3)) {
          case 0 -> hurt.deleteCharAt(at);
          case 1 -> hurt.setCharAt(at, (char) (' ' + random.nextInt(95)));
          default -> hurt.setLength(at);
        }
      }
      StoredGrant read = StoredGrant.parse(hurt.toString());
      assertThat(read.revision()).isNotNegative();
      StoredGrant put = read.put("BB", NOW, NOW);
      assertThat(put.revision()).isGreaterThan(read.revision());
      assertThat(put.number()).isGreaterThan(read.number());
      assertThat(StoredGrant.parse(put.text())).isEqualTo(put);
    }
  }

  @Test
  void of_what_is_too_large_only_the_head_is_believed() {
    String huge = new StoredGrant(3, 7, NOW, 0, "", "A".repeat(StoredGrant.CUT)).text();
    StoredGrant read = StoredGrant.parse(huge.substring(0, StoredGrant.CUT));
    assertThat(read.revision()).isEqualTo(3);
    assertThat(read.isWhole()).isFalse();
    assertThat(read.isEmpty()).isFalse();
    String largest = "A".repeat(StoredGrant.LARGEST);
    StoredGrant fits =
        new StoredGrant(
            999_999_999_999_999_999L,
            999_999_999_999_999_999L,
            999_999_999_999_999_999L,
            999_999_999_999_999_999L,
            OWNER,
            largest);
    assertThat(fits.text().length()).isLessThan(StoredGrant.CUT);
    assertThat(StoredGrant.parse(fits.text())).isEqualTo(fits);
  }

  /** After Redis has lost everything, nothing from before may fit what is put there anew. */
  @Test
  void what_begins_anew_begins_beyond_what_was() {
    StoredGrant first = StoredGrant.NONE.put("A", NOW, NOW);
    StoredGrant leased = first.leased(OWNER, NOW + 1_000);
    StoredGrant again = StoredGrant.NONE.put("B", NOW + 5, NOW + 5);
    assertThat(again.revision()).isGreaterThan(first.revision());
    assertThat(again.number()).isGreaterThan(leased.number());
    assertThat(StoredGrant.FOREIGN.deleted(NOW).revision()).isEqualTo(NOW);
  }

  @Test
  void a_number_that_redis_has_lost_is_not_given_again() {
    StoredGrant old = new StoredGrant(3, 7, NOW, 0, "", "A");
    assertThat(old.renewed("B", 9).number()).isEqualTo(9);
    assertThat(old.renewed("B", 9).numbered().number()).isEqualTo(10);
  }

  @Test
  void a_lease_holds_until_its_end_and_never_for_ever() {
    StoredGrant leased = StoredGrant.NONE.put("A", NOW, NOW).leased(OWNER, NOW + 1_000);
    assertThat(leased.isLeased(NOW)).isTrue();
    assertThat(leased.isLeased(NOW + 999)).isTrue();
    assertThat(leased.isLeased(NOW + 1_000)).isFalse();
    assertThat(leased.released().isLeased(NOW)).isFalse();
    assertThat(leased.isLeased(NOW - 86_400_000)).as("a clock set back by a day").isFalse();
  }
}
