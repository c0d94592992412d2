package dev.kintsugi.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The last line of {@code kintsugi verify}, from its first column to its end. */
record VerifyLine(
    String fault,
    long runs,
    long requests,
    long failed,
    long acked,
    long lost,
    long stale,
    long zombie) {

  private static final Pattern PATTERN =
      Pattern.compile(
          "verify: fault=(\\S+) runs=(\\d+) requests=(\\d+) failed=(\\d+) acked=(\\d+) lost=(\\d+)"
              + " stale=(\\d+) zombie=(\\d+) gap_ms_p50=\\d+ gap_ms_p99=\\d+ gap_ms_max=\\d+"
              + " pause_ms_p99=\\d+ false_failovers=\\d+");

  /** That of a command that went to its end. */
  static VerifyLine of(Command.Result verify) {
    Matcher line = PATTERN.matcher(verify.lastLine());
    assertThat(line.matches()).as(verify.out()).isTrue();
    return new VerifyLine(
        line.group(1),
        Long.parseLong(line.group(2)),
        Long.parseLong(line.group(3)),
        Long.parseLong(line.group(4)),
        Long.parseLong(line.group(5)),
        Long.parseLong(line.group(6)),
        Long.parseLong(line.group(7)),
        Long.parseLong(line.group(8)));
  }
}
