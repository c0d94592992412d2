package dev.kintsugi.bench;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotHash;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.AppliedRequest;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.SlotEntry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** Sessions as they are measured: three areas of 512 bytes in four attributes each. Pure. */
final class Data {

  static final String HASH_KEY = "000102030405060708090a0b0c0d0e0f";
  static final ApplicationId APPLICATION = new ApplicationId("mail");
  static final List<Area> CONTENT =
      List.of(new Area("mailbox-list"), new Area("message-content"), new Area("settings"));
  static final int SLOTS = 16;
  static final Epoch EPOCH = new Epoch(1, 1);
  static final Incarnation WRITER = new Incarnation(99);

  private static final SlotHash HASH = SlotHash.ofHexKey(HASH_KEY);
  private static final List<String> NAMES = List.of("first", "second", "third", "fourth");
  private static final int AREA_BYTES = 512;

  private Data() {}

  static Areas areas() {
    List<AreaPolicy> all = new java.util.ArrayList<>();
    CONTENT.forEach(area -> all.add(new AreaPolicy(area, SLOTS, 2, 262_144)));
    all.add(new AreaPolicy(Area.SESSION, SLOTS, 2, 262_144));
    return Areas.of(all);
  }

  static UserId user(long number) {
    return new UserId("user-" + number);
  }

  /** The same number gives the same id. */
  static SessionId session(long number) {
    byte[] secret = new byte[SessionId.SECRET_BYTES];
    new Random(number).nextBytes(secret);
    return SessionId.of(HASH.of(APPLICATION, user(number)), secret);
  }

  /** 512 bytes of names and values; another seed, other values. */
  static Content content(long seed) {
    Random random = new Random(seed);
    TreeMap<String, String> attributes = new TreeMap<>();
    int left = AREA_BYTES;
    for (String name : NAMES) {
      boolean last = name.equals(NAMES.getLast());
      int length = last ? left - name.length() : AREA_BYTES / NAMES.size() - name.length();
      attributes.put(name, text(random, length));
      left -= name.length() + length;
    }
    return new Content(attributes);
  }

  private static String text(Random random, int length) {
    StringBuilder text = new StringBuilder(length).append('"');
    while (text.length() < length - 1) {
      text.append((char) ('a' + random.nextInt(26)));
    }
    return text.append('"').toString();
  }

  /** A content as the body of a request. */
  static String json(Content content) {
    StringBuilder text = new StringBuilder("{");
    content
        .attributes()
        .forEach((name, value) ->
            text.append(text.length() > 1 ? "," : "")
                .append('"')
                .append(name)
                .append("\":")
                .append(value));
    return text.append('}').toString();
  }

  /** A shard record of a session, as its owner wrote it under one idempotency key. */
  static SlotEntry.Written written(long number, Area area, long version, Instant at) {
    SessionId session = session(number);
    boolean facts = area.equals(Area.SESSION);
    Random random = new Random(number * 31 + version);
    RequestKey key = new RequestKey(random.nextLong(), random.nextLong(), random.nextLong());
    Shard shard =
        new Shard(
            APPLICATION,
            Optional.of(user(number)),
            new ShardVersion(version),
            facts ? Content.EMPTY : content(number * 7 + version + area.hashCode()),
            List.of(new AppliedRequest(key, new ShardVersion(version), at)),
            facts
                ? Optional.of(
                    new SessionFacts(
                        SessionFacts.State.LIVE,
                        at,
                        Optional.of(Duration.ofMinutes(30)),
                        Optional.of(Duration.ofHours(12)),
                        Optional.empty()))
                : Optional.empty(),
            Optional.empty());
    return new SlotEntry.Written(EPOCH, WRITER, session, shard.version(), Optional.of(shard));
  }

  /** A distinct idempotency key for each number. */
  static String key(long number) {
    return java.util.HexFormat.of()
        .formatHex(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
  }
}
