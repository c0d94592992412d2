package dev.kintsugi.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What was written once must be readable for ever: the bytes of one message of each kind. A change
 * that breaks one of these breaks every log in the field; fields are only ever added.
 */
class GoldenBytesTest {

  static List<Arguments> messages() {
    Epoch epoch = Epoch.newBuilder().setGrant(3).setAttempt(2).build();
    return List.of(
        golden(epoch, "08031002"),
        golden(
            Shard.newBuilder()
                .setApplication("app")
                .setUserId("u")
                .addAttributes(
                    Attribute.newBuilder().setName("a").setJson(ByteString.copyFromUtf8("1")))
                .addRequests(
                    AppliedRequest.newBuilder()
                        .setKeyHigh(1)
                        .setKeyLow(2)
                        .setFingerprint(3)
                        .setVersion(4)
                        .setAtMillis(5))
                .setFacts(
                    SessionFacts.newBuilder()
                        .setState(SessionFacts.State.LIVE)
                        .setCreatedAtMillis(6)
                        .setIdleTimeoutMillis(7)
                        .setAbsoluteTimeoutMillis(8)
                        .setGrantId("g")
                        .setLastActiveMillis(10))
                .setEndedAtMillis(9)
                .build(),
            "0a03617070"
                + "120175"
                + "1a060a0161120131"
                + "221f090100000000000000110200000000000000190300000000000000200428"
                + "05"
                + "2a0d0801100618072008"
                + "2a0167"
                + "300a"
                + "3009"),
        golden(
            Ownership.newBuilder()
                .setEpoch(epoch)
                .setNode("n")
                .setIncarnation(1)
                .setLeaseMillis(200)
                .setLeasePartition(5)
                .build(),
            "0a040803100212016e19010000000000000020c8012805"),
        golden(
            Settled.newBuilder().setEpoch(epoch).setIncarnation(1).build(),
            "0a0408031002110100000000000000"),
        golden(
            Release.newBuilder().setEpoch(epoch).setIncarnation(1).build(),
            "0a0408031002110100000000000000"),
        golden(
            LeaseRecord.newBuilder()
                .setHeartbeat(
                    LeaseHeartbeat.newBuilder().setNode("n").setIncarnation(1).setSequence(2))
                .build(),
            "0a0e0a016e1101000000000000001802"),
        golden(
            LeaseRecord.newBuilder()
                .setFence(
                    LeaseFence.newBuilder()
                        .setNode("n")
                        .setIncarnation(1)
                        .setByNode("m")
                        .setByIncarnation(2))
                .build(),
            "12180a016e1101000000000000001a016d210200000000000000"),
        golden(
            ShardMapRecord.newBuilder()
                .setEpoch(epoch)
                .setCoordinator("c")
                .setIncarnation(1)
                .setTable(
                    ShardMapTable.newBuilder()
                        .addNodes(
                            MapNode.newBuilder()
                                .setId("n")
                                .setUrl("http://n")
                                .setIncarnation(1)
                                .setState(MapNode.State.UP)
                                .setZone("z"))
                        .addAreas(
                            AreaTable.newBuilder()
                                .setArea("a")
                                .addSlots(
                                    SlotEntry.newBuilder()
                                        .setOwner("n")
                                        .addStandbys("m")
                                        .setGrant(1)
                                        .setReleasing("o"))))
                .build(),
            "0a0408031002"
                + "120163"
                + "190100000000000000"
                + "322f"
                + "0a1b0a016e1208687474703a2f2f6e1901000000000000002001"
                + "2a017a"
                + "12100a0161120b0a016e12016d180122016f"),
        golden(
            NodeHeartbeat.newBuilder()
                .setNode("n")
                .setIncarnation(1)
                .setUrl("u")
                .setSequence(2)
                .addSlots(
                    SlotReport.newBuilder()
                        .setArea("a")
                        .setSlot(1)
                        .setRole(SlotReport.Role.SERVING)
                        .setNextOffset(2)
                        .setEpoch(epoch)
                        .setShards(3)
                        .setBytes(4)
                        .setCaughtUp(true)
                        .setMilliRequestsPerSecond(5))
                .setZone("z")
                .setLeaving(true)
                .setMemoryBytes(6)
                .setMemoryLimitBytes(7)
                .build(),
            "0a016e1101000000000000001a01752002"
                + "2a170a01611001180320022a040803100230033804"
                + "40014805"
                + "32017a3801a00106a80107"),
        golden(
            Words.newBuilder()
                .setFrom("g")
                .addWords(
                    PeerWord.newBuilder()
                        .setNode("n")
                        .setIncarnation(1)
                        .setKind(PeerWord.Kind.REFUSED)
                        .setSilentMillis(5))
                .build(),
            "0a016712100a016e11010000000000000018042005"),
        golden(
            ActivityEvent.newBuilder()
                .setApplication("app")
                .setUserId("u")
                .setKind("k")
                .setAtMillis(1)
                .build(),
            "0a036170701201751a016b2001"),
        golden(
            Grant.newBuilder()
                .setId("i")
                .setApplication("a")
                .setUserId("u")
                .setProvider("p")
                .setRefreshToken("r")
                .setAccessToken("t")
                .setAccessExpiresAtMillis(1)
                .setAccessIssuedAtMillis(2)
                .setScope("s")
                .setGeneration(3)
                .setFence(4)
                .setLastUsedAtMillis(5)
                .setIdleTimeoutMillis(6)
                .setDeadReason("d")
                .build(),
            "0a016912016"
                + "11a0175220170"
                + "2a0172320174"
                + "380140024a0173"
                + "50035804"
                + "60056806"
                + "720164"),
        golden(
            GrantRevocation.newBuilder()
                .setApplication("a")
                .setGrantId("g")
                .setUserId("u")
                .setAtMillis(5)
                .setReason("r")
                .build(),
            "0a0161" + "120167" + "1a0175" + "2005" + "2a0172"));
  }

  private static Arguments golden(Message message, String hex) {
    return Arguments.of(message.getDescriptorForType().getName(), message, hex);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("messages")
  void a_message_keeps_its_bytes(String name, Message message, String hex)
      throws InvalidProtocolBufferException {
    assertThat(HexFormat.of().formatHex(message.toByteArray())).isEqualTo(hex);
    Message read = message.getParserForType().parseFrom(HexFormat.of().parseHex(hex));
    assertThat(read).isEqualTo(message);
  }

  @Test
  void a_field_of_a_later_version_is_kept_and_not_refused() throws InvalidProtocolBufferException {
    Epoch later = Epoch.parseFrom(HexFormat.of().parseHex("08031002" + "a80105"));
    assertThat(later.getGrant()).isEqualTo(3);
    assertThat(later.toByteArray()).hasSize(7);
  }
}
