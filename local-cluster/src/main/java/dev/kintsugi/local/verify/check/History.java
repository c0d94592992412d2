package dev.kintsugi.local.verify.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The requests of a run, in the order in which they were sent. Not thread-safe.
 *
 * <p>A request takes about 190 bytes, so that ten minutes at 1,000 requests a second take 115 MB.
 * At most {@value #MOST} are kept.
 */
public final class History {
  /*
   * Columns of primitives in chunks: half a million small objects would cost five times as much and
   * the garbage collector would walk over them while latencies are being measured.
   */

  /** The most requests of a run. */
  public static final int MOST = 4_000_000;

  private static final int CHUNK = 1 << 13;
  private static final int LONGS = 14;
  private static final int INTS = 5 + 1 + Content.PLACES;
  private static final List<Kind> KINDS = List.of(Kind.values());
  private static final List<Fate> FATES = List.of(Fate.values());

  private final List<long[]> longs = new ArrayList<>();
  private final List<int[]> ints = new ArrayList<>();
  private int size;

  /** Notes a request that is sent. Until its answer is noted it counts as not answered. */
  public int sent(Request request) {
    if (size == MOST) {
      throw new IllegalStateException("a run has at most " + MOST + " requests");
    }
    if (size % CHUNK == 0) {
      longs.add(new long[CHUNK * LONGS]);
      ints.add(new int[CHUNK * INTS]);
    }
    int id = size++;
    int[] numbers = ints.getLast();
    int at = id % CHUNK * INTS;
    numbers[at] = KINDS.indexOf(request.kind()) | request.via() << 8;
    numbers[at + 1] = request.shard();
    numbers[at + 2] = request.value();
    long[] wide = longs.getLast();
    int from = id % CHUNK * LONGS;
    wide[from] = request.ifMatch();
    wide[from + 1] = request.intendedNanos();
    wide[from + 2] = request.sentNanos();
    answered(id, Answer.none(Long.MAX_VALUE));
    return id;
  }

  /** Notes what came of a request. */
  public void answered(int id, Answer answer) {
    int[] numbers = ints.get(id / CHUNK);
    int at = id % CHUNK * INTS + 3;
    int flags = (answer.stale() ? 1 : 0) | (answer.foreign() ? 2 : 0);
    numbers[at] = answer.status() | FATES.indexOf(answer.fate()) << 10 | flags << 12;
    numbers[at + 1] = answer.slot();
    numbers[at + 2] = answer.content().last();
    System.arraycopy(answer.content().places(), 0, numbers, at + 3, Content.PLACES);
    long[] wide = longs.get(id / CHUNK);
    int from = id % CHUNK * LONGS + 3;
    wide[from] = answer.nanos();
    stamp(wide, from + 1, answer.epoch());
    wide[from + 4] = answer.offset();
    stamp(wide, from + 5, answer.map());
    wide[from + 8] = answer.version();
  }

  private static void stamp(long[] wide, int at, Stamp stamp) {
    wide[at] = stamp.grant();
    wide[at + 1] = stamp.attempt();
    wide[at + 2] = stamp.offset();
  }

  /** How many requests there are. */
  public int size() {
    return size;
  }

  /** One of them, as it stands now. */
  public Exchange get(int id) {
    if (id < 0 || id >= size) {
      throw new IndexOutOfBoundsException("there is no request " + id);
    }
    return new Exchange(id, request(id), answer(id));
  }

  private Request request(int id) {
    int[] numbers = ints.get(id / CHUNK);
    int at = id % CHUNK * INTS;
    long[] wide = longs.get(id / CHUNK);
    int from = id % CHUNK * LONGS;
    return new Request(
        KINDS.get(numbers[at] & 0xff),
        numbers[at] >> 8,
        numbers[at + 1],
        numbers[at + 2],
        wide[from],
        wide[from + 1],
        wide[from + 2]);
  }

  private Answer answer(int id) {
    int[] numbers = ints.get(id / CHUNK);
    int at = id % CHUNK * INTS + 3;
    long[] wide = longs.get(id / CHUNK);
    int from = id % CHUNK * LONGS + 3;
    return new Answer(
        wide[from],
        numbers[at] & 0x3ff,
        FATES.get(numbers[at] >> 10 & 3),
        numbers[at + 1],
        new Stamp(wide[from + 1], wide[from + 2], wide[from + 3]),
        wide[from + 4],
        new Stamp(wide[from + 5], wide[from + 6], wide[from + 7]),
        wide[from + 8],
        (numbers[at] >> 12 & 1) != 0,
        (numbers[at] >> 13 & 1) != 0,
        new Content(numbers[at + 2], Arrays.copyOfRange(numbers, at + 3, at + 3 + Content.PLACES)));
  }
}
