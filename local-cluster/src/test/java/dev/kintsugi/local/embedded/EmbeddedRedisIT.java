package dev.kintsugi.local.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

final class EmbeddedRedisIT {

  @Test
  void values_survive_a_stop() throws IOException {
    try (var redis = EmbeddedRedis.start()) {
      assertThat(ask(redis, "SET cup gold")).isEqualTo("+OK");
      redis.stop();
      assertThat(new RedisServer(redis.log(), redis.log(), redis.port()).isReady()).isFalse();
      redis.restart();
      assertThat(ask(redis, "EXISTS cup")).isEqualTo(":1");
    }
  }

  @Test
  void two_live_side_by_side() throws IOException {
    try (var one = EmbeddedRedis.start();
        var two = EmbeddedRedis.start()) {
      assertThat(ask(one, "SET cup gold")).isEqualTo("+OK");
      assertThat(ask(two, "EXISTS cup")).isEqualTo(":0");
    }
  }

  @Test
  void close_leaves_no_file() {
    var redis = EmbeddedRedis.start();
    redis.close();
    assertThat(Files.exists(redis.log().getParent())).isFalse();
  }

  private static String ask(EmbeddedRedis redis, String command) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), redis.port())) {
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
      var line = new StringBuilder();
      for (int c = socket.getInputStream().read();
          c >= 0 && c != '\r';
          c = socket.getInputStream().read()) {
        line.append((char) c);
      }
      return line.toString();
    }
  }
}
