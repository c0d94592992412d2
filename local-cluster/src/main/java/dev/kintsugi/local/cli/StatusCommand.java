package dev.kintsugi.local.cli;

import dev.kintsugi.local.PartStatus;
import dev.kintsugi.local.Suite;
import dev.kintsugi.local.process.ProcessState;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "status",
    description =
        "Shows each process: pid, state, uptime, port, memory; for nodes also their slots.",
    footer = {"", "Exit status: 0 if all run, 3 if some do not, 1 if no suite is up."})
final class StatusCommand implements Callable<Integer> {

  private static final int SOME_DO_NOT_RUN = 3;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final HomeOption home = new HomeOption();

  @Override
  public Integer call() {
    Suite suite = home.require();
    List<PartStatus> parts = suite.status();
    var table = new Table("NAME", "STATE", "PID", "UPTIME", "PORT", "MEMORY");
    for (PartStatus part : parts) {
      table.row(
          part.part().toString(),
          part.state().toString().toLowerCase(Locale.ROOT),
          part.pid().isPresent() ? Long.toString(part.pid().getAsLong()) : "-",
          part.state() == ProcessState.DEAD ? "-" : shortly(part.uptime()),
          Integer.toString(part.address().getPort()),
          part.residentBytes().isPresent()
              ? part.residentBytes().getAsLong() / (1024 * 1024) + " MiB"
              : "-");
    }
    spec.commandLine().getOut().print(table);
    return parts.stream().allMatch(part -> part.state() == ProcessState.RUNNING)
        ? 0
        : SOME_DO_NOT_RUN;
  }

  static String shortly(Duration time) {
    if (time.toHours() > 0) {
      return "%d h %02d min".formatted(time.toHours(), time.toMinutesPart());
    }
    return time.toMinutes() > 0
        ? "%d min %02d s".formatted(time.toMinutes(), time.toSecondsPart())
        : time.toSeconds() + " s";
  }
}
