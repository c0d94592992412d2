package dev.kintsugi.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.local.console.ProjectRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code .ci/run} on machines that lack something, with an apt that is not real. */
final class CiRunTest {

  private static final String PACKAGE = "openjdk-25-jdk-headless";

  @TempDir private Path root;
  private String path = "";

  /** What the script did. */
  private record Result(int status, String out, String err) {}

  @BeforeEach
  void copy() throws IOException {
    String script = Files.readString(ProjectRoot.find().resolve(".ci/run"));
    assertThat(script).contains("/usr/lib/jvm/*");
    executable(".ci/run", script.replace("/usr/lib/jvm", root.resolve("jvm").toString()));
    executable("kintsugi", "#!/bin/sh\necho \"kintsugi $*\"\n");
    for (String there : new String[] {"mvn", "setsid", "ip", "iptables"}) {
      tool(there, "exit 0");
    }
    tool("id", "echo 0");
    tool("apt-get", "echo \"apt-get $*\"");
    tool("apt-cache", "exit 0");
  }

  @Test
  void without_a_jdk_that_apt_could_bring_one_sentence_says_what_is_missing_and_where_it_looked()
      throws Exception {
    Result result = run("/nowhere");
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err())
        .hasLineCount(1)
        .startsWith(".ci/run: JDK 25 or newer is missing")
        .contains("JAVA_HOME (/nowhere)")
        .contains(root.resolve("jvm").toString())
        .contains(root.resolve("home/.sdkman/candidates/java").toString())
        .contains("apt have no " + PACKAGE)
        .doesNotContain("http");
    assertThat(result.out()).contains("apt-get update").doesNotContain("install");
  }

  @Test
  void a_jdk_that_apt_knows_is_installed() throws Exception {
    tool("apt-cache", "echo '" + PACKAGE + " - a JDK'");
    tool("apt-get", "echo \"apt-get $*\"; " + makeJdk("25.0.1"));
    Result result = run("");
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).isZero();
    assertThat(result.out()).contains(PACKAGE).endsWith("kintsugi test\n");
  }

  @Test
  void what_apt_brings_is_looked_at() throws Exception {
    tool("apt-cache", "echo '" + PACKAGE + " - a JDK'");
    tool("apt-get", makeJdk("21.0.4"));
    Result result = run("");
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).hasLineCount(1).contains("JAVA_HOME (not set)", "brought none");
  }

  @Test
  void where_all_is_there_nothing_is_installed() throws Exception {
    Path jdk = root.resolve("somewhere");
    executable("somewhere/bin/javac", "");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
    Result result = run(jdk.toString());
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).isEqualTo("kintsugi test\n");
  }

  @Test
  void what_can_be_done_without_is_installed_where_that_works_and_else_said() throws Exception {
    executable("somewhere/bin/javac", "");
    Files.writeString(root.resolve("somewhere/release"), "JAVA_VERSION=\"25.0.1\"\n");
    String jdk = root.resolve("somewhere").toString();
    Files.delete(root.resolve("bin/iptables"));
    onlyThese("ip", "bash", "env", "dirname", "grep", "sh");

    Result installed = run(jdk);
    assertThat(installed.out())
        .contains("install -y -q --no-install-recommends iptables\n")
        .endsWith("kintsugi test\n");
    assertThat(installed.err()).isEmpty();

    tool("apt-get", "exit 100");
    Result without = run(jdk);
    assertThat(without.status()).isZero();
    assertThat(without.out()).isEqualTo("kintsugi test\n");
    assertThat(without.err()).hasLineCount(1).contains("iptables cannot be installed; goes on");

    tool("id", "echo 1000");
    assertThat(run(jdk)).isEqualTo(new Result(0, "kintsugi test\n", ""));
  }

  /** From now on the script finds nothing of the machine's but these. */
  private void onlyThese(String... tools) throws IOException {
    for (String tool : tools) {
      Path mine = root.resolve("bin").resolve(tool);
      for (String directory : new String[] {"/usr/bin", "/bin"}) {
        Path real = Path.of(directory, tool);
        if (!Files.exists(mine) && Files.exists(real)) {
          Files.createSymbolicLink(mine, real);
        }
      }
    }
    path = root.resolve("bin").toString();
  }

  @Test
  void nobody_but_root_installs_anything() throws Exception {
    tool("id", "echo 1000");
    Result result = run("");
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).hasLineCount(1).contains("missing: " + PACKAGE);
    assertThat(result.out()).isEmpty();
  }

  private String makeJdk(String version) {
    Path jdk = root.resolve("jvm/jdk");
    return "mkdir -p %1$s/bin; touch %1$s/bin/javac; chmod +x %1$s/bin/javac; echo 'JAVA_VERSION=\"%2$s\"' >%1$s/release"
        .formatted(jdk, version);
  }

  private void tool(String name, String commands) throws IOException {
    executable("bin/" + name, "#!/bin/sh\n" + commands + "\n");
  }

  private void executable(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Result run(String javaHome) throws IOException, InterruptedException {
    Path out = root.resolve("out");
    Path err = root.resolve("err");
    var builder =
        new ProcessBuilder(root.resolve(".ci/run").toString())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder
        .environment()
        .put("PATH", path.isEmpty() ? root.resolve("bin") + ":/usr/bin:/bin" : path);
    builder.environment().put("HOME", root.resolve("home").toString());
    builder.environment().keySet().removeIf(name -> name.equals("SDKMAN_DIR"));
    builder.environment().put("JAVA_HOME", javaHome);
    Process script = builder.start();
    assertThat(script.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Result(
        script.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }
}
