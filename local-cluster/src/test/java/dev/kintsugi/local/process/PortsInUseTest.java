package dev.kintsugi.local.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class PortsInUseTest {

  @Test
  void a_port_with_a_listener_is_taken() throws IOException {
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = listener.getLocalPort();
      assertThat(FreePorts.isFree(port)).isFalse();
      assertThat(FreePorts.firstTaken(List.of(port))).isEqualTo(Optional.of(port));
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux tells who listens")
  void whoever_listens_is_named() throws IOException {
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(PortHolder.of(listener.getLocalPort()).orElseThrow())
          .contains("java")
          .contains("pid " + ProcessHandle.current().pid());
    }
  }

  @Test
  void ports_in_a_row_are_free() {
    List<Integer> ports = FreePorts.inARow(3);
    assertThat(ports).hasSize(3).allMatch(FreePorts::isFree);
    assertThat(ports.get(2)).isEqualTo(ports.get(0) + 2);
  }
}
