package dev.kintsugi.local.process;

import static java.util.Objects.requireNonNull;

/**
 * One process, told apart from any later one that gets the same pid.
 *
 * @param pid the operating system's number of the process, greater than zero
 * @param start when the process began, in a form that only equality is asked of
 */
public record ProcessIdentity(long pid, String start) {

  public ProcessIdentity {
    if (pid <= 0) {
      throw new IllegalArgumentException("pid must be greater than zero, got " + pid);
    }
    requireNonNull(start);
    if (start.isBlank() || start.contains("\n")) {
      throw new IllegalArgumentException("start must be one line of text, got \"" + start + '"');
    }
  }
}
