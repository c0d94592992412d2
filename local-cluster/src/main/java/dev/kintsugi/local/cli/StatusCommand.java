package dev.kintsugi.local.cli;

import dev.kintsugi.local.ClusterView;
import dev.kintsugi.local.ClusterView.NodeSlots;
import dev.kintsugi.local.PartName;
import dev.kintsugi.local.PartStatus;
import dev.kintsugi.local.Suite;
import dev.kintsugi.local.console.HomeOption;
import dev.kintsugi.local.process.ProcessState;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
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
    SortedMap<String, NodeSlots> slots = slots(suite);
    var table = new Table("NAME", "STATE", "PID", "UPTIME", "PORT", "MEMORY", "SLOTS");
    for (PartStatus part : parts) {
      table.row(
          part.part().toString(),
          part.state().toString().toLowerCase(Locale.ROOT),
          part.pid().isPresent() ? Long.toString(part.pid().getAsLong()) : "-",
          part.state() == ProcessState.DEAD ? "-" : shortly(part.uptime()),
          Integer.toString(part.address().getPort()),
          part.residentBytes().isPresent()
              ? part.residentBytes().getAsLong() / (1024 * 1024) + " MiB"
              : "-",
          slotsOf(part, slots));
    }
    spec.commandLine().getOut().print(table);
    return parts.stream().allMatch(part -> part.state() == ProcessState.RUNNING)
        ? 0
        : SOME_DO_NOT_RUN;
  }

  private static SortedMap<String, NodeSlots> slots(Suite suite) {
    try (ClusterView view = suite.view()) {
      return view.nodeSlots().orElseGet(TreeMap::new);
    }
  }

  private static String slotsOf(PartStatus part, SortedMap<String, NodeSlots> slots) {
    if (part.part().kind() != PartName.Kind.NODE) {
      return "";
    }
    NodeSlots own = slots.get(part.part().toString());
    return own == null
        ? "unknown"
        : "owns %d, stands by for %d".formatted(own.owned(), own.standingBy());
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
