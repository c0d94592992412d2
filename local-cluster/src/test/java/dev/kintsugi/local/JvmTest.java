package dev.kintsugi.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.local.PartName.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class JvmTest {

  /** A node's compiled code was 17 MB in the demo; room for some growth. */
  private static final double CODE_BYTES = 30 * 1024 * 1024;

  /**
   * A JVM stops the world for a full collection once SweeperThreshold percent of the code cache
   * have been filled: 48 MB, which is what the first compiler alone has by itself, meant several
   * stops of 0.2 to 0.8 s in a node's first minutes.
   */
  @ParameterizedTest
  @EnumSource(value = Kind.class, mode = Mode.EXCLUDE, names = "REDIS")
  void compiled_code_stops_no_process(Kind kind) throws Exception {
    String flags = finalFlags(kind);
    double threshold =
        number(flags, "ReservedCodeCacheSize") * number(flags, "SweeperThreshold") / 100;
    assertThat(threshold).isGreaterThan(CODE_BYTES);
  }

  private static String finalFlags(Kind kind) throws Exception {
    List<String> command = new ArrayList<>(List.of(Jvm.java()));
    command.addAll(Jvm.flags(kind));
    command.addAll(List.of("-XX:+PrintFlagsFinal", "-version"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private static double number(String flags, String name) {
    Matcher flag = Pattern.compile(" " + name + " *= *([0-9.]+) ").matcher(flags);
    assertThat(flag.find()).as(name).isTrue();
    return Double.parseDouble(flag.group(1));
  }
}
