package dev.kintsugi.node.adapter.kafka;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.log.LogPartition;
import dev.kintsugi.log.LogReader;
import dev.kintsugi.log.LogRecord;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.LogUnavailableException;
import dev.kintsugi.log.Topics;
import dev.kintsugi.node.adapter.proto.LeaseCodec;
import dev.kintsugi.node.adapter.proto.SlotCodec;
import dev.kintsugi.node.domain.Moment;
import dev.kintsugi.node.domain.SlotEntry;
import dev.kintsugi.node.runtime.NodeLog;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slot logs and the lease log on Kafka: one consumer and one producer for each of the two
 * kinds, so that bulk on the slot logs does not hold up the leases.
 */
public final class KafkaNodeLog implements NodeLog {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaNodeLog.class);
  private static final Duration SLOT_DELIVERY = Duration.ofMillis(1_500);
  private static final Duration LEASE_DELIVERY = Duration.ofSeconds(1);
  private static final Duration ASKS_MOST = Duration.ofSeconds(1);
  private static final Duration ASKS_LEAST = Duration.ofMinutes(1);

  /** Nobody wants to know where the lease log ends, and asking may take longer than a lease. */
  private static final Duration ASKS_NEVER = Duration.ofDays(36_500);

  private final LogSettings settings;
  private final Topics topics;
  private final NodeId self;
  private final int leasePartition;
  private final Map<String, Area> areaOfTopic = new HashMap<>();

  private final FenceVisits visits = new FenceVisits(new Visitor());
  private final Duration asksForEnds;
  private final AtomicBoolean leaseWriterLost = new AtomicBoolean();

  /** The newest heartbeat, to be repeated where a fetch has to be woken; empty before the first. */
  private volatile byte[] newestBeat = new byte[0];

  /**
   * Whether the writer of the slot logs has written anything: what it writes first has to be
   * introduced to the broker and takes long, and should not be a slot's new owner. So it repeats a
   * heartbeat first, which says nothing; if that fails nothing is lost, and the slots' own appends
   * keep their order, each partition by itself.
   */
  private volatile boolean slotWriterUsed;

  private volatile Appender slotWriter;
  private volatile Appender leaseWriter;
  private volatile Optional<LogReader> slotReader = Optional.empty();
  private volatile Optional<LogReader> leaseReader = Optional.empty();
  private volatile boolean watching = true;
  private volatile boolean closed;

  public KafkaNodeLog(LogSettings settings, Areas areas, NodeId self) {
    this.settings = settings;
    this.topics = new Topics(settings);
    this.self = self;
    this.leasePartition = leasePartition(self);
    for (AreaPolicy policy : areas.all()) {
      areaOfTopic.put(topics.area(policy.area()), policy.area());
    }
    this.asksForEnds = asksForEnds(areas);
    this.slotWriter = newSlotWriter();
    this.leaseWriter = newLeaseWriter();
  }

  /**
   * How often to ask where the slot logs end. A standby answers only while it was at the end as
   * lately as the area's policy says: a third of that leaves it most of the time.
   */
  static Duration asksForEnds(Areas areas) {
    Duration interval =
        areas.all().stream()
            .filter(AreaPolicy::allowsStaleReads)
            .map(policy -> policy.staleReads().dividedBy(3))
            .min(Duration::compareTo)
            .orElse(ASKS_LEAST);
    if (interval.compareTo(ASKS_MOST) < 0) {
      return ASKS_MOST;
    }
    return interval.compareTo(ASKS_LEAST) > 0 ? ASKS_LEAST : interval;
  }

  /** The partition of the lease log to which a node appends its heartbeats. */
  public static int leasePartition(NodeId node) {
    return Math.floorMod(node.value().hashCode(), Topics.LEASE_PARTITIONS);
  }

  private Appender newSlotWriter() {
    List<String> written = new ArrayList<>(areaOfTopic.keySet());
    written.add(topics.nodeLeases());
    slotWriterUsed = false;
    return new Appender(settings, self + "-slots", SLOT_DELIVERY, written);
  }

  private Appender newLeaseWriter() {
    return new Appender(settings, self + "-leases", LEASE_DELIVERY, List.of(topics.nodeLeases()));
  }

  @Override
  public void start(Listener listener) {
    LogReader slots =
        new LogReader(settings, self + "-slots", new SlotHandler(listener), asksForEnds);
    LogReader leases =
        new LogReader(settings, self + "-leases", new LeaseHandler(listener), ASKS_NEVER);
    for (int partition = 0; partition < Topics.LEASE_PARTITIONS; partition++) {
      leases.follow(leases(partition), LogReader.FROM_END);
    }
    slotReader = Optional.of(slots.start());
    leaseReader = Optional.of(leases.start());
  }

  @Override
  public CompletableFuture<Long> append(SlotId slot, SlotEntry entry) {
    if (!(entry instanceof SlotEntry.Signed signed)) {
      throw new IllegalArgumentException("a malformed entry cannot be written");
    }
    SlotCodec.Wire wire = SlotCodec.encode(signed);
    return slotWriter.append(partition(slot), wire.key(), wire.headers(), wire.value());
  }

  private LogPartition partition(SlotId slot) {
    return new LogPartition(topics.area(slot.area()), slot.number());
  }

  @Override
  public void replaceWriter() {
    // Closed before anything can fail: it must never be used again.
    slotWriter.close();
    slotWriter = newSlotWriter();
  }

  @Override
  public void appendBeat(Incarnation incarnation, long sequence) {
    newestBeat = LeaseCodec.beat(self, incarnation, sequence);
    var _ = appendToLeases(leasePartition, self, newestBeat);
    if (!slotWriterUsed) {
      slotWriterUsed = true;
      var _ =
          slotWriter.append(
              leases(leasePartition), leaseKey(self), Map.of(), Optional.of(newestBeat));
    }
  }

  private static byte[] leaseKey(NodeId about) {
    return about.value().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void appendFence(NodeId node, Incarnation of, int partition, Incarnation by) {
    LOG.info("fencing incarnation {} of node {}", of, node);
    int target = Math.floorMod(partition, Topics.LEASE_PARTITIONS);
    var _ =
        appendToLeases(target, node, LeaseCodec.fence(node, of, self, by))
            .thenAccept(offset -> {
              if (target != leasePartition && !watching) {
                visits.begin(target, offset);
              }
            });
  }

  @Override
  public void watchNoMore() {
    for (int partition = 0; partition < Topics.LEASE_PARTITIONS; partition++) {
      if (partition != leasePartition) {
        LogPartition left = leases(partition);
        leaseReader.ifPresent(reader -> reader.unfollow(left));
      }
    }
    // Last: a visit that begins before that would be ended by it. A fence whose visit was not begun
    // for that reason is asked for again.
    watching = false;
  }

  /** Has other nodes' lease partitions read by the reader of this node's own. */
  private final class Visitor implements FenceVisits.Reader {
    @Override
    public void follow(int partition, long offset) {
      leaseReader.ifPresent(reader -> reader.follow(leases(partition), offset));
    }

    @Override
    public void unfollow(int partition) {
      leaseReader.ifPresent(reader -> reader.unfollow(leases(partition)));
    }
  }

  private LogPartition leases(int partition) {
    return new LogPartition(topics.nodeLeases(), partition);
  }

  private CompletableFuture<Long> appendToLeases(int partition, NodeId about, byte[] value) {
    if (leaseWriterLost.compareAndSet(true, false)) {
      Appender old = leaseWriter;
      leaseWriter = newLeaseWriter();
      old.close();
    }
    Appender writer = leaseWriter;
    return writer
        .append(leases(partition), leaseKey(about), Map.of(), Optional.of(value))
        .whenComplete((offset, failure) -> {
          if (failure != null && writer == leaseWriter && !closed) {
            leaseWriterLost.set(true);
          }
        });
  }

  @Override
  public void follow(SlotId slot) {
    LOG.info("reading the log of slot {} from its beginning", slot);
    slotReader.ifPresent(reader -> reader.follow(partition(slot), LogReader.FROM_BEGINNING));
  }

  @Override
  public void unfollow(SlotId slot) {
    slotReader.ifPresent(reader -> reader.unfollow(partition(slot)));
  }

  @Override
  public void close() {
    closed = true;
    slotReader.ifPresent(LogReader::close);
    leaseReader.ifPresent(LogReader::close);
    try {
      slotWriter.close();
      leaseWriter.close();
    } catch (LogUnavailableException e) {
      LOG.debug("closing the writers failed", e);
    }
  }

  private final class SlotHandler implements LogReader.Handler {
    private final Listener listener;

    SlotHandler(Listener listener) {
      this.listener = listener;
    }

    private SlotId slot(LogPartition partition) {
      Area area = java.util.Objects.requireNonNull(areaOfTopic.get(partition.topic()));
      return new SlotId(area, partition.number());
    }

    @Override
    public void onRecords(LogPartition partition, List<LogRecord> records) {
      listener.onEntries(
          slot(partition),
          records.stream()
              .map(record ->
                  new Read(
                      record.offset(),
                      SlotCodec.decode(record.key(), record::header, record.value())))
              .toList());
    }

    @Override
    public void onFollowed(LogPartition partition) {
      listener.onFollowed(slot(partition));
    }

    @Override
    public void onAtEnd(LogPartition partition, long asOfNanos, Instant asOfWall) {
      listener.onAtEnd(slot(partition), new Moment(asOfNanos, asOfWall));
    }

    @Override
    public void onPositionLost(LogPartition partition) {
      listener.onSlotLogLost(slot(partition));
    }
  }

  private final class LeaseHandler implements LogReader.Handler {
    private final Listener listener;

    LeaseHandler(Listener listener) {
      this.listener = listener;
    }

    /**
     * Kafka's client asks for one more partition only when the fetch that is under way has come
     * back, which on a quiet partition is with the next heartbeat, half a lease later. So the
     * newest one is repeated, which says nothing: whoever reads a heartbeat again learns nothing
     * from it.
     */
    @Override
    public void onFollowed(LogPartition partition) {
      if (!watching && partition.number() != leasePartition && newestBeat.length > 0) {
        var _ = appendToLeases(leasePartition, self, newestBeat);
      }
    }

    @Override
    public void onRecords(LogPartition partition, List<LogRecord> records) {
      records.forEach(this::onRecord);
      if (!watching && partition.number() != leasePartition) {
        visits.onRead(partition.number(), records.getLast().offset());
      }
    }

    private void onRecord(LogRecord record) {
      if (record.value().isEmpty()) {
        return;
      }
      try {
        switch (LeaseCodec.decode(record.value().get())) {
          case LeaseCodec.Entry.Beat(Incarnation of, long sequence) ->
              listener.onBeat(of, sequence);
          case LeaseCodec.Entry.Fence(Incarnation of) -> listener.onFence(of);
        }
      } catch (IllegalArgumentException e) {
        LOG.warn("skipped a malformed lease record: {}", e.getMessage());
        listener.onMalformedLease();
        // Its owner may have been able to read it.
        listener.onBeatsMissed();
      }
    }

    @Override
    public void onPositionLost(LogPartition partition) {
      if (partition.number() == leasePartition) {
        leaseReader.ifPresent(reader -> reader.follow(partition, LogReader.FROM_END));
        listener.onLeaseLogLost();
        return;
      }
      // Whoever waits for a fence asks for it again.
      visits.onLost(partition.number());
      listener.onBeatsMissed();
      if (watching) {
        leaseReader.ifPresent(reader -> reader.follow(partition, LogReader.FROM_END));
      }
    }
  }
}
