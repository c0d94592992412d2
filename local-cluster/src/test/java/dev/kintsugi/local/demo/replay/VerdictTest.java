package dev.kintsugi.local.demo.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.local.demo.plan.Call;
import dev.kintsugi.local.demo.plan.Changes;
import dev.kintsugi.local.demo.plan.DemoArea;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictTest {

  private static final Call PATCH = new Call.Patch(DemoArea.SETTINGS, Changes.set("a", "b"));
  private static final Call READ = new Call.Read(DemoArea.SETTINGS);
  private static final Call REBUILD =
      new Call.Rebuild(List.of(DemoArea.SETTINGS, DemoArea.MAILBOX_LIST));

  private static Verdict of(Call call, int status, String etag, String body) {
    Optional<String> header = etag.isEmpty() ? Optional.empty() : Optional.of(etag);
    return Verdict.of(
        call, new Reply(status, header, false, false, body), Map.of(DemoArea.SETTINGS, 7L));
  }

  @Test
  void a_write_is_done_with_the_version_of_its_etag() {
    assertThat(of(PATCH, 200, "\"8\"", "")).isEqualTo(new Verdict.Written(8));
    assertThat(of(PATCH, 204, "\"8\"", "")).isEqualTo(new Verdict.Written(8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "8", "\"x\"", "\"-1\"", "\"99999999999999999999\""})
  void a_write_without_a_version_is_of_unknown_fate(String etag) {
    assertThat(of(PATCH, 200, etag, "")).isInstanceOf(Verdict.Unknown.class);
  }

  @Test
  void a_504_or_a_problem_that_says_so_is_unknown_and_the_rest_is_refused() {
    assertThat(of(PATCH, 504, "", "")).isInstanceOf(Verdict.Unknown.class);
    assertThat(of(PATCH, 500, "", "{\"outcome\":\"unknown\"}")).isInstanceOf(Verdict.Unknown.class);
    assertThat(of(PATCH, 503, "", "{\"outcome\":\"refused\"}")).isInstanceOf(Verdict.Refused.class);
    assertThat(of(PATCH, 500, "", "<html>")).isInstanceOf(Verdict.Refused.class);
  }

  @Test
  void a_read_must_show_what_was_acknowledged_before_it() {
    assertThat(of(READ, 200, "\"7\"", "{}")).isEqualTo(new Verdict.WasRead());
    assertThat(of(READ, 200, "\"6\"", "{}")).isInstanceOf(Verdict.Refused.class);
    assertThat(of(READ, 404, "", "{}")).isInstanceOf(Verdict.Refused.class);
  }

  @Test
  void a_rebuilt_session_has_all_areas_none_of_them_old() {
    String settings = "\"settings\":{\"version\":%d,\"attributes\":{}}";
    String both = "{\"areas\":{" + settings + ",\"mailbox-list\":{\"version\":1}}}";

    assertThat(of(REBUILD, 200, "", both.formatted(7))).isEqualTo(new Verdict.WasRead());
    assertThat(of(REBUILD, 200, "", both.formatted(6))).isInstanceOf(Verdict.Refused.class);
    assertThat(of(REBUILD, 200, "", "{\"areas\":{" + settings.formatted(7) + "}}"))
        .isInstanceOf(Verdict.Refused.class);
    assertThat(of(REBUILD, 200, "", "not json")).isInstanceOf(Verdict.Refused.class);
  }
}
