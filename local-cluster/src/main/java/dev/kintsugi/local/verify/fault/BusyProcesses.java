package dev.kintsugi.local.verify.fault;

import dev.kintsugi.local.SuiteException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Processes that do nothing as fast as they can, until closed. Thread-safe. */
final class BusyProcesses implements AutoCloseable {

  private final List<Process> processes;

  private BusyProcesses(List<Process> processes) {
    this.processes = List.copyOf(processes);
  }

  static BusyProcesses start(int count) {
    List<Process> started = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        // It ends by itself should nobody end it.
        started.add(
            new ProcessBuilder(
                    "sh", "-c", "trap '' INT; exec timeout 3700 sh -c 'while :; do :; done'")
                .start());
      }
      return new BusyProcesses(started);
    } catch (IOException e) {
      started.forEach(Process::destroyForcibly);
      throw new SuiteException("cannot keep the processors busy: " + e.getMessage(), e);
    }
  }

  int count() {
    return processes.size();
  }

  @Override
  public void close() {
    for (Process process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
