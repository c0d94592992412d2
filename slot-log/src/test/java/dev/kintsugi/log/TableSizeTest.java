package dev.kintsugi.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableSizeTest {

  private static Areas areas(int areas, int slots, int copies) {
    List<AreaPolicy> policies = new ArrayList<>();
    policies.add(new AreaPolicy(Area.SESSION, slots, copies, 1_000));
    for (int i = 1; i < areas; i++) {
      policies.add(new AreaPolicy(new Area("area-" + i), slots, copies, 1_000));
    }
    return Areas.of(policies);
  }

  @ParameterizedTest(name = "{0} areas of {1} slots, {2} copies")
  @CsvSource({"1, 16, 2", "4, 256, 3", "4, 10000, 2", "2, 16384, 2", "1, 16384, 5"})
  void what_fits_one_record_is_taken(int areas, int slots, int copies) {
    assertThatCode(() -> TableSize.check(areas(areas, slots, copies))).doesNotThrowAnyException();
  }

  @ParameterizedTest(name = "{0} areas of {1} slots, {2} copies")
  @CsvSource({"4, 16384, 2", "3, 16384, 2", "2, 16384, 4"})
  void what_does_not_is_refused_before_anything_is_made(int areas, int slots, int copies) {
    LogSettings nowhere = new LogSettings("127.0.0.1:1", "test.", (short) 1);
    assertThatThrownBy(
            () -> new Topics(nowhere).ensure(areas(areas, slots, copies), Duration.ofMillis(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the areas have " + areas * slots + " slots in all")
        .hasMessageContaining("kintsugi.cluster.areas.*.slots")
        .hasMessageContaining("docs/scale.md");
  }

  @Test
  void a_slot_with_two_copies_takes_about_23_bytes() {
    int more = TableSize.bytes(areas(1, 2_000, 2)) - TableSize.bytes(areas(1, 1_000, 2));
    assertThat(more).isBetween(22_000, 24_000);
  }
}
