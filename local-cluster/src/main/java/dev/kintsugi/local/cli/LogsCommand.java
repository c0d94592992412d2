package dev.kintsugi.local.cli;

import dev.kintsugi.local.PartName;
import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.console.HomeOption;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "logs",
    description = "Prints what one process has printed; also after down, until the next up.")
final class LogsCommand implements Callable<Integer> {

  private static final long POLL_NANOS = Duration.ofMillis(200).toNanos();
  private static final int MOST_NODES = 20;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final HomeOption home = new HomeOption();

  @Parameters(paramLabel = "NAME", description = "The process, such as node-1 or kafka.")
  @SuppressWarnings("NullAway.Init") // set by picocli
  private String name;

  @Option(names = "-f", description = "Go on with what it prints, until Ctrl-C.")
  private boolean follow;

  @Option(
      names = "-n",
      paramLabel = "LINES",
      defaultValue = "100",
      description = "How many lines from the end (default: ${DEFAULT-VALUE}).")
  private int lines;

  @Override
  public Integer call() throws IOException {
    if (lines < 0) {
      throw new ParameterException(
          spec.commandLine(), "the number of lines must be 0 or more, got " + lines);
    }
    int nodes = home.find().map(suite -> suite.options().nodes()).orElse(MOST_NODES);
    PartName part = PartName.parse(name, nodes);
    Path log = home.directory().resolve("logs").resolve(part + ".log");
    if (!Files.exists(log)) {
      throw new SuiteException(
          "%s has printed nothing: there is no %s; start a suite with %s"
              .formatted(part, log, home.upCommand()));
    }
    try (var file = new RandomAccessFile(log.toFile(), "r")) {
      file.seek(LogTail.startOfLast(lines, file));
      InputStream in = Channels.newInputStream(file.getChannel());
      do {
        print(in);
        LockSupport.parkNanos(follow ? POLL_NANOS : 0);
      } while (follow && !Thread.currentThread().isInterrupted());
    }
    return 0;
  }

  private void print(InputStream in) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    byte[] buffer = new byte[64 * 1024];
    for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
      out.print(new String(buffer, 0, count, StandardCharsets.UTF_8));
    }
    out.flush();
  }
}
