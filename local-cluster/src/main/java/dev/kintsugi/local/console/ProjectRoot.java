package dev.kintsugi.local.console;

import dev.kintsugi.local.SuiteException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the project's directory. */
public final class ProjectRoot {

  private static final String PROPERTY = "kintsugi.root";

  private ProjectRoot() {}

  /**
   * Returns what the script {@code kintsugi} says, else the nearest directory above the current one
   * that holds that script.
   */
  public static Path find() {
    String told = System.getProperty(PROPERTY);
    if (told != null) {
      return Path.of(told).toAbsolutePath().normalize();
    }
    Path start = Path.of("").toAbsolutePath();
    for (Path path = start; path != null; path = path.getParent()) {
      if (Files.isRegularFile(path.resolve("kintsugi")) && Files.exists(path.resolve("pom.xml"))) {
        return path;
      }
    }
    throw new SuiteException(start + " is not inside the project; go there first");
  }
}
