package dev.kintsugi.coordinator.adapter.rest;

import dev.kintsugi.coordinator.domain.PeerWord;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is said of nodes, from the wire to the domain. Stateless. */
final class WordCodec {

  /** No watcher has more to say: it watches a few nodes, a gateway meets those of one map. */
  private static final int MOST = 4_096;

  private static final long LONGEST_SILENCE_MILLIS = Duration.ofDays(365).toMillis();

  private WordCodec() {}

  /** Words that make no sense are left out: they are evidence at best. */
  static List<PeerWord> decode(List<dev.kintsugi.proto.PeerWord> wire) {
    List<PeerWord> words = new ArrayList<>();
    for (dev.kintsugi.proto.PeerWord word : wire.subList(0, Math.min(MOST, wire.size()))) {
      decode(word).ifPresent(words::add);
    }
    return words;
  }

  private static Optional<PeerWord> decode(dev.kintsugi.proto.PeerWord word) {
    long silent = Math.clamp(word.getSilentMillis(), 0, LONGEST_SILENCE_MILLIS);
    try {
      NodeId about = new NodeId(word.getNode());
      Incarnation incarnation = new Incarnation(word.getIncarnation());
      return kind(word.getKind())
          .map(kind -> new PeerWord(about, incarnation, kind, Duration.ofMillis(silent)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<PeerWord.Kind> kind(dev.kintsugi.proto.PeerWord.Kind kind) {
    return switch (kind) {
      case HEARD -> Optional.of(PeerWord.Kind.HEARD);
      case SILENT -> Optional.of(PeerWord.Kind.SILENT);
      case BROKEN -> Optional.of(PeerWord.Kind.BROKEN);
      case REFUSED -> Optional.of(PeerWord.Kind.REFUSED);
      case KIND_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
    };
  }
}
