package dev.kintsugi.coordinator.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.proto.Epoch;
import dev.kintsugi.proto.NodeHeartbeat;
import dev.kintsugi.proto.SlotReport;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heartbeats that no honest node sends. */
class HostileHeartbeatTest {

  private static final Areas AREAS = Areas.of(List.of(new AreaPolicy(Area.SESSION, 4, 2, 1_000)));

  private final HeartbeatCodec codec = new HeartbeatCodec(AREAS);

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8})
  void a_hurt_heartbeat_is_read_within_bounds_or_refused_with_one_kind_of_error(long seed) {
    Random random = new Random(seed);
    byte[] sound = heartbeat(new Random(1), false).toByteArray();
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = sound.clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        check(NodeHeartbeat.parseFrom(bytes));
      } catch (InvalidProtocolBufferException e) {
        // The controller answers 400 to what is no message.
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8})
  void absurd_numbers_and_names_are_left_out_and_counted(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      check(heartbeat(random, true));
    }
  }

  @Test
  void the_version_of_its_map_is_read_or_unknown() {
    NodeHeartbeat silent = heartbeat(new Random(1), false).toBuilder().clearMapVersion().build();
    assertThat(read(silent)).isEqualTo(MapVersion.NONE);
    assertThat(read(silent.toBuilder().setMapVersion(mapVersion(4, 7)).build()))
        .isEqualTo(new MapVersion(new dev.kintsugi.core.Epoch(4, 1), 7));
    long tooLarge = (1L << 53) + 1;
    assertThat(read(silent.toBuilder().setMapVersion(mapVersion(tooLarge, 7)).build()))
        .isEqualTo(MapVersion.NONE);
    assertThat(read(silent.toBuilder().setMapVersion(mapVersion(4, -1)).build()))
        .isEqualTo(MapVersion.NONE);
  }

  private MapVersion read(NodeHeartbeat wire) {
    return codec.decode(wire).heartbeat().mapVersion();
  }

  private static dev.kintsugi.proto.MapVersion mapVersion(long grant, long offset) {
    return dev.kintsugi.proto.MapVersion.newBuilder()
        .setEpoch(Epoch.newBuilder().setGrant(grant).setAttempt(1))
        .setOffset(offset)
        .build();
  }

  private void check(NodeHeartbeat wire) {
    try {
      HeartbeatCodec.Decoded decoded = codec.decode(wire);
      assertThat(decoded.ignored() + decoded.heartbeat().slots().size())
          .isEqualTo(wire.getSlotsCount());
      MapVersion map = decoded.heartbeat().mapVersion();
      assertThat(map.epoch().grant()).isBetween(0L, 1L << 53);
      assertThat(map.epoch().attempt()).isBetween(0L, 1L << 53);
      assertThat(map.offset()).isBetween(-1L, 1L << 53);
      decoded
          .heartbeat()
          .slots()
          .forEach((slot, report) -> {
            assertThat(slot.number()).isBetween(0, 3);
            assertThat(report.epoch().grant()).isBetween(0L, 1L << 53);
          });
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static NodeHeartbeat heartbeat(Random random, boolean absurd) {
    NodeHeartbeat.Builder heartbeat =
        NodeHeartbeat.newBuilder()
            .setNode("node-1")
            .setIncarnation(absurd && random.nextInt(9) == 0 ? 0 : 5)
            .setUrl(absurd && random.nextInt(5) == 0 ? "http://[" : "http://127.0.0.1:7400")
            .setSequence(absurd && random.nextInt(9) == 0 ? random.nextLong() : 7)
            .setMapVersion(
                absurd
                    ? mapVersion(random.nextLong(), random.nextLong() >>> random.nextInt(64))
                    : mapVersion(2, 9));
    for (int i = 0; i < 6; i++) {
      heartbeat.addSlots(
          SlotReport.newBuilder()
              .setArea(absurd && random.nextInt(4) == 0 ? "no such\u0000area" : "session")
              .setSlot(absurd ? random.nextInt(9) - 2 : i % 4)
              .setRoleValue(absurd ? random.nextInt(9) - 2 : 1)
              .setNextOffset(absurd ? random.nextLong() : 9)
              .setBytes(absurd ? random.nextLong() >>> random.nextInt(64) : 9)
              .setEpoch(
                  Epoch.newBuilder()
                      .setGrant(absurd ? random.nextLong() >>> random.nextInt(64) : 1)
                      .setAttempt(1)));
    }
    return heartbeat.build();
  }
}
