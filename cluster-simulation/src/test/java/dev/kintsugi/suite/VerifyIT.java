package dev.kintsugi.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.local.process.FreePorts;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * That the verification can fail: real nodes that break a rule. Of nodes that break none {@link
 * SuiteIT} has it say so.
 */
final class VerifyIT {

  /** Those of a suite and of the relays between its processes. */
  private static final int PORTS = 100;

  @TempDir private Path home;

  private final List<Integer> ports = FreePorts.inARow(PORTS);

  @AfterEach
  void stop() {
    kintsugi("down");
  }

  @Test
  void nodes_that_answer_before_they_have_read_back_are_found_out() {
    Command.Result verify =
        kintsugi(
            "verify --fault pause --broken answer-before-read-back --runs 1 --rate 30 --sessions 60"
                + " --warm-up 0 --no-training --port-base "
                + ports.getFirst());

    VerifyLine line = VerifyLine.of(verify);
    assertThat(line.fault()).isEqualTo("pause");
    assertThat(line.runs()).isEqualTo(1);
    assertThat(line.lost() + line.stale() + line.zombie()).as(verify.out()).isPositive();
    assertThat(verify.status()).as(verify.out()).isEqualTo(1);
    assertThat(FreePorts.firstTaken(ports)).as("everything has ended").isEmpty();
  }

  private Command.Result kintsugi(String words) {
    return Command.of(home).run(words);
  }
}
