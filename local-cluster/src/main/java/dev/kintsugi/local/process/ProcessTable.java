package dev.kintsugi.local.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The processes of this machine, by {@code /proc} where there is one, else by {@code ps}.
 *
 * <p>Thread-safe; reads the live state on every call.
 */
public final class ProcessTable {

  private static final Path PROC = Path.of("/proc");
  private static final boolean LINUX = Files.isReadable(PROC.resolve("self/stat"));

  /** Position of the start time in {@code /proc/PID/stat}, counted after the command's name. */
  private static final int START_TICKS = 19;

  /** Position of the number of threads there. */
  private static final int THREADS = 17;

  /** Position of the priority there, as {@code nice} counts it. */
  private static final int NICE = 16;

  private ProcessTable() {}

  /**
   * Returns who runs under {@code pid} now; empty if nobody does. Whoever still exits, with some
   * threads left, is somebody: see {@link #state(String[])}.
   */
  public static Optional<ProcessIdentity> identityOf(long pid) {
    if (LINUX) {
      return stat(pid)
          .filter(fields -> state(fields) != ProcessState.DEAD)
          .map(fields -> new ProcessIdentity(pid, fields[START_TICKS] + '@' + bootId()));
    }
    return ProcessHandle.of(pid)
        .flatMap(handle -> handle.info().startInstant())
        .map(instant -> new ProcessIdentity(pid, Long.toString(instant.toEpochMilli())));
  }

  /** Returns the state of exactly this process; a reused pid counts as {@code DEAD}. */
  public static ProcessState stateOf(ProcessIdentity identity) {
    if (!identityOf(identity.pid()).equals(Optional.of(identity))) {
      return ProcessState.DEAD;
    }
    if (LINUX) {
      return stat(identity.pid()).map(ProcessTable::state).orElse(ProcessState.DEAD);
    }
    return state(ps("state=", identity.pid()).orElse("X"));
  }

  /**
   * The state that the fields of {@code /proc/PID/stat} tell. The first thread of a killed process
   * becomes a zombie while others still hold its sockets: only with the last of them is it dead.
   */
  static ProcessState state(String[] stat) {
    boolean exiting = stat[0].startsWith("Z") && Integer.parseInt(stat[THREADS]) > 1;
    return exiting ? ProcessState.RUNNING : state(stat[0]);
  }

  private static ProcessState state(String letter) {
    if (isDead(letter)) {
      return ProcessState.DEAD;
    }
    return letter.startsWith("T") ? ProcessState.PAUSED : ProcessState.RUNNING;
  }

  /** Returns the memory that the process holds now, in bytes; empty if it is gone. */
  public static OptionalLong residentBytes(ProcessIdentity identity) {
    if (stateOf(identity) == ProcessState.DEAD) {
      return OptionalLong.empty();
    }
    Optional<Long> kib =
        LINUX
            ? residentKib(identity.pid())
            : ps("rss=", identity.pid()).map(text -> Long.parseLong(text.strip()));
    return kib.map(value -> OptionalLong.of(value * 1024)).orElseGet(OptionalLong::empty);
  }

  /**
   * Sends {@code signal} to exactly this process.
   *
   * @return whether the process was there to get it; never signals a reused pid
   */
  public static boolean signal(ProcessIdentity identity, Signal signal) {
    if (stateOf(identity) == ProcessState.DEAD) {
      return false;
    }
    // The shell's own kill: a small machine may lack the program of that name.
    return Commands.run("sh", "-c", "kill -" + signal + " " + identity.pid()).isPresent();
  }

  /**
   * Gives all threads of a process that was started at a lower priority the usual one.
   *
   * @return whether the system allowed it
   */
  public static boolean usualPriority(ProcessIdentity identity) {
    if (stateOf(identity) == ProcessState.DEAD) {
      return false;
    }
    // Linux counts priority per thread, and a thread that is made meanwhile has that of its maker.
    String all = "renice -n 0 -p $(ls /proc/" + identity.pid() + "/task)";
    // One that has ended meanwhile is no failure: what counts is what is told afterwards.
    String group = "(echo 0 > /proc/" + identity.pid() + "/autogroup) 2> /dev/null";
    Commands.run("sh", "-c", all + "; " + all + "; " + group + "; true");
    return LINUX && stat(identity.pid()).filter(fields -> fields[NICE].equals("0")).isPresent();
  }

  /** Returns the program and arguments of the process, as far as the system tells. */
  public static String describe(long pid) {
    String command = ProcessHandle.of(pid).flatMap(h -> h.info().command()).orElse("unknown");
    Path name = Path.of(command).getFileName();
    return (name == null ? command : name.toString()) + ", pid " + pid;
  }

  private static boolean isDead(String letter) {
    return letter.startsWith("Z") || letter.startsWith("X");
  }

  private static Optional<Long> residentKib(long pid) {
    return read(PROC.resolve(pid + "/status"))
        .flatMap(text -> text.lines().filter(line -> line.startsWith("VmRSS:")).findFirst())
        .map(line -> Long.parseLong(line.replaceAll("\\D", "")));
  }

  /** Returns the fields of {@code /proc/PID/stat} after the command's name, the state first. */
  private static Optional<String[]> stat(long pid) {
    return read(PROC.resolve(pid + "/stat"))
        .map(text -> text.substring(text.lastIndexOf(')') + 2).split(" ", -1))
        .filter(fields -> fields.length > START_TICKS);
  }

  private static String bootId() {
    return read(PROC.resolve("sys/kernel/random/boot_id")).orElse("?").strip();
  }

  private static Optional<String> ps(String column, long pid) {
    return Commands.run("ps", "-o", column, "-p", Long.toString(pid))
        .filter(text -> !text.isBlank());
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }
}
