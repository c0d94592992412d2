package dev.kintsugi.node.runtime;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.node.domain.watch.LineEnd;
import dev.kintsugi.node.domain.watch.PeerWatch;
import dev.kintsugi.node.domain.watch.WatchAction;
import dev.kintsugi.node.domain.watch.Word;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Drives a {@link PeerWatch}: one event at a time, whatever thread it comes from. Thread-safe. */
public final class PeerWatcher {

  private static final Logger LOG = LoggerFactory.getLogger(PeerWatcher.class);

  private final PeerWatch watch;
  private final PeerLines lines;
  private final LongSupplier ticker;
  private final Map<Long, Runnable> open = new HashMap<>();
  private Runnable tell = () -> {};
  private boolean closed;

  public PeerWatcher(PeerWatch watch, PeerLines lines, LongSupplier ticker) {
    this.watch = watch;
    this.lines = lines;
    this.ticker = ticker;
  }

  /**
   * Watches from now on, until the timer is shut down.
   *
   * @param told called, on any thread, when the words have changed for the worse or the better
   */
  public void start(ScheduledExecutorService timer, Duration tick, Runnable told) {
    synchronized (this) {
      tell = told;
    }
    var _ =
        timer.scheduleAtFixedRate(this::tick, tick.toNanos(), tick.toNanos(), TimeUnit.NANOSECONDS);
  }

  public void onMap(ShardMap map) {
    perform((now, out) -> watch.onMap(map, now, out));
  }

  private void tick() {
    try {
      perform(watch::onTick);
    } catch (RuntimeException e) {
      LOG.error("watching the other nodes failed for a moment; this is a bug, please report it", e);
    }
  }

  /** What there is to say of the others. */
  public synchronized List<Word> words() {
    return closed ? List.of() : watch.words(ticker.getAsLong());
  }

  /** Closes all lines, and says nothing of anybody any more. */
  public void close() {
    List<Runnable> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(open.values());
      open.clear();
    }
    all.forEach(Runnable::run);
  }

  private void perform(BiConsumer<Long, List<WatchAction>> event) {
    Runnable toTell = null;
    synchronized (this) {
      if (closed) {
        return;
      }
      List<WatchAction> out = new ArrayList<>();
      event.accept(ticker.getAsLong(), out);
      for (WatchAction action : out) {
        switch (action) {
          case WatchAction.Open(long line, var peer) ->
              open.put(line, lines.open(peer, new Line(line)));
          case WatchAction.Close(long line) -> {
            Runnable close = open.remove(line);
            if (close != null) {
              close.run();
            }
          }
          case WatchAction.Tell() -> toTell = tell;
        }
      }
    }
    if (toTell != null) {
      toTell.run();
    }
  }

  private final class Line implements PeerLines.Listener {
    private final long number;

    Line(long number) {
      this.number = number;
    }

    @Override
    public void onPulse(Incarnation of) {
      perform((now, out) -> watch.onPulse(number, of, now, out));
    }

    @Override
    public void onEnd(LineEnd how) {
      synchronized (PeerWatcher.this) {
        open.remove(number);
      }
      perform((now, out) -> watch.onEnd(number, how, now, out));
    }
  }
}
