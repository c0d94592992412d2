package dev.kintsugi.bench.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.trace.ActivityTrace;
import dev.kintsugi.trace.TraceGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokensBenchTest {

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  private int run(String data, String svg) {
    return TokensBench.run(
        new String[] {"tokens", "quick", "1", "900", "1800", data, svg, "-", "-", "on", "8"});
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "",
        "no trace at all",
        "a b 1\na b 2",
        "a b 0\na b 100000\na b 200000",
        "a b 0\na b 99999999999999999999\na b x"
      })
  void what_cannot_be_measured_is_refused(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("trace.txt"), text);
    assertThat(run(file.toString(), "-")).isEqualTo(2);
  }

  @Test
  void a_trace_or_a_directory_that_is_not_there_is_refused() {
    assertThat(run(directory.resolve("none").toString(), "-")).isEqualTo(2);
    assertThat(run("-", directory.resolve("none").resolve("x.svg").toString())).isEqualTo(2);
  }

  @ParameterizedTest(name = "seed {0}, tokens of {1} s, idle limit {2} s")
  @CsvSource({"1, 900, 1800", "2, 3600, 28800"})
  void forecasts_save_most_stalls_for_a_part_of_the_renewals(long seed, double life, double idle) {
    ActivityTrace trace = new TraceGenerator(seed, 150, 42).generate();
    Activity activity = new Activity(Requests.of(trace), Incoming.of(trace));
    Result result = TokensBench.measure(activity, life, idle, 1);
    double reactive = result.score(FixedPolicy.REACTIVE).stallPercent();
    double always = result.times(result.score(FixedPolicy.ALWAYS));
    assertThat(result.times(result.score(FixedPolicy.REACTIVE))).isBetween(0.99, 1.01);
    assertThat(result.score(FixedPolicy.ALWAYS).stalls()).isZero();
    assertThat(result.frontier().at(reactive / 4)).isLessThan(always / 2);
    assertThat(result.afterIdle()).isZero();
    assertThat(TokensReport.closingLine(result))
        .matches(
            "bench tokens: data=\\S+ users=\\d+ requests=\\d+ reactive_stall=[\\d.]+ always_x=[\\d.]+"
                + " ours_x_at_stall_3pct=(inf|[\\d.]+) ours_x_at_stall_2pct=(inf|[\\d.]+)"
                + " ours_x_at_stall_1_5pct=(inf|[\\d.]+) ours_x_at_stall_1pct=(inf|[\\d.]+)"
                + " speculative_after_idle=0 events_per_s=\\d+ bytes_per_user=\\d+");
    assertThat(TokensPicture.svg(result)).startsWith("<svg").endsWith("</svg>\n");
    assertThat(TokensReport.json(result)).contains("\"timesOracle\"");
  }
}
