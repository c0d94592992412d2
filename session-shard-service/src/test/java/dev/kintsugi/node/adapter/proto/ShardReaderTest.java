package dev.kintsugi.node.adapter.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.proto.AppliedRequest;
import dev.kintsugi.proto.Attribute;
import dev.kintsugi.proto.SessionFacts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read from bytes to bytes must be what the generated class reads. */
class ShardReaderTest {

  private static final ShardVersion VERSION = new ShardVersion(3);
  private static final List<String> NAMES =
      List.of("a", "b", "name", "inbox", "", "é", "\uD83D\uDE00", "\uFFEE", "z".repeat(200));

  /** By the generated class; empty if refused. */
  private static Optional<Shard> expected(byte[] bytes) {
    try {
      dev.kintsugi.proto.Shard wire = dev.kintsugi.proto.Shard.parseFrom(bytes);
      TreeMap<String, String> attributes = new TreeMap<>();
      for (Attribute attribute : wire.getAttributesList()) {
        boolean fresh = attributes.put(attribute.getName(), text(attribute.getJson())) == null;
        if (!fresh || attribute.getJson().isEmpty()) {
          return Optional.empty();
        }
      }
      return Optional.of(
          new Shard(
              new ApplicationId(wire.getApplication()),
              wire.getUserId().isEmpty()
                  ? Optional.empty()
                  : Optional.of(new UserId(wire.getUserId())),
              VERSION,
              new Content(attributes),
              wire.getRequestsList().stream().map(ShardCodec::request).toList(),
              wire.hasFacts() ? Optional.of(ShardCodec.facts(wire.getFacts())) : Optional.empty(),
              wire.getEndedAtMillis() == 0
                  ? Optional.empty()
                  : Optional.of(Instant.ofEpochMilli(wire.getEndedAtMillis()))));
    } catch (InvalidProtocolBufferException
        | IllegalArgumentException
        | CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static String text(ByteString bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8
        .newDecoder()
        .decode(ByteBuffer.wrap(bytes.toByteArray()))
        .toString();
  }

  private static Optional<Shard> read(byte[] bytes) {
    try {
      return Optional.of(new ShardReader(bytes).read(VERSION));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static byte[] message(Random random) {
    dev.kintsugi.proto.Shard.Builder shard =
        dev.kintsugi.proto.Shard.newBuilder().setApplication("mail");
    if (random.nextBoolean()) {
      shard.setUserId("user-" + random.nextInt(50) + (random.nextInt(8) == 0 ? "é" : ""));
    }
    List<String> names = NAMES.subList(0, random.nextInt(NAMES.size() + 1));
    boolean shuffled = random.nextInt(4) == 0;
    for (int i = 0; i < names.size(); i++) {
      String name = shuffled ? names.get(random.nextInt(names.size())) : names.get(i);
      shard.addAttributes(
          Attribute.newBuilder()
              .setName(name)
              .setJson(ByteString.copyFromUtf8("\"" + "é".repeat(random.nextInt(40)) + '"')));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      shard.addRequests(
          AppliedRequest.newBuilder()
              .setKeyHigh(random.nextLong())
              .setKeyLow(random.nextLong())
              .setVersion(1 + random.nextInt(9))
              .setAtMillis(random.nextInt()));
    }
    if (random.nextInt(3) == 0) {
      shard.setFacts(
          SessionFacts.newBuilder()
              .setStateValue(random.nextInt(5))
              .setCreatedAtMillis(random.nextInt())
              .setIdleTimeoutMillis(random.nextInt(100_000) - 10_000)
              .setGrantId(random.nextBoolean() ? "grant" : ""));
    }
    if (random.nextInt(4) == 0) {
      shard.setEndedAtMillis(random.nextLong() >>> random.nextInt(60));
    }
    return shard.build().toByteArray();
  }

  /** The same message twice over, cut, changed, with fields that nobody knows, or as it is. */
  private static byte[] altered(byte[] bytes, Random random) {
    byte[] changed = bytes.clone();
    switch (random.nextInt(5)) {
      case 0 -> {
        for (int i = 1 + random.nextInt(3); i > 0 && changed.length > 0; i--) {
          changed[random.nextInt(changed.length)] = (byte) random.nextInt();
        }
      }
      case 1 -> changed = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      case 2 -> changed = joined(bytes, message(random));
      case 3 -> changed = joined(bytes, unknown(random));
      default -> {}
    }
    return changed;
  }

  private static byte[] joined(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  private static byte[] unknown(Random random) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      int field = 1 + random.nextInt(20);
      switch (random.nextInt(5)) {
        case 0 -> out.writeInt64(field, random.nextLong());
        case 1 -> out.writeFixed64(field, random.nextLong());
        case 2 -> out.writeString(field, "of a later version");
        case 3 -> {
          out.writeTag(field, 3);
          out.writeInt32(1, 1);
          out.writeTag(field, 4);
        }
        default -> out.writeTag(field, 4);
      }
      out.flush();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void any_bytes_are_read_as_the_generated_class_reads_them(long seed) {
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < 4_000; i++) {
      byte[] bytes = altered(message(random), random);
      Optional<Shard> expected = expected(bytes);
      assertThat(read(bytes)).as("%s", Arrays.toString(bytes)).isEqualTo(expected);
      refused += expected.isEmpty() ? 1 : 0;
    }
    assertThat(refused).isBetween(400, 3_600);
  }

  @Test
  void more_attributes_than_there_is_room_for_at_first_are_all_read() {
    dev.kintsugi.proto.Shard.Builder shard =
        dev.kintsugi.proto.Shard.newBuilder().setApplication("mail");
    for (int i = 0; i < 1_000; i++) {
      shard.addAttributes(
          Attribute.newBuilder()
              .setName("n%04d".formatted(i))
              .setJson(ByteString.copyFromUtf8(Integer.toString(i))));
    }
    Content content = read(shard.build().toByteArray()).orElseThrow().content();
    assertThat(content.size()).isEqualTo(1_000);
    assertThat(content.attributes()).containsEntry("n0999", "999").containsEntry("n0000", "0");
  }

  @Test
  void an_attribute_that_stands_twice_is_refused_in_any_order() {
    for (List<String> names :
        List.of(List.of("a", "a"), List.of("a", "b", "a"), List.of("é", "a", "é"))) {
      dev.kintsugi.proto.Shard.Builder shard =
          dev.kintsugi.proto.Shard.newBuilder().setApplication("mail");
      names.forEach(name ->
          shard.addAttributes(
              Attribute.newBuilder().setName(name).setJson(ByteString.copyFromUtf8("1"))));
      assertThat(read(shard.build().toByteArray())).isEmpty();
    }
  }
}
