package dev.kintsugi.log;

import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog;
import dev.kintsugi.core.ShardMaps;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the topic shard-map on a thread of its own. Thread-safe. */
public final class ShardMapFollower implements ShardMaps, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ShardMapFollower.class);

  /** Of the topic as it is now; the reader's thread alone touches it. */
  private ShardMapLog log = new ShardMapLog();

  private final NewestMap newest = new NewestMap();
  private final AtomicLong malformed = new AtomicLong();
  private final LogReader reader;

  public ShardMapFollower(LogSettings settings, String clientName) {
    this(settings, tail -> new LogReader(settings, clientName, tail));
  }

  /** Follows by a reader that is made for the handler given. */
  ShardMapFollower(LogSettings settings, Function<LogReader.Handler, LogReader> reading) {
    this.reader = reading.apply(new Tail());
    reader.follow(new LogPartition(new Topics(settings).shardMap(), 0), LogReader.FROM_BEGINNING);
    reader.start();
  }

  /*
   * A position is lost where the log has become shorter or was made anew: what was folded of the old
   * one says nothing of this one, whose offsets and epochs may begin lower. Its maps are followed as
   * soon as they are newer than the one that was published last (ADR 19).
   */
  private final class Tail implements LogReader.Handler {
    @Override
    public void onRecords(LogPartition partition, List<LogRecord> records) {
      records.forEach(ShardMapFollower.this::apply);
    }

    @Override
    public void onPositionLost(LogPartition partition) {
      LOG.warn("the read position in {} is gone; reading it again from its beginning", partition);
      log = new ShardMapLog();
      reader.follow(partition, LogReader.FROM_BEGINNING);
    }
  }

  private void apply(LogRecord record) {
    if (record.value().isEmpty()) {
      return;
    }
    ShardMapLog.Entry entry;
    try {
      entry = ShardMapCodec.decode(record.value().get());
    } catch (IllegalArgumentException e) {
      malformed.incrementAndGet();
      LOG.warn(
          "skipped a malformed record of the shard map at {}: {}", record.offset(), e.getMessage());
      return;
    }
    if (log.apply(record.offset(), entry) == ShardMapLog.Outcome.MAP_CHANGED
        && log.map().version().newerThan(newest.current().version())) {
      newest.publish(log.map());
    }
  }

  @Override
  public ShardMap current() {
    return newest.current();
  }

  @Override
  public CompletableFuture<ShardMap> newerThan(MapVersion seen) {
    return newest.newerThan(seen);
  }

  @Override
  public Subscription onChange(Consumer<ShardMap> listener) {
    return newest.onChange(listener);
  }

  /** How many records could not be read. */
  public long malformedRecords() {
    return malformed.get();
  }

  /** How long ago Kafka's client last came back, in nanoseconds; grows while it hangs. */
  public long sinceLastPollNanos() {
    return reader.sinceLastPollNanos();
  }

  @Override
  public void close() {
    reader.close();
  }
}
