package dev.kintsugi.local.verify.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BusyProcessesTest {

  @Test
  void they_keep_processors_busy_and_none_is_left_behind() throws Exception {
    List<ProcessHandle> handles;
    try (BusyProcesses busy = BusyProcesses.start(3)) {
      handles = busy.handles();
      assertThat(busy.count()).isEqualTo(3);
      assertThat(handles).allMatch(ProcessHandle::isAlive);
      assertThat(handles).as("whoever is killed leaves nothing").noneMatch(this::hasChildren);
    }
    CompletableFuture.allOf(
            handles.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
        .get(20, TimeUnit.SECONDS);
  }

  private boolean hasChildren(ProcessHandle process) {
    return process.descendants().findAny().isPresent();
  }
}
