package dev.kintsugi.log;

import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * A record as read. Byte arrays are not copied; nobody writes to them.
 *
 * @param timestampMillis when the broker appended it, milliseconds since 1970 (UTC)
 * @param key empty array where the record has none
 * @param value empty where the record is a tombstone
 */
@SuppressWarnings(
    "ArrayRecordComponent") // never compared; a copy per record would cost a heap of memory
public record LogRecord(
    LogPartition partition,
    long offset,
    long timestampMillis,
    byte[] key,
    Optional<byte[]> value,
    Headers headers) {

  /** The last header of that name, as bytes; empty where there is none. */
  public Optional<byte[]> header(String name) {
    Header header = headers.lastHeader(name);
    return header == null ? Optional.empty() : Optional.ofNullable(header.value());
  }
}
