package dev.kintsugi.local.console;

import dev.kintsugi.local.Suite;
import dev.kintsugi.local.SuiteException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says which suite is meant. */
public final class HomeOption {

  @Option(
      names = "--home",
      paramLabel = "DIR",
      description = "Where the suite keeps its state (default: .kintsugi in the project).")
  private @Nullable Path home;

  /** The directory, whether or not a suite runs there. */
  public Path directory() {
    return home != null ? home : ProjectRoot.find().resolve(".kintsugi");
  }

  /** What to type to have a suite there. */
  public String upCommand() {
    return "./kintsugi up" + (home == null ? "" : " --home " + home);
  }

  /** The suite that runs there, if one does. */
  public Optional<Suite> find() {
    return Suite.attach(directory());
  }

  /**
   * The suite that runs there.
   *
   * @throws SuiteException if no suite runs there
   */
  public Suite require() {
    return find()
        .orElseThrow(() ->
            new SuiteException(
                "no suite runs in %s; start one with %s".formatted(directory(), upCommand())));
  }
}
