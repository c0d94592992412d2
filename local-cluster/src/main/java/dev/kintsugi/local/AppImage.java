package dev.kintsugi.local;

import dev.kintsugi.local.embedded.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A service unpacked so that its classes can be archived ahead of time: its own jar with a {@code
 * lib} beside it, in a directory named by the content. Nothing in it changes once it is there,
 * because a new file time would make the archive useless.
 */
record AppImage(Path directory, Path jar) {

  private static final int KEPT = 2;
  private static final int UNPACK_SECONDS = 60;

  /**
   * Returns the image of the service that {@code module} builds; unpacks it if it is new.
   *
   * @throws SuiteException if the service is not built
   */
  static AppImage of(Path root, String module, Path apps) {
    Path built = executable(root.resolve(module));
    String name = built.getFileName().toString();
    Path family = apps.resolve(module.substring(module.lastIndexOf('/') + 1));
    Path directory = family.resolve(contentOf(built));
    if (!Files.exists(directory)) {
      unpack(built, directory);
      dropOld(family);
    }
    return new AppImage(directory, directory.resolve(name));
  }

  private static Path executable(Path module) {
    Path target = module.resolve("target");
    if (Files.isDirectory(target)) {
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "*-exec.jar")) {
        for (Path jar : jars) {
          return jar;
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot look into " + target, e);
      }
    }
    throw new SuiteException(
        module.getFileName() + " is not built: run mvn -DskipTests package in the project first");
  }

  /** A digest of what is in the jar, cheap because the jar's own checksums are taken. */
  private static String contentOf(Path jar) {
    var sums = new TreeMap<String, Long>();
    try (var zip = new ZipFile(jar.toFile())) {
      zip.stream()
          .filter(e -> !e.isDirectory())
          .forEach((ZipEntry e) -> sums.put(e.getName(), e.getCrc()));
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest(sums.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new IllegalStateException("cannot read " + jar, e);
    }
  }

  private static void unpack(Path built, Path directory) {
    Path part =
        directory.resolveSibling(directory.getFileName() + ".part" + ProcessHandle.current().pid());
    Directories.delete(part);
    try {
      Files.createDirectories(part.getParent());
      Process tool =
          new ProcessBuilder(
                  Jvm.java(),
                  "-XX:TieredStopAtLevel=1",
                  "-Djarmode=tools",
                  "-jar",
                  built.toString(),
                  "extract",
                  "--destination",
                  part.toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!tool.waitFor(UNPACK_SECONDS, TimeUnit.SECONDS) || tool.exitValue() != 0) {
        tool.destroyForcibly();
        throw new SuiteException("cannot unpack " + built + ": " + said.strip());
      }
      if (!Files.exists(directory)) {
        Files.move(part, directory, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack " + built, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SuiteException("interrupted while unpacking " + built, e);
    } finally {
      Directories.delete(part);
    }
  }

  /** Keeps the newest images of a service: a suite that still runs may use the one before. */
  private static void dropOld(Path family) {
    List<Path> images = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(family, Files::isDirectory)) {
      all.forEach(images::add);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look into " + family, e);
    }
    images.sort(Comparator.comparingLong((Path image) -> image.toFile().lastModified()).reversed());
    images.stream().skip(KEPT).forEach(Directories::delete);
  }
}
