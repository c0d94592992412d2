package dev.kintsugi.local.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.model.OsArchitecture;

/** The program {@code redis-server}: the one that embedded-redis carries, else the one on PATH. */
public final class RedisBinary {

  private RedisBinary() {}

  /**
   * Puts the program into {@code directory} if it is not there yet, and returns its path.
   *
   * @throws IllegalStateException if there is none for this system; says what to install
   */
  public static Path in(Path directory) {
    try {
      Optional<String> carried = carried();
      if (carried.isPresent()) {
        return unpack(carried.get(), directory);
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot put redis-server into " + directory, e);
    }
    return onPath()
        .orElseThrow(() ->
            new IllegalStateException(
                "no redis-server for this system: install Redis (Debian: apt-get install"
                    + " redis-server) so that it is on the PATH"));
  }

  private static Optional<String> carried() {
    try {
      OsArchitecture here = OsArchitecture.detectOSandArchitecture();
      return Optional.ofNullable(ExecutableProvider.newProvidedVersionsMap().get(here));
    } catch (RuntimeException unknownSystem) {
      return Optional.empty();
    }
  }

  private static Path unpack(String resource, Path directory) throws IOException {
    Files.createDirectories(directory);
    Path program = directory.resolve(resource.substring(resource.lastIndexOf('/') + 1));
    if (Files.isExecutable(program)) {
      return program;
    }
    String absolute = resource.startsWith("/") ? resource : '/' + resource;
    Path whole = Files.createTempFile(directory, "redis-server", ".part");
    try (InputStream in = ExecutableProvider.class.getResourceAsStream(absolute)) {
      if (in == null) {
        throw new IOException("embedded-redis does not carry " + resource);
      }
      Files.copy(in, whole, StandardCopyOption.REPLACE_EXISTING);
    }
    if (!whole.toFile().setExecutable(true)) {
      throw new IOException("cannot make " + whole + " executable");
    }
    // In one step, so that nobody ever starts half a program.
    return Files.move(whole, program, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Optional<Path> onPath() {
    return Stream.ofNullable(System.getenv("PATH"))
        .flatMap(path -> Arrays.stream(path.split(":", -1)))
        .map(directory -> Path.of(directory, "redis-server"))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
