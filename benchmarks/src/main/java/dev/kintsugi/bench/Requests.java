package dev.kintsugi.bench;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

/** Makes the requests of one caller, each as bytes. Not thread-safe. */
final class Requests {

  private static final int BODIES = 256;
  private static final Area AREA = Data.CONTENT.getLast();

  private final String token;
  private final long sessions;
  private final List<String> bodies = new ArrayList<>();
  private final Random random = new Random(1);
  private long keys;

  Requests(String token, long sessions) {
    this.token = token;
    this.sessions = sessions;
    for (int body = 0; body < BODIES; body++) {
      bodies.add(Data.json(Data.content(body)));
    }
  }

  /** Replaces one area of a random session. */
  Supplier<byte[]> writes() {
    return () -> put(path(random.nextLong(sessions), AREA));
  }

  /** The same bytes to the bare endpoint. */
  Supplier<byte[]> appends() {
    return () -> put("/v1/append");
  }

  /** Reads one area of a random session. */
  Supplier<byte[]> reads() {
    return () -> get(path(random.nextLong(sessions), AREA));
  }

  Supplier<byte[]> constants(int bytes) {
    return () -> get("/v1/constant/" + bytes);
  }

  /** Reads one session of each slot, slot after slot. */
  Supplier<byte[]> coldReads() {
    List<String> paths = onePathPerSlot();
    int[] next = {0};
    return () -> get(paths.get(next[0]++ % paths.size()));
  }

  /** How many slots {@link #coldReads} goes round. */
  int coldSlots() {
    return onePathPerSlot().size();
  }

  private List<String> onePathPerSlot() {
    Areas areas = Data.areas();
    List<String> paths = new ArrayList<>();
    Set<Object> seen = new HashSet<>();
    for (long number = 0; number < Math.min(sessions, 4_000); number++) {
      for (Area area : Data.CONTENT) {
        if (seen.add(areas.slotOf(area, Data.session(number)))) {
          paths.add(path(number, area));
        }
      }
    }
    return paths;
  }

  private static String path(long number, Area area) {
    return "/v1/sessions/" + Data.session(number) + "/areas/" + area;
  }

  private byte[] put(String path) {
    String body = bodies.get(random.nextInt(BODIES));
    return ("PUT "
            + path
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
            + token
            + "\r\nContent-Type: application/json\r\nIdempotency-Key: "
            + Data.key(keys++)
            + "\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] get(String path) {
    return ("GET "
            + path
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
            + token
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
