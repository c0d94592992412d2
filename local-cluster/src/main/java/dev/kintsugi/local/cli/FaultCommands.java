package dev.kintsugi.local.cli;

import dev.kintsugi.local.Suite;
import dev.kintsugi.local.console.ConsoleListener;
import dev.kintsugi.local.console.HomeOption;
import java.util.function.BiConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands that break one process and mend it. */
final class FaultCommands {

  private FaultCommands() {}

  /** What they share: the suite, and the name of the process. */
  abstract static class OneProcess implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin private final HomeOption home = new HomeOption();

    @Parameters(paramLabel = "NAME", description = "The process, such as node-1 or kafka.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String name;

    void apply(BiConsumer<Suite, String> action, String done) {
      action.accept(home.require(), name);
      spec.commandLine().getOut().println(name + ' ' + done);
    }

    ConsoleListener listener() {
      return new ConsoleListener(spec.commandLine().getOut());
    }
  }

  @Command(name = "kill", description = "Kills one process (SIGKILL), as a crash would.")
  static final class Kill extends OneProcess {
    @Override
    public void run() {
      apply(Suite::kill, "killed");
    }
  }

  @Command(
      name = "pause",
      description = "Freezes one process (SIGSTOP): it answers nothing, its connections stay open.")
  static final class Pause extends OneProcess {
    @Override
    public void run() {
      apply(Suite::pause, "paused");
    }
  }

  @Command(name = "resume", description = "Lets a paused process go on (SIGCONT).")
  static final class Resume extends OneProcess {
    @Override
    public void run() {
      apply(Suite::resume, "resumed");
    }
  }

  @Command(name = "start", description = "Starts one process again that was killed.")
  static final class Start extends OneProcess {
    @Override
    public void run() {
      apply((suite, name) -> suite.start(name, listener()), "started");
    }
  }
}
