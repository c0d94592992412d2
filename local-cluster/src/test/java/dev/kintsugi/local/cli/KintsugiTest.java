package dev.kintsugi.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class KintsugiTest {

  @TempDir private Path home;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "up",
        "down",
        "status",
        "logs",
        "kill",
        "pause",
        "resume",
        "start",
        "rebalance",
        "token",
        "demo",
        "verify",
        "simulate",
        "bench",
        "test",
        "completion",
        "version"
      })
  void every_command_explains_itself(String command) {
    assertThat(run(command, "--help")).isZero();
    assertThat(out.toString()).startsWith("Usage: kintsugi " + command);
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"store", "stack", "scale", "tokens", "token-reads", "token-spread"})
  void every_benchmark_explains_itself(String benchmark) {
    assertThat(run("bench", benchmark, "--help")).isZero();
    assertThat(out.toString()).startsWith("Usage: kintsugi bench " + benchmark);
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | which command? One of: up, down",
        "rise | there is no command \"rise\"; the commands are: up, down",
        "up --nodes 0 | the number of nodes must be 1 to 20, got 0",
        "up --nodes many | --nodes",
        "up --port-base 80 | the port base must be 1024 to 65435, got 80",
        "up --port-base 70000 | the port base must be",
        "up --set lease=3 | a setting looks like",
        "up --nodes | --nodes",
        "kill | NAME",
        "bench | which benchmark? One of: store, stack",
        "bench store --runs 0 | --runs must be 1 to 100, got 0",
        "bench store --runs many | --runs",
        "bench store --json | --json",
        "bench token-reads --rate 0 | --rate must be 1 to 100000, got 0",
        "bench token-reads --json /nowhere/at/all.json | --json: there is no directory",
        "bench token-spread --json /nowhere/at/all.json | --json: there is no directory",
        "token | --user",
        "token --admin --application | mutually exclusive",
        "logs -n -1 gateway | the number of lines must be 0 or more"
      })
  void what_is_not_understood_is_said_in_one_line(String line, String expected) {
    String[] args = line.isEmpty() ? new String[0] : line.split(" ", -1);
    assertThat(run(args)).isEqualTo(2);
    assertThat(err.toString()).startsWith("kintsugi: ").contains(expected).hasLineCount(1);
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "kill node-1",
        "pause node-1",
        "resume node-1",
        "start node-1",
        "token --user alice",
        "token --admin",
        "token --application"
      })
  void without_a_suite_it_says_what_to_type(String line) {
    String[] args = (line + " --home " + home).split(" ", -1);
    assertThat(run(args)).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "kintsugi: no suite runs in %s; start one with ./kintsugi up --home %s%n"
                .formatted(home, home));
    assertThat(out.toString()).isEmpty();
    assertThat(home).isEmptyDirectory();
  }

  @Test
  void without_a_suite_in_the_usual_place_it_says_so_too() {
    String root = System.getProperty("kintsugi.root");
    System.setProperty("kintsugi.root", home.toString());
    try {
      assertThat(run("token", "--user", "alice")).isEqualTo(1);
    } finally {
      if (root == null) {
        System.clearProperty("kintsugi.root");
      } else {
        System.setProperty("kintsugi.root", root);
      }
    }
    assertThat(err.toString())
        .isEqualTo(
            "kintsugi: no suite runs in %s/.kintsugi; start one with ./kintsugi up%n"
                .formatted(home));
  }

  @Test
  void logs_of_a_suite_that_never_ran_says_what_to_type() {
    assertThat(run("logs", "kafka", "--home", home.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("kafka has printed nothing")
        .endsWith("start a suite with ./kintsugi up --home " + home + "\n");
  }

  @Test
  void down_without_a_suite_is_no_mistake() {
    assertThat(run("down", "--home", home.toString())).isZero();
  }

  @Test
  void an_unknown_process_is_answered_with_the_known_ones() {
    assertThat(run("logs", "node-x", "--home", home.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("no process \"node-x\"")
        .contains("gateway")
        .contains("kafka");
  }

  @Test
  void a_taken_port_is_named_and_nothing_is_left() throws IOException {
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String base = Integer.toString(Math.min(listener.getLocalPort(), 65_435));
      if (listener.getLocalPort() > 65_435) {
        return;
      }
      assertThat(run("up", "--port-base", base, "--home", home.toString())).isEqualTo(1);
      assertThat(err.toString()).contains("port " + base).contains("--port-base").hasLineCount(1);
      assertThat(home.resolve("suite.properties")).doesNotExist();
    }
  }

  @Test
  void logs_prints_the_last_lines() throws IOException {
    Files.createDirectories(home.resolve("logs"));
    Files.writeString(home.resolve("logs/kafka.log"), "one\ntwo\nthree\n");
    assertThat(run("logs", "kafka", "-n", "2", "--home", home.toString())).isZero();
    assertThat(out.toString()).isEqualTo("two\nthree\n");
  }

  @Test
  void completion_is_a_script() {
    assertThat(run("completion")).isZero();
    assertThat(out.toString()).startsWith("#!/usr/bin/env bash").contains("_complete_kintsugi");
  }

  private int run(String... args) {
    CommandLine line = Kintsugi.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(args);
  }
}
