package dev.kintsugi.local.verify.fault;

import dev.kintsugi.local.SuiteException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Processes that do nothing as fast as they can, until closed. Thread-safe. */
final class BusyProcesses implements AutoCloseable {

  /** Of processor time. */
  private static final int MOST_SECONDS = 3_700;

  private final List<Process> processes;

  private BusyProcesses(List<Process> processes) {
    this.processes = List.copyOf(processes);
  }

  static BusyProcesses start(int count) {
    List<Process> started = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        // It ends by itself should nobody end it. One process and no child of its own, which would
        // be left alone if it were born just when its parent is killed.
        started.add(
            new ProcessBuilder(
                    "sh", "-c", "trap '' INT; ulimit -t " + MOST_SECONDS + "; while :; do :; done")
                .start());
      }
      return new BusyProcesses(started);
    } catch (IOException e) {
      started.forEach(Process::destroyForcibly);
      throw new SuiteException("cannot keep the processors busy: " + e.getMessage(), e);
    }
  }

  List<ProcessHandle> handles() {
    return processes.stream().map(Process::toHandle).toList();
  }

  int count() {
    return processes.size();
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
  }
}
