package dev.kintsugi.coordinator.runtime;

import dev.kintsugi.core.ShardMapLog.Entry;
import java.util.concurrent.CompletableFuture;

/** Where the shard map is written. Calls take effect in the order in which they are made. */
public interface MapLog {

  /**
   * Appends a record; must not block. Fails with {@link RecordTooLargeException} if the record is
   * larger than the log takes, so that it is not there for certain; with anything else if it was
   * not appended, or if nobody knows whether it was.
   */
  CompletableFuture<?> append(Entry entry);

  /** Gives up what is under way and appends through a new writer from here on; must not block. */
  void renew();
}
