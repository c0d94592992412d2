package dev.kintsugi.local.cli;

import dev.kintsugi.local.PartStatus;
import dev.kintsugi.local.Suite;
import dev.kintsugi.local.console.ConsoleListener;
import dev.kintsugi.local.console.SuiteOptionsMixin;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "up",
    description =
        "Starts the whole suite on this machine: Kafka, Redis, an identity provider, nodes,"
            + " coordinators, token service and gateway.",
    footer = {
      "",
      "It goes on when this command has ended; ./kintsugi down stops it.",
      "Last line: up: processes=N ready_s=SECONDS"
    })
final class UpCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final SuiteOptionsMixin options = new SuiteOptionsMixin();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Suite suite = Suite.start(options.get(), new ConsoleListener(out));
    List<PartStatus> parts = suite.status();
    var table = new Table("", "");
    parts.forEach(status -> table.row(status.part().toString(), status.address().toString()));
    out.println();
    out.print(table);
    out.println();
    out.printf(
        Locale.ROOT,
        "up: processes=%d ready_s=%.1f%n",
        parts.size(),
        suite.readyAfter().toMillis() / 1e3);
    return 0;
  }
}
