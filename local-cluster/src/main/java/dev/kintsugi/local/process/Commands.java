package dev.kintsugi.local.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Short commands of the operating system, run to their end. */
final class Commands {

  private Commands() {}

  /** Returns what the command printed; empty if it could not be run or failed. */
  static Optional<String> run(String... command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
    } catch (IOException notThere) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
