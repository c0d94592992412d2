package dev.kintsugi.node.adapter.kafka;

import dev.kintsugi.log.GrantRevocation;
import dev.kintsugi.log.LogPartition;
import dev.kintsugi.log.LogReader;
import dev.kintsugi.log.LogRecord;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.RevocationCodec;
import dev.kintsugi.log.Topics;
import dev.kintsugi.node.domain.GrantRef;
import dev.kintsugi.node.domain.GrantRevoked;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the topic revocations from its beginning, on a thread of its own. Thread-safe. */
public final class RevocationFollower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RevocationFollower.class);

  private final Consumer<GrantRevoked> heard;
  private final Runnable caughtUp;
  private final Runnable lost;
  private final AtomicLong malformed = new AtomicLong();
  private final LogReader reader;

  /**
   * Begins to follow.
   *
   * @param heard called for each revocation on the reader's thread; must not block
   * @param caughtUp called when all that was there has been told; also once more after a lost
   *     position
   * @param lost called when the position was lost: places said before mean nothing any more
   */
  public RevocationFollower(
      LogSettings settings,
      String clientName,
      Consumer<GrantRevoked> heard,
      Runnable caughtUp,
      Runnable lost) {
    this.heard = heard;
    this.caughtUp = caughtUp;
    this.lost = lost;
    this.reader = new LogReader(settings, clientName, new Tail());
    reader.follow(
        new LogPartition(new Topics(settings).revocations(), 0), LogReader.FROM_BEGINNING);
    reader.start();
  }

  private final class Tail implements LogReader.Handler {
    @Override
    public void onRecords(LogPartition partition, List<LogRecord> records) {
      records.forEach(RevocationFollower.this::take);
    }

    @Override
    public void onCaughtUp(LogPartition partition) {
      caughtUp.run();
    }

    /** Nothing that is still kept may be missed: telling twice does no harm. */
    @Override
    public void onPositionLost(LogPartition partition) {
      lost.run();
      reader.follow(partition, LogReader.FROM_BEGINNING);
    }
  }

  private void take(LogRecord record) {
    long place = record.offset() + 1;
    GrantRevocation word;
    try {
      word = RevocationCodec.decode(record.value().orElseThrow(IllegalArgumentException::new));
    } catch (IllegalArgumentException e) {
      malformed.incrementAndGet();
      LOG.warn("skipped a malformed revocation at {}: {}", record.offset(), e.getMessage());
      return;
    }
    heard.accept(
        new GrantRevoked(
            new GrantRef(word.application(), word.grantId()),
            word.user(),
            word.at(),
            word.reason().isEmpty() ? "revoked" : word.reason(),
            place));
  }

  /** How many records could not be read. */
  public long malformedRecords() {
    return malformed.get();
  }

  @Override
  public void close() {
    reader.close();
  }
}
