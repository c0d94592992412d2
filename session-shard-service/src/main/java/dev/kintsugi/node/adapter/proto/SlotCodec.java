package dev.kintsugi.node.adapter.proto;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.node.domain.SlotEntry;
import dev.kintsugi.proto.Check;
import dev.kintsugi.proto.DigestSample;
import dev.kintsugi.proto.Ownership;
import dev.kintsugi.proto.Release;
import dev.kintsugi.proto.Settled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Records of a slot log to key, headers and value, and back. Stateless. */
public final class SlotCodec {

  private static final String EPOCH = "e";
  private static final String INCARNATION = "i";
  private static final String VERSION = "v";

  /** Numbers count up by ones, so none ever comes near; the next one must still fit. */
  private static final long LARGEST = 1L << 62;

  private static final byte SHARD = 's';
  private static final byte OWNERSHIP = 'o';
  private static final byte SETTLED = 't';
  private static final byte RELEASE = 'r';
  private static final byte CHECK = 'c';

  /** Wire form of a record; arrays are not copied. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Wire(byte[] key, Map<String, byte[]> headers, Optional<byte[]> value) {}

  private SlotCodec() {}

  /** Encodes an entry; a malformed one cannot be written. */
  public static Wire encode(SlotEntry.Signed entry) {
    byte[] key = key(entry);
    return switch (entry) {
      case SlotEntry.Written written ->
          new Wire(
              key,
              Map.of(
                  EPOCH, epochBytes(written.epoch()),
                  INCARNATION, longBytes(written.incarnation().value()),
                  VERSION, longBytes(written.version().value())),
              written.shard().map(ShardCodec::encode));
      case SlotEntry.Owned owned ->
          signed(
              key,
              owned,
              Ownership.newBuilder()
                  .setEpoch(ShardCodec.epoch(owned.epoch()))
                  .setNode(owned.node().value())
                  .setIncarnation(owned.incarnation().value())
                  .setLeaseMillis((int) owned.lease().toMillis())
                  .setLeasePartition(owned.leasePartition())
                  .build()
                  .toByteArray());
      case SlotEntry.Settled settled ->
          signed(
              key,
              settled,
              Settled.newBuilder()
                  .setEpoch(ShardCodec.epoch(settled.epoch()))
                  .setIncarnation(settled.incarnation().value())
                  .build()
                  .toByteArray());
      case SlotEntry.Released released ->
          signed(
              key,
              released,
              Release.newBuilder()
                  .setEpoch(ShardCodec.epoch(released.epoch()))
                  .setIncarnation(released.incarnation().value())
                  .build()
                  .toByteArray());
      case SlotEntry.Checked checked -> signed(key, checked, value(checked));
    };
  }

  private static byte[] value(SlotEntry.Checked checked) {
    Check.Builder record =
        Check.newBuilder()
            .setEpoch(ShardCodec.epoch(checked.epoch()))
            .setIncarnation(checked.incarnation().value());
    checked
        .sample()
        .ifPresent(sample ->
            record.setSample(
                DigestSample.newBuilder()
                    .setOffset(sample.offset())
                    .setDigest(sample.digest())
                    .setShards(sample.shards())
                    .setForm(sample.form())));
    return record.build().toByteArray();
  }

  private static Wire signed(byte[] key, SlotEntry.Signed entry, byte[] value) {
    return new Wire(
        key,
        Map.of(
            EPOCH, epochBytes(entry.epoch()),
            INCARNATION, longBytes(entry.incarnation().value())),
        Optional.of(value));
  }

  /**
   * What compaction goes by: the shard, or for the records of an epoch a key of their own each, so
   * that compaction keeps them. Of checks, which no later record rests on, it keeps one.
   */
  public static byte[] key(SlotEntry.Signed entry) {
    return switch (entry) {
      case SlotEntry.Written written -> shardKey(written.session());
      case SlotEntry.Owned owned -> epochKey(OWNERSHIP, owned);
      case SlotEntry.Settled settled -> epochKey(SETTLED, settled);
      case SlotEntry.Released released -> epochKey(RELEASE, released);
      case SlotEntry.Checked _ -> new byte[] {CHECK};
    };
  }

  private static byte[] epochKey(byte kind, SlotEntry.Signed entry) {
    byte[] epoch = epochBytes(entry.epoch());
    byte[] incarnation = longBytes(entry.incarnation().value());
    return ByteBuffer.allocate(1 + epoch.length + incarnation.length)
        .put(kind)
        .put(epoch)
        .put(incarnation)
        .array();
  }

  private static byte[] shardKey(SessionId session) {
    byte[] id = session.toString().getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(1 + id.length).put(SHARD).put(id).array();
  }

  private static byte[] epochBytes(Epoch epoch) {
    return ByteBuffer.allocate(16).putLong(epoch.grant()).putLong(epoch.attempt()).array();
  }

  private static byte[] longBytes(long value) {
    return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
  }

  /**
   * Reads a record; whatever the bytes, the answer is an entry: what cannot be read is {@link
   * SlotEntry.Malformed}.
   *
   * @param header finds a header by name
   */
  public static SlotEntry decode(
      byte[] key, Function<String, Optional<byte[]>> header, Optional<byte[]> value) {
    Optional<SessionId> session = session(key);
    try {
      if (key.length == 0) {
        throw new IllegalArgumentException("no key");
      }
      return switch (key[0]) {
        case SHARD -> written(session, header, value);
        case OWNERSHIP -> owned(bytes(value), header);
        case SETTLED -> settled(bytes(value), header);
        case RELEASE -> released(bytes(value), header);
        case CHECK -> checked(bytes(value), header);
        default -> throw new IllegalArgumentException("a key of no known kind");
      };
    } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
      return new SlotEntry.Malformed(session, signature(header), String.valueOf(e.getMessage()));
    }
  }

  /** Who signed a shard record; empty if the headers are no better than the rest. */
  private static Optional<SlotEntry.Signature> signature(
      Function<String, Optional<byte[]>> header) {
    try {
      return Optional.of(
          new SlotEntry.Signature(
              epoch(header), incarnation(header), new ShardVersion(bounded(header, VERSION))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<SessionId> session(byte[] key) {
    if (key.length != 1 + SessionId.CHARACTERS || key[0] != SHARD) {
      return Optional.empty();
    }
    try {
      return Optional.of(SessionId.parse(key, 1));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static SlotEntry written(
      Optional<SessionId> session,
      Function<String, Optional<byte[]>> header,
      Optional<byte[]> value)
      throws InvalidProtocolBufferException {
    if (session.isEmpty()) {
      throw new IllegalArgumentException("a shard key without a session id");
    }
    ShardVersion version = new ShardVersion(bounded(header, VERSION));
    if (version.value() == 0) {
      throw new IllegalArgumentException("a shard record without a version");
    }
    return new SlotEntry.Written(
        epoch(header),
        incarnation(header),
        session.get(),
        version,
        value.isPresent()
            ? Optional.of(ShardCodec.decode(value.get(), version))
            : Optional.empty());
  }

  private static SlotEntry owned(byte[] value, Function<String, Optional<byte[]>> header)
      throws InvalidProtocolBufferException {
    Ownership record = Ownership.parseFrom(value);
    Epoch epoch = same(epoch(header), ShardCodec.epoch(record.getEpoch()));
    Incarnation incarnation = same(incarnation(header), new Incarnation(record.getIncarnation()));
    if (record.getLeaseMillis() < 1 || record.getLeaseMillis() > 600_000) {
      throw new IllegalArgumentException("a lease of " + record.getLeaseMillis() + " ms");
    }
    if (record.getLeasePartition() < 0) {
      throw new IllegalArgumentException("a lease partition below 0");
    }
    return new SlotEntry.Owned(
        epoch,
        incarnation,
        new NodeId(record.getNode()),
        Duration.ofMillis(record.getLeaseMillis()),
        record.getLeasePartition());
  }

  private static SlotEntry settled(byte[] value, Function<String, Optional<byte[]>> header)
      throws InvalidProtocolBufferException {
    Settled record = Settled.parseFrom(value);
    return new SlotEntry.Settled(
        same(epoch(header), ShardCodec.epoch(record.getEpoch())),
        same(incarnation(header), new Incarnation(record.getIncarnation())));
  }

  private static SlotEntry released(byte[] value, Function<String, Optional<byte[]>> header)
      throws InvalidProtocolBufferException {
    Release record = Release.parseFrom(value);
    return new SlotEntry.Released(
        same(epoch(header), ShardCodec.epoch(record.getEpoch())),
        same(incarnation(header), new Incarnation(record.getIncarnation())));
  }

  private static SlotEntry checked(byte[] value, Function<String, Optional<byte[]>> header)
      throws InvalidProtocolBufferException {
    Check record = Check.parseFrom(value);
    return new SlotEntry.Checked(
        same(epoch(header), ShardCodec.epoch(record.getEpoch())),
        same(incarnation(header), new Incarnation(record.getIncarnation())),
        record.hasSample() ? Optional.of(sample(record.getSample())) : Optional.empty());
  }

  private static SlotEntry.Sample sample(DigestSample sample) {
    if (sample.getOffset() < 0 || sample.getShards() < 0) {
      throw new IllegalArgumentException(
          "a sample of " + sample.getShards() + " shards at offset " + sample.getOffset());
    }
    return new SlotEntry.Sample(
        sample.getOffset(), sample.getDigest(), sample.getShards(), sample.getForm());
  }

  private static <T> T same(T header, T body) {
    if (!header.equals(body)) {
      throw new IllegalArgumentException("header and body disagree: " + header + ", " + body);
    }
    return header;
  }

  private static byte[] bytes(Optional<byte[]> value) {
    return value.orElseThrow(() -> new IllegalArgumentException("no value"));
  }

  private static Epoch epoch(Function<String, Optional<byte[]>> header) {
    byte[] bytes = exactly(header, EPOCH, 16);
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new Epoch(atMost(LARGEST, buffer.getLong()), atMost(LARGEST, buffer.getLong()));
  }

  private static long bounded(Function<String, Optional<byte[]>> header, String name) {
    return atMost(LARGEST, readLong(header, name));
  }

  private static long atMost(long largest, long value) {
    if (value > largest) {
      throw new IllegalArgumentException("a number that nothing could follow: " + value);
    }
    return value;
  }

  private static Incarnation incarnation(Function<String, Optional<byte[]>> header) {
    return new Incarnation(readLong(header, INCARNATION));
  }

  private static long readLong(Function<String, Optional<byte[]>> header, String name) {
    return ByteBuffer.wrap(exactly(header, name, Long.BYTES)).getLong();
  }

  private static byte[] exactly(
      Function<String, Optional<byte[]>> header, String name, int length) {
    byte[] bytes =
        header.apply(name).orElseThrow(() -> new IllegalArgumentException("no header " + name));
    if (bytes.length != length) {
      throw new IllegalArgumentException(
          "header " + name + " has " + bytes.length + " bytes: " + Arrays.hashCode(bytes));
    }
    return bytes;
  }
}
