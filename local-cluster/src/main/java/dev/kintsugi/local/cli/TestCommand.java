package dev.kintsugi.local.cli;

import dev.kintsugi.local.SuiteException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Stands in the list of commands; the script runs it itself, since it builds this very program. */
@Command(
    name = "test",
    description = "Builds everything anew and runs every test.",
    footer = {
      "",
      "Ends with what was skipped and why, and the line: N passed, N failed, N skipped.",
      "With CI=true a part that is missing though it could be installed is a failure."
    })
final class TestCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new SuiteException("tests are run by the script: ./kintsugi test");
  }
}
