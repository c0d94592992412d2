package dev.kintsugi.bench;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.node.adapter.proto.SlotCodec;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.domain.SlotEntry;
import dev.kintsugi.node.domain.SlotFold;
import dev.kintsugi.node.domain.SlotScope;
import dev.kintsugi.node.domain.WriteRules;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a node does with one record of 512 bytes: decide, encode, decode, apply. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class Records {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Area AREA = Data.CONTENT.getFirst();

  private final SlotEntry.Written written = Data.written(1, AREA, 1, NOW);
  private final Shard shard = written.shard().orElseThrow();
  private final SlotCodec.Wire wire = SlotCodec.encode(written);
  private final WriteRules rules =
      new WriteRules(Data.areas().require(AREA), (_, patch) -> Optional.of(patch));
  private final Request.Write write =
      new Request.Write(
          Data.areas().slotOf(AREA, written.session()),
          new ShardKey(written.session(), AREA),
          new RequestKey(1, 2, 3),
          new Change.Put(Data.content(2)),
          Optional.empty());
  private final SlotFold fold =
      new SlotFold(
          new SlotScope(
              Data.areas().require(AREA), Data.areas().slotOf(AREA, written.session()).number()));
  private long offset;

  /** A slot whose owner is known. */
  public Records() {
    SlotFold.Outcome owned =
        fold.apply(
            offset++,
            new SlotEntry.Owned(Data.EPOCH, Data.WRITER, Site.NODE, Duration.ofMillis(200), 0));
    if (owned != SlotFold.Outcome.APPLIED) {
      throw new IllegalStateException("the ownership record was not applied");
    }
  }

  /** A write judged. */
  @Benchmark
  public WriteRules.Decision decide() {
    return rules.decide(Optional.of(shard), write, NOW);
  }

  /** A record written out. */
  @Benchmark
  public SlotCodec.Wire encode() {
    return SlotCodec.encode(written);
  }

  /** A record read. */
  @Benchmark
  public SlotEntry decode() {
    return SlotCodec.decode(
        wire.key(), name -> Optional.ofNullable(wire.headers().get(name)), wire.value());
  }

  /** A record applied, under the next version each time. */
  @Benchmark
  public SlotFold.Outcome apply() {
    ShardVersion next = new ShardVersion(offset);
    Shard changed =
        new Shard(
            shard.application(),
            shard.user(),
            next,
            shard.content(),
            shard.requests(),
            shard.facts(),
            shard.endedAt());
    return fold.apply(
        offset++,
        new SlotEntry.Written(
            Data.EPOCH, Data.WRITER, written.session(), next, Optional.of(changed)));
  }
}
