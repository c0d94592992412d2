package dev.kintsugi.local.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "version",
    description = "Prints the version of Kintsugi and of the JDK it runs on.")
final class VersionCommand implements Runnable {

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public void run() {
    String own = VersionCommand.class.getPackage().getImplementationVersion();
    spec.commandLine()
        .getOut()
        .println(
            "kintsugi %s (JDK %s)".formatted(own == null ? "development" : own, Runtime.version()));
  }
}
