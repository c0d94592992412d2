package dev.kintsugi.node.adapter.proto;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.SlotEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlotCodecTest {

  private static final Epoch EPOCH = new Epoch(3, 2);
  private static final Incarnation INCARNATION = new Incarnation(-5);
  private static final SessionId SESSION = SessionId.of(new PlacementKey(77), new byte[16]);

  static List<SlotEntry.Signed> entries() {
    TreeMap<String, String> attributes = new TreeMap<>(Map.of("ü", "{\"a\":[1,2]}", "b", "\"\""));
    SessionFacts facts =
        new SessionFacts(
            SessionFacts.State.ENDING,
            Instant.ofEpochMilli(1),
            Optional.of(Duration.ofMinutes(30)),
            Optional.empty(),
            Optional.of("g1"),
            Optional.of(Instant.ofEpochMilli(4)));
    Shard shard =
        new Shard(
            new ApplicationId("app"),
            Optional.of(new UserId("alice")),
            new ShardVersion(9),
            new Content(attributes),
            List.of(
                new AppliedRequest(
                    new RequestKey(1, -2, 3), new ShardVersion(9), Instant.ofEpochMilli(5))),
            Optional.of(facts),
            Optional.of(Instant.ofEpochMilli(6)));
    return List.of(
        new SlotEntry.Written(EPOCH, INCARNATION, SESSION, new ShardVersion(9), Optional.of(shard)),
        new SlotEntry.Written(EPOCH, INCARNATION, SESSION, new ShardVersion(9), Optional.empty()),
        new SlotEntry.Owned(EPOCH, INCARNATION, new NodeId("node-1"), Duration.ofMillis(200), 7),
        new SlotEntry.Settled(EPOCH, INCARNATION),
        new SlotEntry.Released(EPOCH, INCARNATION),
        new SlotEntry.Checked(EPOCH, INCARNATION, Optional.empty()),
        new SlotEntry.Checked(
            EPOCH, INCARNATION, Optional.of(new SlotEntry.Sample(1L << 40, -7, 100_000, 1))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("entries")
  void an_entry_survives_its_bytes(SlotEntry.Signed entry) {
    SlotCodec.Wire wire = SlotCodec.encode(entry);
    assertThat(decode(wire.key(), wire.headers(), wire.value())).isEqualTo(entry);
  }

  /**
   * Bits are turned, bytes cut and added: whatever comes, an entry comes out and nothing is thrown.
   */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8})
  void hostile_bytes_are_read_as_malformed_or_as_an_entry_but_never_throw(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      SlotCodec.Wire wire = SlotCodec.encode(entries().get(random.nextInt(entries().size())));
      Map<String, byte[]> headers = new HashMap<>(wire.headers());
      String name = List.of("e", "i", "v").get(random.nextInt(3));
      switch (random.nextInt(4)) {
        case 0 -> headers.remove(name);
        case 1 -> headers.computeIfPresent(name, (_, bytes) -> hurt(bytes, random));
        default -> {}
      }
      byte[] key = random.nextInt(3) == 0 ? hurt(wire.key(), random) : wire.key();
      Optional<byte[]> value =
          random.nextInt(20) == 0
              ? Optional.empty()
              : wire.value().map(bytes -> hurt(bytes, random));
      assertThat(decode(key, headers, value)).isNotNull();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("entries")
  void headers_of_others_and_fields_of_a_later_version_are_skipped(SlotEntry.Signed entry) {
    SlotCodec.Wire wire = SlotCodec.encode(entry);
    Map<String, byte[]> headers = new HashMap<>(wire.headers());
    headers.put("", new byte[0]);
    headers.put("E", new byte[16]);
    headers.put("traceparent", new byte[4_000]);
    byte[] later = {(byte) 0xfa, 0x7f, 3, 1, 2, 3, (byte) 0xc0, 0x3e, 9};
    Optional<byte[]> value = wire.value().map(bytes -> joined(bytes, later));
    assertThat(decode(wire.key(), headers, value)).isEqualTo(entry);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] joined = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }

  /** Nobody may write over it who does not know what it says. */
  @Test
  void a_session_in_a_state_of_a_later_version_cannot_be_read_but_says_who_signed_it() {
    SlotCodec.Wire wire = SlotCodec.encode(entries().getFirst());
    byte[] facts = {0x2a, 2, 0x08, 9}; // Merged into those before: the state is 9.
    assertThat(decode(wire.key(), wire.headers(), wire.value().map(bytes -> joined(bytes, facts))))
        .isInstanceOfSatisfying(
            SlotEntry.Malformed.class,
            malformed -> {
              assertThat(malformed.session()).contains(SESSION);
              assertThat(malformed.signature())
                  .contains(new SlotEntry.Signature(EPOCH, INCARNATION, new ShardVersion(9)));
            });
  }

  @Test
  void a_body_that_contradicts_its_headers_is_malformed() {
    SlotCodec.Wire wire = SlotCodec.encode(new SlotEntry.Settled(EPOCH, INCARNATION));
    SlotCodec.Wire other = SlotCodec.encode(new SlotEntry.Settled(new Epoch(4, 1), INCARNATION));
    assertThat(decode(wire.key(), other.headers(), wire.value()))
        .isInstanceOf(SlotEntry.Malformed.class);
  }

  @Test
  void all_checks_of_a_slot_share_a_key_so_that_one_is_kept() {
    SlotEntry.Checked one = new SlotEntry.Checked(EPOCH, INCARNATION, Optional.empty());
    SlotEntry.Checked other =
        new SlotEntry.Checked(new Epoch(9, 1), new Incarnation(8), Optional.empty());
    assertThat(SlotCodec.key(one)).isEqualTo(SlotCodec.key(other));
  }

  @Test
  void a_sample_of_what_cannot_be_is_malformed() {
    for (SlotEntry.Sample sample :
        List.of(new SlotEntry.Sample(-1, 0, 0, 1), new SlotEntry.Sample(0, 0, -1, 1))) {
      SlotCodec.Wire wire =
          SlotCodec.encode(new SlotEntry.Checked(EPOCH, INCARNATION, Optional.of(sample)));
      assertThat(decode(wire.key(), wire.headers(), wire.value()))
          .isInstanceOf(SlotEntry.Malformed.class);
    }
  }

  @Test
  void a_malformed_shard_names_its_session_so_that_it_can_be_repaired() {
    SlotCodec.Wire wire = SlotCodec.encode(entries().getFirst());
    assertThat(decode(wire.key(), wire.headers(), Optional.of(new byte[] {9, 9, 9})))
        .isInstanceOfSatisfying(
            SlotEntry.Malformed.class,
            malformed -> assertThat(malformed.session()).contains(SESSION));
  }

  private static SlotEntry decode(byte[] key, Map<String, byte[]> headers, Optional<byte[]> value) {
    return SlotCodec.decode(key, name -> Optional.ofNullable(headers.get(name)), value);
  }

  private static byte[] hurt(byte[] bytes, Random random) {
    byte[] hurt = new byte[Math.max(0, bytes.length + random.nextInt(5) - 2)];
    System.arraycopy(bytes, 0, hurt, 0, Math.min(bytes.length, hurt.length));
    for (int i = random.nextInt(4); i > 0 && hurt.length > 0; i--) {
      hurt[random.nextInt(hurt.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return hurt;
  }
}
