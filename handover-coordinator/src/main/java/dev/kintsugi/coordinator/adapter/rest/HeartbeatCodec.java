package dev.kintsugi.coordinator.adapter.rest;

import dev.kintsugi.coordinator.domain.Heartbeat;
import dev.kintsugi.coordinator.domain.LogContact;
import dev.kintsugi.coordinator.domain.Memory;
import dev.kintsugi.coordinator.domain.SlotReport;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.proto.NodeHeartbeat;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Heartbeats from the wire to the domain. Stateless. */
final class HeartbeatCodec {

  /**
   * A heartbeat, and how many of its slot reports made no sense and were left out.
   *
   * @param ignored 0 or greater
   */
  record Decoded(Heartbeat heartbeat, int ignored) {}

  /** No honest node reports a larger number: it would take centuries to get there. */
  private static final long LARGEST = 1L << 53;

  private static final int LONGEST_URL = 256;
  private static final Pattern ZONE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  private final Areas areas;

  HeartbeatCodec(Areas areas) {
    this.areas = areas;
  }

  /**
   * Reads a heartbeat.
   *
   * @throws IllegalArgumentException if it does not say who sends it and from where
   */
  Decoded decode(NodeHeartbeat wire) {
    if (wire.getSequence() < 1) {
      throw new IllegalArgumentException("the sequence must be 1 or greater");
    }
    Map<SlotId, SlotReport> reports = new HashMap<>();
    int ignored = 0;
    for (dev.kintsugi.proto.SlotReport slot : wire.getSlotsList()) {
      boolean taken =
          slotOf(slot)
              .flatMap(id -> report(slot).map(report -> reports.putIfAbsent(id, report) == null))
              .orElse(false);
      ignored += taken ? 0 : 1;
    }
    return new Decoded(
        new Heartbeat(
            new NodeId(wire.getNode()),
            new Incarnation(wire.getIncarnation()),
            url(wire.getUrl()),
            wire.getSequence(),
            reports,
            zone(wire.getZone()),
            wire.getLeaving(),
            memory(wire),
            WordCodec.decode(wire.getPeersList()),
            new LogContact(
                silence(wire.hasLogSilenceMillis(), wire.getLogSilenceMillis()),
                silence(wire.hasReadSilenceMillis(), wire.getReadSilenceMillis())),
            wire.getProcess(),
            mapVersion(wire.getMapVersion())),
        ignored);
  }

  private Optional<SlotId> slotOf(dev.kintsugi.proto.SlotReport slot) {
    Optional<AreaPolicy> policy;
    try {
      policy = areas.find(new Area(slot.getArea()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    return policy
        .filter(known -> slot.getSlot() >= 0 && slot.getSlot() < known.slots())
        .map(known -> new SlotId(known.area(), slot.getSlot()));
  }

  private static Optional<SlotReport> report(dev.kintsugi.proto.SlotReport slot) {
    boolean sound =
        isCount(slot.getNextOffset())
            && isCount(slot.getEpoch().getGrant())
            && isCount(slot.getEpoch().getAttempt())
            && isCount(slot.getBytes())
            && isCount(slot.getMilliRequestsPerSecond());
    if (!sound) {
      return Optional.empty();
    }
    return role(slot.getRole())
        .map(role ->
            new SlotReport(
                role,
                slot.getNextOffset(),
                new Epoch(slot.getEpoch().getGrant(), slot.getEpoch().getAttempt()),
                Integer.toUnsignedLong(slot.getShards()),
                slot.getBytes(),
                slot.getCaughtUp(),
                slot.getMilliRequestsPerSecond()));
  }

  private static Memory memory(NodeHeartbeat wire) {
    boolean sound = isCount(wire.getMemoryBytes()) && isCount(wire.getMemoryLimitBytes());
    return sound ? new Memory(wire.getMemoryBytes(), wire.getMemoryLimitBytes()) : Memory.UNKNOWN;
  }

  private static Optional<Duration> silence(boolean said, long millis) {
    return said && isCount(millis) ? Optional.of(Duration.ofMillis(millis)) : Optional.empty();
  }

  /** None where nothing is said, or nothing that makes sense. */
  static MapVersion mapVersion(dev.kintsugi.proto.MapVersion wire) {
    dev.kintsugi.proto.Epoch epoch = wire.getEpoch();
    boolean sound =
        isCount(epoch.getGrant()) && isCount(epoch.getAttempt()) && isCount(wire.getOffset());
    return sound && wire.hasEpoch()
        ? new MapVersion(new Epoch(epoch.getGrant(), epoch.getAttempt()), wire.getOffset())
        : MapVersion.NONE;
  }

  private static boolean isCount(long value) {
    return value >= 0 && value <= LARGEST;
  }

  private static Optional<SlotReport.Role> role(dev.kintsugi.proto.SlotReport.Role role) {
    return switch (role) {
      case STANDBY -> Optional.of(SlotReport.Role.STANDBY);
      case TAKING -> Optional.of(SlotReport.Role.TAKING);
      case SERVING -> Optional.of(SlotReport.Role.SERVING);
      case RELEASING -> Optional.of(SlotReport.Role.RELEASING);
      case ROLE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
    };
  }

  private static URI url(String text) {
    if (text.length() > LONGEST_URL) {
      throw new IllegalArgumentException("the url is longer than " + LONGEST_URL + " characters");
    }
    URI url = URI.create(text);
    boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    boolean plain = url.getRawUserInfo() == null && url.getRawQuery() == null;
    if (!http || url.getHost() == null || !plain || url.getRawFragment() != null) {
      throw new IllegalArgumentException("the url must be the base of the node's REST interface");
    }
    return url;
  }

  private static Optional<String> zone(String zone) {
    if (zone.isEmpty()) {
      return Optional.empty();
    }
    if (!ZONE.matcher(zone).matches()) {
      throw new IllegalArgumentException(
          "the zone must be 1 to 63 letters, digits, dots, underscores or hyphens");
    }
    return Optional.of(zone);
  }
}
