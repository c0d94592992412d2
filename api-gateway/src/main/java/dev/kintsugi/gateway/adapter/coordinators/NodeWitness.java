package dev.kintsugi.gateway.adapter.coordinators;

import dev.kintsugi.client.NodeTrouble;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.gateway.domain.NodeWords;
import dev.kintsugi.gateway.domain.NodeWords.Seen;
import dev.kintsugi.gateway.domain.NodeWords.Word;
import dev.kintsugi.kit.InternalSecret;
import dev.kintsugi.proto.Epoch;
import dev.kintsugi.proto.PeerWord;
import dev.kintsugi.proto.Words;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Tells every coordinator of nodes that did not answer: a gateway under load is the first to meet a
 * node that died. What cannot be delivered to a coordinator is dropped: the node's own silence
 * tells it, a little later. It also tells them by which shard map this gateway goes, which is to be
 * followed by newer ones only, even where the log has lost it. Thread-safe; never blocks.
 */
public final class NodeWitness {

  private static final String PATH = "/internal/v1/words";
  private static final Duration TIMEOUT = Duration.ofMillis(500);
  private static final Duration AGAIN = Duration.ofMillis(300);

  /** To one coordinator at once: as many nodes may die in one moment and all be told of. */
  private static final int UNDER_WAY = 8;

  /** A coordinator with the words under way to it: one that does not answer delays no other's. */
  private record Line(URI target, Semaphore free) {}

  private final String name;
  private final HttpClient http;
  private final String secret;
  private final List<Line> coordinators;
  private final NodeWords words = new NodeWords(AGAIN);
  private volatile boolean quiet = true;

  /**
   * A witness.
   *
   * @param name of this gateway, unique: two of one name count as one accuser
   * @param coordinators base URLs; with none it tells nobody
   */
  public NodeWitness(String name, HttpClient http, String secret, List<URI> coordinators) {
    this.name = name;
    this.http = http;
    this.secret = secret;
    this.coordinators =
        coordinators.stream()
            .map(URI::toString)
            .map(base -> base.endsWith("/") ? base.substring(0, base.length() - 1) : base)
            .map(base -> new Line(URI.create(base + PATH), new Semaphore(UNDER_WAY)))
            .toList();
  }

  /** A node did not answer. */
  public void failed(NodeTrouble trouble) {
    if (coordinators.isEmpty()) {
      return;
    }
    Seen seen =
        switch (trouble.kind()) {
          case REFUSED -> Seen.REFUSED;
          case LOST -> Seen.BROKEN;
          case UNREACHED, SILENT -> Seen.SILENT;
        };
    Word word = new Word(trouble.node(), trouble.incarnation(), seen);
    List<Word> due;
    synchronized (words) {
      due = words.seen(word, trouble.atNanos());
      quiet = false;
    }
    due.forEach(this::tell);
  }

  /** A node answered. Costs one read of a flag unless it was spoken of before. */
  public void answered(NodeId node, Incarnation incarnation) {
    if (quiet) {
      return;
    }
    synchronized (words) {
      words.answered(node, incarnation);
      quiet = words.isQuiet();
    }
  }

  /** This gateway goes by that map. */
  public void goesBy(MapVersion version) {
    if (version.equals(MapVersion.NONE)) {
      return;
    }
    tell(
        Words.newBuilder()
            .setMapVersion(
                dev.kintsugi.proto.MapVersion.newBuilder()
                    .setEpoch(
                        Epoch.newBuilder()
                            .setGrant(version.epoch().grant())
                            .setAttempt(version.epoch().attempt()))
                    .setOffset(version.offset())));
  }

  private void tell(Word word) {
    tell(
        Words.newBuilder()
            .addWords(
                PeerWord.newBuilder()
                    .setNode(word.node().value())
                    .setIncarnation(word.incarnation().value())
                    .setKind(
                        switch (word.seen()) {
                          case BROKEN -> PeerWord.Kind.BROKEN;
                          case REFUSED -> PeerWord.Kind.REFUSED;
                          case SILENT -> PeerWord.Kind.SILENT;
                        })));
  }

  private void tell(Words.Builder words) {
    byte[] body = words.setFrom(name).build().toByteArray();
    for (Line coordinator : coordinators) {
      if (coordinator.free().tryAcquire()) {
        send(coordinator, body);
      }
    }
  }

  private void send(Line to, byte[] body) {
    HttpRequest request =
        HttpRequest.newBuilder(to.target())
            .timeout(TIMEOUT)
            .header("Content-Type", "application/x-protobuf")
            .header(InternalSecret.HEADER, secret)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    var _ =
        http.sendAsync(request, BodyHandlers.discarding())
            .whenComplete((_, _) -> to.free().release());
  }
}
