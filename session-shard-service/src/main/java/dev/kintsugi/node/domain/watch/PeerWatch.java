package dev.kintsugi.node.domain.watch;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.detection.LocalHealth;
import dev.kintsugi.core.detection.PhiAccrual;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Watches the next few nodes in the ring of ids: keeps a line open to each, over which it sends
 * pulses, and says what it hears. So each node is watched by as many others, whatever their number.
 * Not thread-safe.
 *
 * <pre>
 *              pulse                    silence that surprises
 *   opening ──────────► HEARD ◄──────────────────────────────► SILENT
 *      ▲                  │ line breaks off      pulse            │
 *      │   ┌──────────────┴───────────────────────────────────────┘
 *      │   ▼          tried again at once
 *      └ BROKEN ───────────────────────────► REFUSED (tried again after a pause)
 * </pre>
 *
 * It gives nobody up: a peer whose line is refused is watched until the map says that it is dead,
 * and again when the map says that it is back. A watcher whose own ticks come late doubts itself
 * and waits for longer before it says that another is silent ({@link LocalHealth}).
 */
public final class PeerWatch {

  private final NodeId self;
  private final WatchSettings settings;
  private final LocalHealth health;
  private final Map<NodeId, Watched> peers = new LinkedHashMap<>();
  private final Map<Long, Watched> lines = new HashMap<>();
  private MapVersion seen = MapVersion.NONE;
  private long lastLine;

  public PeerWatch(NodeId self, WatchSettings settings) {
    this.self = self;
    this.settings = settings;
    this.health = new LocalHealth(settings.tick(), settings.tolerance());
  }

  /** A map says who is there; one that is not newer changes nothing. */
  public void onMap(ShardMap map, long nowNanos, List<WatchAction> out) {
    if (!map.version().newerThan(seen)) {
      return;
    }
    seen = map.version();
    List<MapNode> wanted = successors(map);
    for (Watched watched : List.copyOf(peers.values())) {
      boolean stays =
          wanted.stream()
              .anyMatch(node -> node.id().equals(watched.peer) && watched.isAt(node.url()));
      if (!stays) {
        peers.remove(watched.peer);
        close(watched, out);
      }
    }
    for (MapNode node : wanted) {
      Watched known = peers.get(node.id());
      if (known != null) {
        known.learn(node.incarnation(), nowNanos);
      } else {
        PhiAccrual accrual = new PhiAccrual(settings.accrual());
        peers.put(
            node.id(), new Watched(node.id(), node.url(), node.incarnation(), accrual, nowNanos));
      }
    }
    openWhatIsDue(nowNanos, out);
  }

  /**
   * The living nodes after this one; the ring closes. A node that the map does not know watches
   * nobody.
   */
  private List<MapNode> successors(ShardMap map) {
    List<MapNode> living =
        map.nodes().stream().filter(node -> node.state() != MapNode.State.DEAD).toList();
    List<MapNode> after = new ArrayList<>();
    int own = -1;
    for (int i = 0; i < living.size(); i++) {
      own = living.get(i).id().equals(self) ? i : own;
    }
    for (int i = 1; own >= 0 && i < living.size() && after.size() < settings.peers(); i++) {
      after.add(living.get((own + i) % living.size()));
    }
    return after;
  }

  /** A pulse came over a line. */
  public void onPulse(long line, Incarnation of, long nowNanos, List<WatchAction> out) {
    Watched watched = lines.get(line);
    if (watched == null) {
      return;
    }
    Optional<Word.Said> before = watched.said();
    watched.pulse(of, nowNanos);
    tellIfChanged(watched, before, out);
  }

  /** A line ended. */
  public void onEnd(long line, LineEnd how, long nowNanos, List<WatchAction> out) {
    Watched watched = lines.remove(line);
    if (watched == null) {
      return;
    }
    Optional<Word.Said> before = watched.said();
    watched.ended(how, nowNanos);
    tellIfChanged(watched, before, out);
    openWhatIsDue(nowNanos, out);
  }

  /** Time has passed. */
  public void onTick(long nowNanos, List<WatchAction> out) {
    long deafNanos = health.tick(nowNanos);
    for (Watched watched : peers.values()) {
      if (deafNanos > 0) {
        watched.forgive(deafNanos, nowNanos);
      }
      Optional<Word.Said> before = watched.said();
      watched.judge(settings, health.multiplier(), nowNanos);
      tellIfChanged(watched, before, out);
      if (watched.isHopeless(settings.giveUp().toNanos(), nowNanos)) {
        close(watched, out);
        watched.ended(LineEnd.UNCLEAR, nowNanos);
      }
    }
    openWhatIsDue(nowNanos, out);
  }

  /** The first word of a peer, that it is heard, is no news. */
  private static void tellIfChanged(
      Watched watched, Optional<Word.Said> before, List<WatchAction> out) {
    boolean first = before.isEmpty() && watched.said().equals(Optional.of(Word.Said.HEARD));
    if (!watched.said().equals(before) && !first) {
      out.add(new WatchAction.Tell());
    }
  }

  private void openWhatIsDue(long nowNanos, List<WatchAction> out) {
    for (Watched watched : peers.values()) {
      if (watched.mayOpen(nowNanos)) {
        long line = ++lastLine;
        lines.put(line, watched);
        watched.opened(line, nowNanos);
        out.add(new WatchAction.Open(line, watched.url));
      }
    }
  }

  private void close(Watched watched, List<WatchAction> out) {
    if (watched.line != 0) {
      lines.remove(watched.line);
      out.add(new WatchAction.Close(watched.line));
      watched.line = 0;
    }
  }

  /** What there is to say of each peer, in the order of the ring. */
  public List<Word> words(long nowNanos) {
    return peers.values().stream().flatMap(watched -> watched.word(nowNanos).stream()).toList();
  }
}
