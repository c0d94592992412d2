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

  private final ShardMapLog log = new ShardMapLog();
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

  /** A position that is lost is no reason to go by an old map for ever: the log is read anew. */
  private final class Tail implements LogReader.Handler {
    @Override
    public void onRecords(LogPartition partition, List<LogRecord> records) {
      records.forEach(ShardMapFollower.this::apply);
    }

    @Override
    public void onPositionLost(LogPartition partition) {
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
    if (log.apply(record.offset(), entry) == ShardMapLog.Outcome.MAP_CHANGED) {
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
