package dev.kintsugi.node.adapter.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.AppliedRequest;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.RecordSize;
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.SlotEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Decoders of this module and the bytes that nobody should have written. */
class HostileBytesTest {

  private static final Incarnation INCARNATION = new Incarnation(3);
  private static final SessionId SESSION = SessionId.of(new PlacementKey(77), new byte[16]);

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void noise_under_any_key_and_headers_is_an_entry_or_malformed(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      byte[] key = noise(random, 40);
      if (key.length > 0 && random.nextBoolean()) {
        key[0] = (byte) "sotrc".charAt(random.nextInt(5));
      }
      Map<String, byte[]> headers = new HashMap<>();
      headers.put("e", noise(random, 20));
      headers.put("i", noise(random, 12));
      headers.put("v", noise(random, 12));
      headers.put("foreign", noise(random, 200));
      Optional<byte[]> value =
          random.nextInt(5) == 0 ? Optional.empty() : Optional.of(noise(random, 300));
      assertThat(SlotCodec.decode(key, name -> Optional.ofNullable(headers.get(name)), value))
          .isNotNull();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void a_lease_record_is_read_or_refused_with_one_kind_of_error(long seed) {
    Random random = new Random(seed);
    List<byte[]> sound =
        List.of(
            LeaseCodec.beat(new NodeId("node-1"), INCARNATION, 9),
            LeaseCodec.fence(new NodeId("node-1"), INCARNATION, new NodeId("node-2"), INCARNATION));
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = random.nextInt(4) == 0 ? noise(random, 60) : hurt(sound.get(i % 2), random);
      try {
        assertThat(LeaseCodec.decode(bytes)).isNotNull();
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  @Test
  void each_way_to_cut_a_record_short_is_survived() {
    SlotCodec.Wire wire = SlotCodec.encode(written(shard(new Random(1), 5)));
    byte[] value = wire.value().orElseThrow();
    for (int length = 0; length < value.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(value, length);
      assertThat(decode(wire, wire.headers(), cut)).isNotNull();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void a_hurt_check_is_a_check_or_malformed_and_tells_nothing_impossible(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      SlotEntry.Sample sample =
          new SlotEntry.Sample(
              random.nextLong() >>> 2,
              random.nextLong(),
              random.nextInt(1 << 20),
              random.nextInt(3));
      SlotCodec.Wire wire =
          SlotCodec.encode(
              new SlotEntry.Checked(new Epoch(3, 2), INCARNATION, Optional.of(sample)));
      SlotEntry read = decode(wire, wire.headers(), hurt(wire.value().orElseThrow(), random));
      if (read instanceof SlotEntry.Checked checked) {
        assertThat(checked.incarnation()).isEqualTo(INCARNATION);
        checked
            .sample()
            .ifPresent(one -> {
              assertThat(one.offset()).isNotNegative();
              assertThat(one.shards()).isNotNegative();
            });
      } else {
        assertThat(read).isInstanceOf(SlotEntry.Malformed.class);
      }
    }
  }

  @Test
  void a_message_nested_deeper_than_any_reader_follows_is_malformed() {
    // Groups of an unknown field, each within the one before.
    byte[] deep = new byte[200_000];
    java.util.Arrays.fill(deep, (byte) 0x7b);
    SlotCodec.Wire wire = SlotCodec.encode(written(shard(new Random(1), 1)));
    assertThat(decode(wire, wire.headers(), deep)).isInstanceOf(SlotEntry.Malformed.class);
    assertThatThrownBy(() -> LeaseCodec.decode(deep)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_length_that_promises_more_than_there_is_reserves_no_memory() {
    byte[] huge = {0x12, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 7};
    SlotCodec.Wire wire = SlotCodec.encode(written(shard(new Random(1), 1)));
    assertThat(decode(wire, wire.headers(), huge)).isInstanceOf(SlotEntry.Malformed.class);
  }

  @Test
  void numbers_that_nothing_could_follow_are_malformed() {
    SlotCodec.Wire wire = SlotCodec.encode(written(shard(new Random(1), 1)));
    for (long number : new long[] {Long.MAX_VALUE, -1, Long.MIN_VALUE, 0, (1L << 62) + 1}) {
      Map<String, byte[]> headers = new HashMap<>(wire.headers());
      headers.put("v", ByteBuffer.allocate(8).putLong(number).array());
      assertThat(decode(wire, headers, wire.value().orElseThrow()))
          .isInstanceOf(SlotEntry.Malformed.class);
    }
    for (long number : new long[] {Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      Map<String, byte[]> headers = new HashMap<>(wire.headers());
      headers.put("e", ByteBuffer.allocate(16).putLong(number).putLong(1).array());
      assertThat(decode(wire, headers, wire.value().orElseThrow()))
          .isInstanceOf(SlotEntry.Malformed.class);
    }
  }

  @Test
  void an_unreadable_value_still_says_who_signed_it() {
    SlotCodec.Wire wire = SlotCodec.encode(written(shard(new Random(1), 1)));
    assertThat(decode(wire, wire.headers(), new byte[] {9, 9, 9}))
        .isInstanceOfSatisfying(
            SlotEntry.Malformed.class,
            malformed ->
                assertThat(malformed.signature())
                    .contains(
                        new SlotEntry.Signature(
                            new Epoch(3, 2), INCARNATION, new ShardVersion(9))));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void a_record_is_never_larger_than_was_reckoned(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      Shard shard = shard(random, 1 + random.nextInt(200));
      SlotCodec.Wire wire = SlotCodec.encode(written(shard));
      int headers = wire.headers().values().stream().mapToInt(bytes -> bytes.length).sum() + 100;
      assertThat(wire.key().length + headers + wire.value().orElseThrow().length)
          .isLessThanOrEqualTo(RecordSize.atMost(shard));
    }
  }

  private static SlotEntry decode(SlotCodec.Wire wire, Map<String, byte[]> headers, byte[] value) {
    return SlotCodec.decode(
        wire.key(), name -> Optional.ofNullable(headers.get(name)), Optional.of(value));
  }

  private static SlotEntry.Written written(Shard shard) {
    return new SlotEntry.Written(
        new Epoch(3, 2), INCARNATION, SESSION, shard.version(), Optional.of(shard));
  }

  private static Shard shard(Random random, int size) {
    ShardVersion version = new ShardVersion(9);
    TreeMap<String, String> attributes = new TreeMap<>();
    List<AppliedRequest> requests = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      attributes.put("ü" + i, "\"" + "€".repeat(random.nextInt(50)) + "\"");
      requests.add(
          new AppliedRequest(
              new RequestKey(random.nextLong(), random.nextLong(), random.nextLong()),
              new ShardVersion(random.nextLong() >>> 1),
              Instant.ofEpochMilli(random.nextLong())));
    }
    return new Shard(
        new ApplicationId("a".repeat(1 + random.nextInt(128))),
        Optional.of(new UserId("€".repeat(1 + random.nextInt(256)))),
        version,
        new Content(attributes),
        requests,
        Optional.of(
            new SessionFacts(
                SessionFacts.State.ENDING,
                Instant.ofEpochMilli(random.nextLong()),
                Optional.of(Duration.ofMillis(Long.MAX_VALUE)),
                Optional.of(Duration.ofMillis(Long.MAX_VALUE)),
                Optional.of("€".repeat(128)))),
        Optional.of(Instant.ofEpochMilli(random.nextLong())));
  }

  private static byte[] noise(Random random, int most) {
    byte[] noise = new byte[random.nextInt(most)];
    random.nextBytes(noise);
    return noise;
  }

  private static byte[] hurt(byte[] bytes, Random random) {
    byte[] hurt = java.util.Arrays.copyOf(bytes, Math.max(0, bytes.length - random.nextInt(3)));
    for (int i = random.nextInt(5); i > 0 && hurt.length > 0; i--) {
      hurt[random.nextInt(hurt.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return hurt;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_session_id_is_read_as_it_was_written_or_refused(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = hurt(SESSION.toString().getBytes(StandardCharsets.UTF_8), random);
      String text = new String(bytes, StandardCharsets.UTF_8);
      try {
        assertThat(SessionId.parse(text)).hasToString(text);
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }
}
