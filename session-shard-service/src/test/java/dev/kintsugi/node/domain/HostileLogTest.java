package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.adapter.proto.SlotCodec;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Somebody else writes to the slot logs whatever he likes, but does not know the incarnation that
 * is in force: what the node has acknowledged stays, and it goes on serving.
 */
class HostileLogTest {

  private static final Area AREA = OneNode.AREA;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
  void a_stranger_in_the_log_changes_nothing_and_stops_nothing(long seed) {
    Random random = new Random(seed);
    OneNode node = new OneNode();
    Map<SessionId, String> truth = new HashMap<>();
    for (int i = 0; i < 12; i++) {
      SessionId session = node.session(i);
      assertThat(node.create(session)).isInstanceOf(Answer.Applied.class);
      assertThat(node.create(session, "0")).isInstanceOf(Answer.Applied.class);
      truth.put(session, "0");
    }
    List<SessionId> sessions = new ArrayList<>(truth.keySet());
    int malformed = 0;
    for (int i = 0; i < 600; i++) {
      SessionId victim = sessions.get(random.nextInt(sessions.size()));
      SlotId slot = new SlotId(random.nextBoolean() ? AREA : Area.SESSION, random.nextInt(4));
      long before = contentOf(node, slot);
      if (node.find(slot, hostile(node, victim, slot, random)) == SlotFold.Outcome.MALFORMED) {
        malformed++;
      }
      assertThat(contentOf(node, slot)).isEqualTo(before);
      if (i % 50 == 0) {
        SessionId one = sessions.get(random.nextInt(sessions.size()));
        String json = Integer.toString(i);
        assertThat(node.write(one, AREA, new Change.Put(OneNode.content(json))))
            .isInstanceOf(Answer.Applied.class);
        truth.put(one, json);
      }
    }
    assertThat(malformed).isGreaterThan(50);
    truth.forEach((session, json) ->
        assertThat(node.read(session, AREA))
            .isInstanceOfSatisfying(
                Answer.Found.class,
                found -> assertThat(found.shard().content()).isEqualTo(OneNode.content(json))));
    assertThat(node.machine.quarantined(1)).isEmpty();

    OneNode again = new OneNode(node.logs);
    truth.forEach(
        (session, json) -> assertThat(again.read(session, AREA)).isInstanceOf(Answer.Found.class));
  }

  /** All that the callers of a slot can see: a repair raises versions, and nothing else. */
  private static long contentOf(OneNode node, SlotId slot) {
    SlotView view = node.machine.view(slot).orElseThrow();
    return view.bytes() * 31 + view.shards() * 7L + (view.role() == SlotView.Role.SERVING ? 1 : 0);
  }

  /** What a stranger writes: sound but void, hurt, or of the wrong place; decoded as read. */
  private static SlotEntry hostile(OneNode node, SessionId victim, SlotId slot, Random random) {
    Incarnation stranger = new Incarnation(1_000 + random.nextInt(3));
    Epoch epoch =
        switch (random.nextInt(4)) {
          case 0 -> node.epoch(slot);
          case 1 -> Epoch.NONE;
          case 2 -> new Epoch(random.nextLong() >>> 1, random.nextLong() >>> 1);
          default -> new Epoch(0, random.nextInt(5));
        };
    long number =
        random.nextBoolean() ? random.nextInt(5) + 1 : Math.max(1, random.nextLong() >>> 1);
    ShardVersion version = new ShardVersion(number);
    Shard shard =
        new Shard(
            SimWorld.APPLICATION,
            Optional.of(SimWorld.USER),
            version,
            OneNode.content("\"hostile\""),
            List.of(
                new AppliedRequest(
                    new RequestKey(random.nextLong(), random.nextLong(), random.nextLong()),
                    version,
                    Instant.ofEpochMilli(random.nextLong()))),
            Optional.empty(),
            random.nextBoolean()
                ? Optional.of(Instant.ofEpochMilli(random.nextLong()))
                : Optional.empty());
    SlotEntry.Signed entry =
        switch (random.nextInt(7)) {
          case 0 -> new SlotEntry.Settled(epoch, stranger);
          case 1 -> new SlotEntry.Released(epoch, stranger);
          case 2 ->
              new SlotEntry.Owned(
                  tooFarOrTooOld(epoch, node.epoch(slot)),
                  stranger,
                  new NodeId("node-9"),
                  Duration.ofMillis(200),
                  0);
          case 3 -> new SlotEntry.Written(epoch, stranger, victim, version, Optional.empty());
          case 4 ->
              new SlotEntry.Checked(
                  epoch,
                  stranger,
                  Optional.of(
                      new SlotEntry.Sample(
                          random.nextInt(100), random.nextLong(), 1, Digest.FORM)));
          default -> new SlotEntry.Written(epoch, stranger, victim, version, Optional.of(shard));
        };
    SlotCodec.Wire wire = SlotCodec.encode(entry);
    boolean sound = random.nextInt(3) == 0;
    byte[] key = sound || random.nextInt(3) > 0 ? wire.key() : hurt(wire.key(), random);
    Optional<byte[]> value = sound ? wire.value() : wire.value().map(bytes -> hurt(bytes, random));
    Map<String, byte[]> headers = new HashMap<>(wire.headers());
    if (!sound) {
      headers.computeIfPresent(
          List.of("e", "v").get(random.nextInt(2)), (_, bytes) -> hurt(bytes, random));
    }
    return harmless(
        SlotCodec.decode(key, name -> Optional.ofNullable(headers.get(name)), value),
        node.epoch(slot));
  }

  /** A larger epoch in reach is a takeover, not an accident: that must be heeded. */
  private static Epoch tooFarOrTooOld(Epoch epoch, Epoch inForce) {
    boolean inReach =
        epoch.fences(inForce) && epoch.grant() - inForce.grant() <= SlotFold.LARGEST_STEP;
    return inReach ? Epoch.NONE : epoch;
  }

  private static SlotEntry harmless(SlotEntry entry, Epoch inForce) {
    return entry instanceof SlotEntry.Owned owned
            && !tooFarOrTooOld(owned.epoch(), inForce).equals(owned.epoch())
        ? new SlotEntry.Settled(Epoch.NONE, owned.incarnation())
        : entry;
  }

  private static byte[] hurt(byte[] bytes, Random random) {
    if (random.nextInt(4) == 0) {
      byte[] noise = new byte[random.nextInt(64)];
      random.nextBytes(noise);
      return noise;
    }
    ByteBuffer hurt = ByteBuffer.allocate(Math.max(0, bytes.length - random.nextInt(3)));
    hurt.put(bytes, 0, hurt.capacity());
    for (int i = random.nextInt(4); i > 0 && hurt.capacity() > 0; i--) {
      int at = random.nextInt(hurt.capacity());
      hurt.put(at, (byte) (hurt.get(at) ^ (1 << random.nextInt(8))));
    }
    return hurt.array();
  }
}
