package dev.kintsugi.local.cli;

import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.demo.DemoCommand;
import dev.kintsugi.local.verify.VerifyCommand;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command {@code kintsugi}.
 *
 * <p>Exit status: 0 done, 1 could not be done, 2 not understood.
 */
@Command(
    name = "kintsugi",
    synopsisSubcommandLabel = "COMMAND",
    description = "Runs the whole Kintsugi suite on this machine, breaks it and mends it.",
    subcommands = {
      UpCommand.class,
      DownCommand.class,
      StatusCommand.class,
      LogsCommand.class,
      FaultCommands.Kill.class,
      FaultCommands.Pause.class,
      FaultCommands.Resume.class,
      FaultCommands.Start.class,
      RebalanceCommand.class,
      TokenCommand.class,
      DemoCommand.class,
      VerifyCommand.class,
      SimulateCommand.class,
      BenchCommand.class,
      TestCommand.class,
      CompletionCommand.class,
      VersionCommand.class,
      HelpCommand.class
    },
    footer = {"", "Run kintsugi COMMAND --help for the options of one command."})
public final class Kintsugi implements Runnable {

  private static final int FAILED = 1;
  private static final int NOT_UNDERSTOOD = 2;

  @CommandLine.Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandLine.Model.CommandSpec spec;

  /** Ends the JVM with the command's exit status. */
  public static void main(String[] args) {
    CommandLine line = commandLine();
    int status = line.execute(args);
    line.getOut().flush();
    System.exit(status);
  }

  /** The command line, ready to be executed. */
  public static CommandLine commandLine() {
    var line = new CommandLine(new Kintsugi());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    addHelpOption(line);
    boolean plain = Optional.ofNullable(System.console()).filter(Console::isTerminal).isEmpty();
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            plain ? CommandLine.Help.Ansi.OFF : CommandLine.Help.Ansi.AUTO));
    line.setExecutionExceptionHandler((e, command, result) -> failed(e, command));
    line.setParameterExceptionHandler((e, args) -> notUnderstood(e));
    return line;
  }

  /** {@code --help} for every command, without a line in each. */
  private static void addHelpOption(CommandLine line) {
    line.getCommandSpec()
        .addOption(
            CommandLine.Model.OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Print this text.")
                .build());
    line.getSubcommands().values().stream()
        .filter(command -> !(command.getCommand() instanceof HelpCommand))
        .forEach(Kintsugi::addHelpOption);
  }

  private static int failed(Exception e, CommandLine command) {
    if (e instanceof SuiteException) {
      command.getErr().println("kintsugi: " + e.getMessage());
    } else {
      command.getErr().println("kintsugi: unexpected: " + e);
      e.printStackTrace(command.getErr());
    }
    return FAILED;
  }

  private static int notUnderstood(ParameterException e) {
    PrintWriter err = e.getCommandLine().getErr();
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    if (e instanceof UnmatchedArgumentException unmatched && command.getParent() == null) {
      err.println(
          "kintsugi: there is no command \"%s\"; the commands are: %s"
              .formatted(
                  unmatched.getUnmatched().getFirst(),
                  String.join(", ", command.getSubcommands().keySet())));
    } else {
      err.println("kintsugi: " + e.getMessage() + "; see " + name + " --help");
    }
    return NOT_UNDERSTOOD;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "which command? One of: " + String.join(", ", spec.subcommands().keySet()));
  }
}
