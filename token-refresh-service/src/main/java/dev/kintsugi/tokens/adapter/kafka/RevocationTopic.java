package dev.kintsugi.tokens.adapter.kafka;

import dev.kintsugi.log.GrantRevocation;
import dev.kintsugi.log.LogPartition;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.LogUnavailableException;
import dev.kintsugi.log.LogWriter;
import dev.kintsugi.log.RevocationCodec;
import dev.kintsugi.log.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A way to the topic revocations, of which one append has failed must be closed. For one thread.
 */
interface RevocationTopic extends AutoCloseable {

  /**
   * So that the first append does not wait for the way to be found.
   *
   * @throws LogUnavailableException if nobody answers
   */
  void prepare();

  /** Completes once it is durable; fails with {@link LogUnavailableException} within a second. */
  CompletableFuture<Long> append(GrantRevocation revocation);

  @Override
  void close();

  /**
   * A way with a producer of its own; Kafka need not be there.
   *
   * @throws RuntimeException if it cannot be made, for want of an address for example
   */
  static RevocationTopic of(LogSettings settings) {
    LogPartition partition = new LogPartition(new Topics(settings).revocations(), 0);
    LogWriter writer = new LogWriter(settings, "token-service-revocations", Duration.ofSeconds(1));
    return new RevocationTopic() {
      @Override
      public void prepare() {
        writer.prepare(partition.topic());
      }

      @Override
      public CompletableFuture<Long> append(GrantRevocation revocation) {
        return writer.append(
            partition,
            RevocationCodec.key(revocation),
            Map.of(),
            Optional.of(RevocationCodec.encode(revocation)));
      }

      @Override
      public void close() {
        writer.close();
      }
    };
  }
}
