package dev.kintsugi.local.verify.fault;

import dev.kintsugi.local.SuiteOptions;
import dev.kintsugi.local.admin.SlotTable;
import dev.kintsugi.local.relay.Weather;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Notes what is done to processes, coordinators and the network. Slots go by turns to the nodes
 * that run and are not drained; each look at the table takes a second.
 */
final class FakeSuite implements Processes, Cluster, Network {

  private static final int SLOTS = 12;

  final List<String> done = new ArrayList<>();
  private final Set<String> nodes = new TreeSet<>(Set.of("node-1", "node-2", "node-3"));
  private final Set<String> away = new HashSet<>();
  String leader = "coordinator-2";
  private long looks;

  long nanos() {
    return looks * 1_000_000_000L;
  }

  /** A second for each thing that was done. */
  Instant wall() {
    return Instant.EPOCH.plusSeconds(done.size());
  }

  @Override
  public SlotTable table() {
    looks++;
    List<String> owners = nodes.stream().filter(node -> !away.contains(node)).toList();
    List<SlotTable.Line> lines = new ArrayList<>();
    for (int slot = 0; slot < SLOTS; slot++) {
      String owner = owners.get(slot % owners.size());
      lines.add(new SlotTable.Line("mail/" + slot, owner, 1, false, 2));
    }
    return new SlotTable("1.1@" + looks, leader, Map.of(), lines);
  }

  @Override
  public void command(String what) {
    done.add(what);
    String node = what.split("/", -1)[1];
    if (what.endsWith("/drain")) {
      away.add(node);
    } else {
      away.remove(node);
    }
  }

  @Override
  public void awaitWhole() {
    done.add("whole");
  }

  @Override
  public void kill(String process) {
    done.add("kill " + process);
    away.add(process);
  }

  @Override
  public void terminate(String process, Duration limit) {
    done.add("terminate " + process);
    away.add(process);
  }

  @Override
  public void start(String process) {
    done.add("start " + process);
    away.remove(process);
  }

  @Override
  public void startAtOnce(String process) {
    done.add("start " + process + " at once");
    away.remove(process);
  }

  @Override
  public void pause(String process) {
    done.add("pause " + process);
  }

  @Override
  public void resume(String process) {
    done.add("resume " + process);
  }

  @Override
  public SuiteOptions through(SuiteOptions options) {
    return options;
  }

  @Override
  public void weather(String node, Weather said, Weather told) {
    done.add(node + " says " + word(said) + ", is told " + word(told));
  }

  @Override
  public void kafkaTells(String node, Weather told) {
    done.add("the broker tells " + node + ' ' + word(told));
  }

  private static String word(Weather weather) {
    return weather.stopped() ? "nothing" : weather.delay().isZero() ? "all" : "late";
  }

  @Override
  public void close() {}
}
