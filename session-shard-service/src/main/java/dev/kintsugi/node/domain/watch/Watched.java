package dev.kintsugi.node.domain.watch;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.detection.PhiAccrual;
import java.net.URI;
import java.util.Optional;

/** One peer and the line to it. Not thread-safe. */
final class Watched {

  private static final long SOON_NANOS = 100_000_000;
  private static final long SELDOM_NANOS = 1_000_000_000;

  final NodeId peer;
  final URI url;
  private final PhiAccrual accrual;

  /** 0 while there is no line. */
  long line;

  private Incarnation incarnation;
  private Optional<Word.Said> said = Optional.empty();

  /** When it was last heard, or has been listened to since. */
  private long heardNanos;

  /** The same, moved on by what was missed through this node's own fault. */
  private long quietNanos;

  private long retryAtNanos;
  private long pauseNanos;
  private boolean heardOnLine;

  Watched(NodeId peer, URI url, Incarnation incarnation, PhiAccrual accrual, long nowNanos) {
    this.peer = peer;
    this.url = url;
    this.incarnation = incarnation;
    this.accrual = accrual;
    this.heardNanos = nowNanos;
    this.quietNanos = nowNanos;
    this.retryAtNanos = nowNanos;
  }

  /**
   * The map names a life of it: what is seen from here on, before it is heard again, is about that
   * one. What was seen before is about the life before, and nobody's business any more: it is tried
   * again at once.
   */
  void learn(Incarnation of, long nowNanos) {
    boolean heard = heardOnLine && line != 0;
    if (!heard && !of.equals(incarnation)) {
      incarnation = of;
      said = Optional.empty();
      retryAtNanos = nowNanos;
    }
  }

  void opened(long number, long nowNanos) {
    line = number;
    heardOnLine = false;
    quietNanos = nowNanos;
  }

  void pulse(Incarnation of, long nowNanos) {
    if (heardOnLine && of.equals(incarnation)) {
      accrual.heard(nowNanos - heardNanos);
    }
    incarnation = of;
    heardOnLine = true;
    heardNanos = nowNanos;
    quietNanos = nowNanos;
    pauseNanos = 0;
    said = Optional.of(Word.Said.HEARD);
  }

  /** A line that was heard is tried again at once, another after a pause that doubles. */
  void ended(LineEnd how, long nowNanos) {
    line = 0;
    said =
        switch (how) {
          case BROKEN -> Optional.of(Word.Said.BROKEN);
          case REFUSED -> Optional.of(Word.Said.REFUSED);
          case UNCLEAR -> said;
        };
    retryAtNanos = nowNanos + pauseNanos;
    pauseNanos = Math.min(SELDOM_NANOS, Math.max(SOON_NANOS, 2 * pauseNanos));
  }

  boolean mayOpen(long nowNanos) {
    return line == 0 && nowNanos - retryAtNanos >= 0;
  }

  /** Looks at the silence; {@code doubt} is by how much longer than usual to wait. */
  void judge(WatchSettings settings, int doubt, long nowNanos) {
    if (line != 0 && accrual.phi((nowNanos - quietNanos) / doubt) >= settings.suspicion()) {
      boolean broken = said.isPresent() && said.get() != Word.Said.HEARD;
      said = broken ? said : Optional.of(Word.Said.SILENT);
    }
  }

  /** Whether the line has been silent for so long that another may be better. */
  boolean isHopeless(long silentNanos, long nowNanos) {
    return line != 0 && nowNanos - quietNanos >= silentNanos;
  }

  void forgive(long deafNanos, long nowNanos) {
    quietNanos = nowNanos - quietNanos > deafNanos ? quietNanos + deafNanos : nowNanos;
  }

  Optional<Word.Said> said() {
    return said;
  }

  /** Empty before anything is known. */
  Optional<Word> word(long nowNanos) {
    long silentMillis = Math.max(0, nowNanos - heardNanos) / 1_000_000;
    return said.map(what -> new Word(peer, incarnation, what, silentMillis));
  }

  boolean isAt(URI address) {
    return url.equals(address);
  }
}
