package dev.kintsugi.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One partition of the simulated Kafka: an append-only log that can be compacted or trimmed, and
 * out of reach for a while. Not thread-safe.
 */
final class Partition<E> {

  /**
   * A record.
   *
   * @param key what compaction goes by
   */
  record Stored<E>(long offset, long atNanos, String key, E entry, boolean tombstone) {}

  private final List<Stored<E>> records = new ArrayList<>();
  private long end;
  private long start;
  private long awayUntilNanos;
  private int cuts;

  /** Appends a record and returns its offset. */
  long append(String key, E entry, boolean tombstone, long nowNanos) {
    records.add(new Stored<>(end, nowNanos, key, entry, tombstone));
    return end++;
  }

  /** The first record at or after an offset that is still there. */
  Optional<Stored<E>> next(long offset) {
    int low = 0;
    int high = records.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (records.get(middle).offset() < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < records.size() ? Optional.of(records.get(low)) : Optional.empty();
  }

  /** The offset that the next record will get. */
  long end() {
    return end;
  }

  /** The offset of the first record that is certain to be there; what was before it was trimmed. */
  long start() {
    return start;
  }

  int size() {
    return records.size();
  }

  /** Its leader is gone until then: nothing is read, and appends wait or fail. */
  void away(long untilNanos) {
    awayUntilNanos = Math.max(awayUntilNanos, untilNanos);
  }

  long awayUntilNanos() {
    return awayUntilNanos;
  }

  /**
   * Log compaction: of the records older than the lag, only the newest of each key stays, and a
   * tombstone goes once it is as old again. The last record always stays.
   */
  void compact(long nowNanos, long lagNanos) {
    Map<String, Long> newest = new HashMap<>();
    for (Stored<E> record : records) {
      if (isOld(record, nowNanos, lagNanos)) {
        newest.put(record.key(), record.offset());
      }
    }
    records.removeIf(record ->
        isOld(record, nowNanos, lagNanos)
            && (newest.get(record.key()) != record.offset()
                || (record.tombstone() && nowNanos - record.atNanos() >= 2 * lagNanos)));
  }

  private boolean isOld(Stored<E> record, long nowNanos, long lagNanos) {
    return record.offset() < end - 1 && nowNanos - record.atNanos() >= lagNanos;
  }

  /** Loses its tail: an old copy takes its place. */
  void cut(long newEnd) {
    records.removeIf(record -> record.offset() >= newEnd);
    end = newEnd;
    cuts++;
  }

  /** How often it was cut: whoever has seen fewer has lost its position. */
  int cuts() {
    return cuts;
  }

  /** Retention: what is older goes, read or not. */
  void trim(long nowNanos, long ageNanos) {
    int gone = 0;
    while (gone < records.size() - 1 && nowNanos - records.get(gone).atNanos() >= ageNanos) {
      gone++;
    }
    if (gone > 0) {
      start = records.get(gone).offset();
      records.subList(0, gone).clear();
    }
  }
}
