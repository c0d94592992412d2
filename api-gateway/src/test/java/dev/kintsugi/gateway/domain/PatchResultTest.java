package dev.kintsugi.gateway.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.gateway.domain.PatchResult.AreaResult;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PatchResultTest {

  private static final AreaResult APPLIED = new AreaResult.Applied(new ShardVersion(2));

  private static PatchResult of(AreaResult first, AreaResult second) {
    return new PatchResult(Map.of(new Area("a"), first, new Area("b"), second));
  }

  private static int status(int first, int second) {
    return of(PatchResult.refusal(first), PatchResult.refusal(second)).status();
  }

  @Test
  void an_unknown_area_makes_the_whole_unknown_and_a_conflict_a_conflict() {
    assertThat(status(504, 412)).isEqualTo(504);
    assertThat(status(500, 404)).isEqualTo(504);
    assertThat(status(412, 404)).isEqualTo(409);
    assertThat(status(503, 409)).isEqualTo(409);
    assertThat(status(404, 503)).isEqualTo(404);
    assertThat(status(403, 413)).isEqualTo(403);
    assertThat(status(503, 413)).isEqualTo(503);
    assertThat(status(429, 413)).isEqualTo(503);
    assertThat(status(413, 400)).isEqualTo(502);
  }

  @Test
  void nothing_has_happened_only_if_every_area_was_refused() {
    PatchResult partly = of(APPLIED, PatchResult.refusal(412));
    assertThat(partly.isComplete()).isFalse();
    assertThat(partly.nothingHappened()).isFalse();
    assertThat(of(PatchResult.refusal(412), PatchResult.refusal(503)).nothingHappened()).isTrue();
    assertThat(of(PatchResult.refusal(412), PatchResult.refusal(504)).nothingHappened()).isFalse();
    assertThat(of(APPLIED, APPLIED).isComplete()).isTrue();
    assertThat(new PatchResult(Map.of()).isComplete()).isTrue();
  }
}
