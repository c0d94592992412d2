package dev.kintsugi.local.cli;

import dev.kintsugi.local.Remains;
import dev.kintsugi.local.Suite;
import dev.kintsugi.local.console.HomeOption;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "down",
    description =
        "Stops the suite, if it runs, and removes its data; its logs stay until the next up.")
final class DownCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final HomeOption home = new HomeOption();

  @Option(names = "--keep-data", description = "Keep data and secrets for the next up.")
  private boolean keepData;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (Remains.sweep(home.directory(), keepData)) {
      out.printf(
          "no suite runs in %s; %s%n",
          home.directory(),
          keepData
              ? "the data and secrets that one left there are kept"
              : "removed the data and secrets that one left there");
      return 0;
    }
    Optional<Suite> suite = home.find();
    if (suite.isEmpty()) {
      out.println("no suite runs in " + home.directory());
      return 0;
    }
    suite.get().stop(keepData);
    out.println("down");
    return 0;
  }
}
