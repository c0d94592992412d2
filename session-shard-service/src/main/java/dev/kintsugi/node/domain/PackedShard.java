package dev.kintsugi.node.domain;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A session's id and its shard in one array of bytes, as they rest in memory. Arrays are written
 * once and never changed. All is linear in the shard, if nothing else is said.
 */
final class PackedShard {
  /*
   * id (24 bytes) · flags (1) · version · application's number · user? · end? · facts? · number of
   * attributes, each name and value · number of requests, each key (24), version, time?
   *
   * Times are milliseconds since 1970, as on the log. The requests stand last, so that a shard
   * without them is its own beginning.
   */

  private static final int FLAGS = 24;
  private static final int BODY = 25;

  private static final int HAS_USER = 1;
  private static final int HAS_ENDED = 2;
  private static final int HAS_FACTS = 4;
  private static final int HAS_REQUESTS = 8;
  private static final int IS_LIVE = 16;
  private static final int IS_ENDING = 32;

  private static final int WITHOUT_CONTENT = 192;

  /** Bytes in which most shards can be put together. */
  static final int SCRATCH = 2_048;

  private PackedShard() {}

  /**
   * Packs a shard.
   *
   * @param scratch where a shard of usual size is put together
   */
  static byte[] pack(
      SessionId session, Shard shard, Applications applications, PackedBytes scratch) {
    int bytes = WITHOUT_CONTENT + shard.content().memoryBytes();
    PackedBytes to = bytes > SCRATCH ? PackedBytes.empty(bytes) : scratch;
    to.clear();
    to.putFixed(session.placement().hash());
    to.putFixed(session.secretHigh());
    to.putFixed(session.secretLow());
    to.putByte(flags(shard));
    to.putNumber(shard.version().value());
    to.putNumber(applications.numberOf(shard.application()));
    shard.user().ifPresent(user -> to.putText(user.value()));
    shard.endedAt().ifPresent(at -> to.putSigned(at.toEpochMilli()));
    shard.facts().ifPresent(facts -> pack(facts, to));
    shard.content().packTo(to);
    if (!shard.requests().isEmpty()) {
      pack(shard.requests(), to);
    }
    return to.toArray();
  }

  private static int flags(Shard shard) {
    int flags = shard.user().isPresent() ? HAS_USER : 0;
    flags |= shard.endedAt().isPresent() ? HAS_ENDED : 0;
    flags |= shard.requests().isEmpty() ? 0 : HAS_REQUESTS;
    if (shard.facts().isPresent()) {
      flags |= HAS_FACTS;
      flags |=
          switch (shard.facts().get().state()) {
            case LIVE -> IS_LIVE;
            case ENDING -> IS_ENDING;
            case ENDED -> 0;
          };
    }
    return flags;
  }

  private static void pack(SessionFacts facts, PackedBytes to) {
    to.putSigned(facts.createdAt().toEpochMilli());
    to.putNumber(facts.idleTimeout().map(Duration::toMillis).orElse(0L));
    to.putNumber(facts.absoluteTimeout().map(Duration::toMillis).orElse(0L));
    to.putText(facts.grantId().orElse(""));
    to.putSigned(facts.lastActiveAt().map(Instant::toEpochMilli).orElse(0L));
  }

  private static void pack(List<AppliedRequest> requests, PackedBytes to) {
    to.putNumber(requests.size());
    for (AppliedRequest request : requests) {
      to.putFixed(request.key().high());
      to.putFixed(request.key().low());
      to.putFixed(request.key().fingerprint());
      to.putNumber(request.version().value());
      to.putSigned(request.at().toEpochMilli());
    }
  }

  static Shard unpack(byte[] packed, Applications applications) {
    PackedBytes from = PackedBytes.of(packed, BODY);
    ShardVersion version = new ShardVersion(from.takeNumber());
    ApplicationId application = applications.named((int) from.takeNumber());
    Optional<UserId> user =
        has(packed, HAS_USER) ? Optional.of(new UserId(from.takeText())) : Optional.empty();
    Optional<Instant> endedAt =
        has(packed, HAS_ENDED)
            ? Optional.of(Instant.ofEpochMilli(from.takeSigned()))
            : Optional.empty();
    Optional<SessionFacts> facts =
        has(packed, HAS_FACTS) ? Optional.of(facts(packed, from)) : Optional.empty();
    int contentAt = from.position();
    from.takeTextLengths();
    return new Shard(
        application,
        user,
        version,
        Content.in(packed, contentAt, from.position()),
        has(packed, HAS_REQUESTS) ? requests(from) : List.of(),
        facts,
        endedAt);
  }

  private static SessionFacts facts(byte[] packed, PackedBytes from) {
    SessionFacts.State state =
        isLive(packed)
            ? SessionFacts.State.LIVE
            : isEnding(packed) ? SessionFacts.State.ENDING : SessionFacts.State.ENDED;
    Instant createdAt = Instant.ofEpochMilli(from.takeSigned());
    Optional<Duration> idle = duration(from.takeNumber());
    Optional<Duration> absolute = duration(from.takeNumber());
    String grant = from.takeText();
    long lastActiveMillis = from.takeSigned();
    return new SessionFacts(
        state,
        createdAt,
        idle,
        absolute,
        grant.isEmpty() ? Optional.empty() : Optional.of(grant),
        lastActiveMillis == 0
            ? Optional.empty()
            : Optional.of(Instant.ofEpochMilli(lastActiveMillis)));
  }

  private static Optional<Duration> duration(long millis) {
    return millis == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
  }

  private static List<AppliedRequest> requests(PackedBytes from) {
    int count = from.takeLength();
    List<AppliedRequest> requests = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      requests.add(
          new AppliedRequest(
              new RequestKey(from.takeFixed(), from.takeFixed(), from.takeFixed()),
              new ShardVersion(from.takeNumber()),
              Instant.ofEpochMilli(from.takeSigned())));
    }
    return requests;
  }

  /** The first 8 bytes of the id. Constant time. */
  static long placement(byte[] packed) {
    return Longs.get(packed, 0);
  }

  /** The next 8 bytes of the id. Constant time. */
  static long secretHigh(byte[] packed) {
    return Longs.get(packed, 8);
  }

  /** The last 8 bytes of the id. Constant time. */
  static long secretLow(byte[] packed) {
    return Longs.get(packed, 16);
  }

  static SessionId session(byte[] packed) {
    return SessionId.of(new PlacementKey(placement(packed)), secretHigh(packed), secretLow(packed));
  }

  /** The version. Constant time. */
  static long version(byte[] packed) {
    return PackedBytes.of(packed, BODY).takeNumber();
  }

  private static boolean has(byte[] packed, int flag) {
    return (packed[FLAGS] & flag) != 0;
  }

  /** Whether it is an end mark or has facts: others are never due. Constant time. */
  static boolean hasTimes(byte[] packed) {
    return has(packed, HAS_ENDED | HAS_FACTS);
  }

  /** Whether it is the authority on a session that lives. Constant time. */
  static boolean isLive(byte[] packed) {
    return has(packed, IS_LIVE);
  }

  /** Whether it is the authority on a session that is half-ended. Constant time. */
  static boolean isEnding(byte[] packed) {
    return has(packed, IS_ENDING);
  }

  /** Whether it is an end mark whose only date is that of the request that made it. */
  static boolean isDatedByRequests(byte[] packed) {
    return has(packed, HAS_FACTS)
        && !isLive(packed)
        && !isEnding(packed)
        && !has(packed, HAS_ENDED);
  }

  /** Whether its session belongs to an application and a user; nothing of it is unpacked. */
  static boolean isOf(byte[] packed, int application, byte[] user) {
    PackedBytes from = PackedBytes.of(packed, BODY);
    from.takeNumber();
    if (from.takeNumber() != application || !has(packed, HAS_USER)) {
      return false;
    }
    int length = from.takeLength();
    int at = from.position();
    return Arrays.equals(packed, at, at + length, user, 0, user.length);
  }

  /** Whether requests are remembered. Constant time. */
  static boolean hasRequests(byte[] packed) {
    return has(packed, HAS_REQUESTS);
  }

  /** The encoded names and values in bytes. */
  static int contentBytes(byte[] packed) {
    PackedBytes from = PackedBytes.of(packed, 0);
    toAttributes(packed, from);
    return from.takeTextLengths();
  }

  private static void toAttributes(byte[] packed, PackedBytes from) {
    from.skip(BODY);
    from.takeNumber();
    from.takeNumber();
    if (has(packed, HAS_USER)) {
      from.skip(from.takeLength());
    }
    if (has(packed, HAS_ENDED)) {
      from.takeNumber();
    }
    if (has(packed, HAS_FACTS)) {
      from.takeNumber();
      from.takeNumber();
      from.takeNumber();
      from.skip(from.takeLength());
      from.takeNumber();
    }
  }

  private static void toRequests(byte[] packed, PackedBytes from) {
    toAttributes(packed, from);
    from.takeTextLengths();
  }

  /**
   * The shard without the requests that are older than a time; the same array if there are none.
   */
  static byte[] withoutRequestsBefore(byte[] packed, Instant time) {
    PackedBytes from = PackedBytes.of(packed, 0);
    toRequests(packed, from);
    int end = from.position();
    if (!anyBefore(PackedBytes.of(packed, end), time.toEpochMilli())) {
      return packed;
    }
    List<AppliedRequest> all = requests(from);
    List<AppliedRequest> kept =
        all.stream().filter(request -> !request.at().isBefore(time)).toList();
    if (kept.isEmpty()) {
      byte[] without = Arrays.copyOf(packed, end);
      without[FLAGS] &= (byte) ~HAS_REQUESTS;
      return without;
    }
    PackedBytes tail = PackedBytes.empty(kept.size() * 40);
    pack(kept, tail);
    byte[] rest = tail.toArray();
    byte[] shorter = Arrays.copyOf(packed, end + rest.length);
    System.arraycopy(rest, 0, shorter, end, rest.length);
    return shorter;
  }

  private static boolean anyBefore(PackedBytes from, long millis) {
    boolean any = false;
    for (int left = from.takeLength(); left > 0 && !any; left--) {
      from.takeFixed();
      from.takeFixed();
      from.takeFixed();
      from.takeNumber();
      any = from.takeSigned() < millis;
    }
    return any;
  }

  /** What the shard contributes to the digest of its slot, whatever its application's number. */
  static long digest(byte[] packed, Applications applications) {
    PackedBytes from = PackedBytes.of(packed, BODY);
    long version = from.takeNumber();
    long application = applications.digestOf((int) from.takeNumber());
    int restAt = from.position();
    from = PackedBytes.of(packed, 0);
    toRequests(packed, from);
    long hash = Digest.with(0, packed, 0, FLAGS);
    hash = Digest.with(hash, packed[FLAGS] & ~HAS_REQUESTS);
    hash = Digest.with(hash, version);
    hash = Digest.with(hash, application);
    return Digest.with(hash, packed, restAt, from.position());
  }
}
