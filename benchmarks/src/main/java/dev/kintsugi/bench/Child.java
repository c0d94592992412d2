package dev.kintsugi.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A Java program in a process of its own that ends with this one. Not thread-safe. */
final class Child implements AutoCloseable {

  /**
   * Flags of a server that is to answer as much as it can: both compilers, a fixed heap. What runs
   * but a few thousand times is not worth the second compiler's time, which a start needs itself.
   */
  static final List<String> SERVER =
      List.of(
          "-XX:+UseParallelGC",
          "-XX:CompileThresholdScaling=4",
          "-Xms1g",
          "-Xmx1g",
          "-XX:-UsePerfData",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  private final Process process;
  private final Path log;
  private final long startedMillis = System.currentTimeMillis();
  private final Thread stop;

  private Child(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.stop = new Thread(process::destroyForcibly, "stop-child");
    Runtime.getRuntime().addShutdownHook(stop);
  }

  /**
   * Starts a program; what it prints goes to {@code log}.
   *
   * @param jars which jars of this program's class path it runs with, by file name
   */
  static Child start(
      Class<?> main,
      List<String> flags,
      Predicate<String> jars,
      Map<String, String> settings,
      List<String> arguments,
      Path log)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    settings.forEach((key, value) -> command.add("-D" + key + '=' + value));
    command.add("-cp");
    command.add(
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(path -> runs(jars, Path.of(path).getFileName().toString()))
            .collect(Collectors.joining(File.pathSeparator)));
    command.add(main.getName());
    command.addAll(arguments);
    return new Child(
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start(),
        log);
  }

  /** Nobody runs with the coordinator's jar, whose settings would be taken for one's own. */
  private static boolean runs(Predicate<String> jars, String jar) {
    return !jar.contains("handover-coordinator") && jars.test(jar);
  }

  /** Jars neither of MVC nor of Tomcat; a folder would keep an AOT cache from being used. */
  static boolean isNodes(String jar) {
    return jar.endsWith(".jar") && isReactive(jar);
  }

  /** Neither of MVC nor of Tomcat. */
  static boolean isReactive(String jar) {
    return !jar.contains("webmvc") && !jar.contains("tomcat") && !jar.contains("servlet");
  }

  static boolean isServlet(String jar) {
    return !jar.contains("webflux") && !jar.contains("reactor-netty");
  }

  static boolean isNode(String jar) {
    return jar.contains("session-shard-service");
  }

  /** Asks the program to end, and waits until it has. */
  void end() {
    process.destroy();
    process.onExit().join();
  }

  /** What the program has printed. */
  String output() throws IOException {
    return Files.readString(log);
  }

  long startedMillis() {
    return startedMillis;
  }

  /** Waits until the program has printed something. */
  Child await(Predicate<String> printed) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!printed.test(output())) {
      if (!process.isAlive() || System.nanoTime() - deadline >= 0) {
        throw new IOException("a program did not get so far:\n" + tail());
      }
      Thread.sleep(20);
    }
    return this;
  }

  /** The exit status of a program that ends by itself. */
  int status() throws InterruptedException {
    return process.waitFor();
  }

  private String tail() throws IOException {
    List<String> lines = output().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 25), lines.size()));
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
    try {
      Runtime.getRuntime().removeShutdownHook(stop);
    } catch (IllegalStateException endingAlready) {
      // Then the hook has run or is about to.
    }
  }
}
