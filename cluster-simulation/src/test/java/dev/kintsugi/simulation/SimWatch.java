package dev.kintsugi.simulation;

import dev.kintsugi.coordinator.domain.PeerWord;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.node.domain.watch.LineEnd;
import dev.kintsugi.node.domain.watch.PeerWatch;
import dev.kintsugi.node.domain.watch.WatchAction;
import dev.kintsugi.node.domain.watch.WatchSettings;
import dev.kintsugi.node.domain.watch.Word;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How one life of a node watches others: its rules, and lines over the simulated network. A line is
 * closed by the kernel of a peer that dies, stays open to one that only pauses, and carries nothing
 * while the two are cut off from each other. Not thread-safe.
 */
final class SimWatch {

  private static final Duration PULSE = Duration.ofMillis(100);
  private static final WatchSettings SETTINGS = WatchSettings.of(2, PULSE);
  private static final Duration CONNECT_TIMEOUT = Duration.ofMillis(300);

  /** A line that stands, to one life of a peer. */
  private record Line(SimNode peer, int life) {}

  private final Cluster cluster;
  private final SimNode node;
  private final int life;
  private final PeerWatch rules;
  private final Map<Long, Line> lines = new LinkedHashMap<>();

  /** Of the life that the node has now. */
  SimWatch(Cluster cluster, SimNode node) {
    this.cluster = cluster;
    this.node = node;
    this.life = node.life();
    this.rules = new PeerWatch(node.id, SETTINGS);
    perform(out -> rules.onMap(node.map(), node.nanos(), out));
    tick();
  }

  private void tick() {
    perform(out -> rules.onTick(node.nanos(), out));
    node.after(SETTINGS.tick().toNanos(), this::tick);
  }

  void onMap(ShardMap map) {
    perform(out -> rules.onMap(map, node.nanos(), out));
  }

  /** What the next heartbeat says of others. */
  List<PeerWord> words() {
    return rules.words(node.nanos()).stream().map(SimWatch::told).toList();
  }

  private static PeerWord told(Word word) {
    return new PeerWord(
        word.about(),
        word.incarnation(),
        PeerWord.Kind.valueOf(word.said().name()),
        Duration.ofMillis(word.silentMillis()));
  }

  private void perform(Consumer<List<WatchAction>> event) {
    List<WatchAction> out = new ArrayList<>();
    event.accept(out);
    for (WatchAction action : out) {
      switch (action) {
        case WatchAction.Open(long line, var url) -> {
          SimNode peer = cluster.node(new NodeId(url.getHost()));
          cluster.scheduler.after(cluster.chaos.messageNanos(), () -> connect(line, peer));
        }
        case WatchAction.Close(long line) -> lines.remove(line);
        case WatchAction.Tell() -> node.tell();
      }
    }
  }

  private void connect(long line, SimNode peer) {
    if (cluster.network.refuses(node.id.value(), peer.id.value())) {
      ends(line, LineEnd.REFUSED);
    } else if (!reaches(peer)) {
      node.after(CONNECT_TIMEOUT.toNanos(), () -> ended(line, LineEnd.UNCLEAR));
    } else if (!peer.isAlive()) {
      ends(line, LineEnd.REFUSED);
    } else {
      lines.put(line, new Line(peer, peer.life()));
      pulse(line);
    }
  }

  /** The peer's side of a line: it says that it is well, as long as it is and the line stands. */
  private void pulse(long line) {
    Line open = lines.get(line);
    if (open == null || node.life() != life) {
      return;
    }
    SimNode peer = open.peer();
    if (cluster.network.refuses(node.id.value(), peer.id.value())) {
      breaksOff(line);
      return;
    }
    if (peer.runs() && reaches(peer)) {
      Incarnation of = peer.machine().lease().incarnation();
      node.after(
          cluster.chaos.messageNanos(),
          () -> {
            if (lines.containsKey(line)) {
              perform(out -> rules.onPulse(line, of, node.nanos(), out));
            }
          });
    }
    cluster.scheduler.after(PULSE.toNanos(), () -> pulse(line));
  }

  /** The kernel closes what a process had open; nobody hears of it who is cut off. */
  void died(SimNode peer) {
    if (reaches(peer)) {
      lines.entrySet().stream()
          .filter(line -> line.getValue().peer().equals(peer))
          .map(Map.Entry::getKey)
          .toList()
          .forEach(this::breaksOff);
    }
  }

  private void breaksOff(long line) {
    lines.remove(line);
    ends(line, LineEnd.BROKEN);
  }

  private void ends(long line, LineEnd how) {
    node.after(cluster.chaos.messageNanos(), () -> ended(line, how));
  }

  private void ended(long line, LineEnd how) {
    perform(out -> rules.onEnd(line, how, node.nanos(), out));
  }

  private boolean reaches(SimNode peer) {
    return cluster.network.connects(node.id.value(), peer.id.value());
  }
}
