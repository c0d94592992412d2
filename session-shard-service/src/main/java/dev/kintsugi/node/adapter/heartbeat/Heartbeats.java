package dev.kintsugi.node.adapter.heartbeat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.kit.InternalSecret;
import dev.kintsugi.node.domain.SlotView;
import dev.kintsugi.node.domain.watch.Word;
import dev.kintsugi.node.runtime.NodeStatus;
import dev.kintsugi.node.runtime.StatusSource;
import dev.kintsugi.proto.Epoch;
import dev.kintsugi.proto.HeartbeatReply;
import dev.kintsugi.proto.NodeHeartbeat;
import dev.kintsugi.proto.PeerWord;
import dev.kintsugi.proto.SlotReport;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells every coordinator, again and again, that this node is there, what it does, by which map,
 * and what it says of the nodes that it watches. A node whose loop stands still serves nobody and
 * says nothing. A coordinator that does not answer is sent at most three at a time; it delays
 * nobody. While one that leads answers, the others are told five times less often: nobody acts on
 * what they hear.
 */
public final class Heartbeats {

  private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  /** One answer that is late must not hold the next heartbeats back. */
  private static final int UNDER_WAY = 3;

  private static final int SELDOM = 5;

  /** Longer than the loop needs for its largest batch, shorter than dead-after. */
  private static final Duration STANDSTILL = Duration.ofMillis(500);

  private static final String PATH = "/internal/v1/heartbeats";

  /** A coordinator with what is under way to it. */
  private static final class Line {
    final URI target;
    final Semaphore free = new Semaphore(UNDER_WAY);
    final AtomicBoolean silent = new AtomicBoolean();
    volatile boolean leads;

    Line(URI coordinator) {
      String base = coordinator.toString();
      this.target =
          URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + PATH);
    }
  }

  private final Self self;
  private final StatusSource source;
  private final HttpClient http;
  private final String secret;
  private final List<Line> lines;
  private final Supplier<List<Word>> words;
  private final long process = new SecureRandom().nextLong();
  private final AtomicBoolean hurries = new AtomicBoolean();
  private volatile @Nullable ScheduledExecutorService timer;
  private volatile boolean leaving;
  private volatile boolean ended;
  private long incarnation;
  private long sequence;
  private long beats;

  /**
   * Who the node is.
   *
   * @param zone empty if unknown
   */
  public record Self(String node, URI url, String zone) {}

  /**
   * To these coordinators.
   *
   * @param words what there is to say of other nodes; asked at each heartbeat
   */
  public Heartbeats(
      Self self,
      StatusSource source,
      HttpClient http,
      String secret,
      List<URI> coordinators,
      Supplier<List<Word>> words) {
    this.self = self;
    this.source = source;
    this.http = http;
    this.secret = secret;
    this.lines = coordinators.stream().map(Line::new).toList();
    this.words = words;
  }

  /** Beats from now on, until the timer is shut down. */
  public void start(ScheduledExecutorService on, Duration interval) {
    timer = on;
    var _ = on.scheduleAtFixedRate(this::safely, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** From now on the heartbeats say that the node leaves and wants its slots moved. */
  public void leave() {
    leaving = true;
  }

  /**
   * No heartbeat from here on: a node whose web server is about to close would pass for dead and
   * alive in turns.
   */
  public void end() {
    ended = true;
  }

  /** A heartbeat besides, at once: there is news of others. */
  public void hurry() {
    safely();
  }

  /**
   * As {@link #hurry}, but on the timer, so that it holds nobody up, and not before the start:
   * there is news of this node's own slots. However often it is asked for meanwhile, it is one.
   */
  public void hurrySoon() {
    ScheduledExecutorService on = timer;
    if (on == null || hurries.getAndSet(true)) {
      return;
    }
    try {
      on.execute(() -> {
        hurries.set(false);
        safely();
      });
    } catch (RejectedExecutionException e) {
      LOG.debug("no heartbeat in a hurry: the node ends");
    }
  }

  private void safely() {
    try {
      if (!ended && source.statusAge().compareTo(STANDSTILL) <= 0 && hasProven()) {
        beat();
      }
    } catch (RuntimeException e) {
      LOG.warn("a heartbeat failed", e);
    }
  }

  /**
   * Whether it ever proved its lease: before, it can serve nothing, and who says that it is there
   * is given slots.
   */
  private boolean hasProven() {
    return source.status().logSilence().isPresent();
  }

  /** One heartbeat to every coordinator that is not still busy with the last ones. */
  synchronized void beat() {
    byte[] body = message().toByteArray();
    boolean led = lines.stream().anyMatch(line -> line.leads);
    boolean all = beats++ % SELDOM == 0 || !led;
    for (Line line : lines) {
      if ((all || line.leads) && line.free.tryAcquire()) {
        send(line, body);
      }
    }
  }

  private void send(Line line, byte[] body) {
    HttpRequest request =
        HttpRequest.newBuilder(line.target)
            .timeout(TIMEOUT)
            .header("Content-Type", "application/x-protobuf")
            .header(InternalSecret.HEADER, secret)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    var _ =
        http.sendAsync(request, BodyHandlers.ofByteArray())
            .whenComplete((response, failure) -> {
              line.free.release();
              boolean answered = failure == null && response.statusCode() / 100 == 2;
              line.leads = answered && saysThatItLeads(response.body());
              note(line, answered);
            });
  }

  private static boolean saysThatItLeads(byte[] body) {
    try {
      return HeartbeatReply.parseFrom(body).getLeading();
    } catch (InvalidProtocolBufferException foreign) {
      return false;
    }
  }

  private static void note(Line line, boolean answered) {
    if (line.silent.getAndSet(!answered) == answered) {
      LOG.info(
          answered ? "coordinator {} answers again" : "coordinator {} does not take heartbeats",
          line.target);
    }
  }

  private NodeHeartbeat message() {
    NodeStatus status = source.status();
    if (status.incarnation().value() != incarnation) {
      incarnation = status.incarnation().value();
      sequence = 0;
    }
    sequence++;
    NodeHeartbeat.Builder message =
        NodeHeartbeat.newBuilder()
            .setNode(self.node())
            .setIncarnation(incarnation)
            .setUrl(self.url().toString())
            .setSequence(sequence)
            .setZone(self.zone())
            .setLeaving(leaving)
            .setProcess(process)
            .setMemoryBytes(status.memoryBytes())
            .setMemoryLimitBytes(status.memoryLimitBytes());
    status.logSilence().ifPresent(silence -> message.setLogSilenceMillis(silence.toMillis()));
    status.readSilence().ifPresent(silence -> message.setReadSilenceMillis(silence.toMillis()));
    if (!status.mapVersion().equals(MapVersion.NONE)) {
      message.setMapVersion(wire(status.mapVersion()));
    }
    status.slots().forEach(slot -> message.addSlots(report(slot)));
    words.get().forEach(word -> message.addPeers(wire(word)));
    return message.build();
  }

  private static dev.kintsugi.proto.MapVersion wire(MapVersion version) {
    return dev.kintsugi.proto.MapVersion.newBuilder()
        .setEpoch(wire(version.epoch()))
        .setOffset(version.offset())
        .build();
  }

  private static Epoch wire(dev.kintsugi.core.Epoch epoch) {
    return Epoch.newBuilder().setGrant(epoch.grant()).setAttempt(epoch.attempt()).build();
  }

  private static PeerWord wire(Word word) {
    return PeerWord.newBuilder()
        .setNode(word.about().value())
        .setIncarnation(word.incarnation().value())
        .setKind(
            switch (word.said()) {
              case HEARD -> PeerWord.Kind.HEARD;
              case SILENT -> PeerWord.Kind.SILENT;
              case BROKEN -> PeerWord.Kind.BROKEN;
              case REFUSED -> PeerWord.Kind.REFUSED;
            })
        .setSilentMillis(word.silentMillis())
        .build();
  }

  private static SlotReport report(SlotView slot) {
    return SlotReport.newBuilder()
        .setArea(slot.slot().area().value())
        .setSlot(slot.slot().number())
        .setRole(
            switch (slot.role()) {
              case STANDBY -> SlotReport.Role.STANDBY;
              case TAKING -> SlotReport.Role.TAKING;
              case SERVING -> SlotReport.Role.SERVING;
              case RELEASING -> SlotReport.Role.RELEASING;
            })
        .setNextOffset(slot.nextOffset())
        .setEpoch(wire(slot.epoch()))
        .setShards(slot.shards())
        .setBytes(slot.bytes())
        .setCaughtUp(slot.caughtUp())
        .setMilliRequestsPerSecond(slot.milliRequestsPerSecond())
        .build();
  }
}
