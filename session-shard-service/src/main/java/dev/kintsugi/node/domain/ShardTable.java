package dev.kintsugi.node.domain;

import dev.kintsugi.core.SessionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Packed shards ({@link PackedShard}) by session. A look-up takes constant time and allocates
 * nothing; the shards of one user are found without looking at others. Not thread-safe.
 */
final class ShardTable {
  /*
   * Open addressing with linear probing and deletion by shifting back [1]: 4 bytes of reference for
   * each place, of which a half to three quarters are taken, and nothing else.
   *
   * A shard's home follows from its placement key alone, so that a user's sessions stand beside each
   * other. That would be slow for a user with many sessions, and for its neighbours: such a crowd
   * gets a table of its own, in which the home follows from the secret part of the id.
   *
   * [1] Knuth, The Art of Computer Programming, volume 3, 6.4, algorithms L and R.
   */

  /** So many sessions of one user stand among those of others. */
  static final int CROWD = 24;

  private static final int SMALLEST = 8;
  private static final int REFERENCE_BYTES = 4;

  private final boolean crowd;
  private final Map<Long, ShardTable> crowds = new HashMap<>();
  private byte[] @Nullable [] places = new byte[SMALLEST][];
  private int here;
  private int size;
  private int cursor;

  ShardTable() {
    this(false);
  }

  private ShardTable(boolean crowd) {
    this.crowd = crowd;
  }

  /** The number of shards. */
  int size() {
    return size;
  }

  /** The references to shards in bytes of heap, those of empty places included. */
  long referenceBytes() {
    return REFERENCE_BYTES * places();
  }

  /** How many places there are, taken and free. Linear in the users with many sessions. */
  long places() {
    long all = places.length;
    if (!crowds.isEmpty()) {
      for (ShardTable own : crowds.values()) {
        all += own.places();
      }
    }
    return all;
  }

  byte @Nullable [] get(SessionId session) {
    ShardTable other = elsewhere(session.placement().hash());
    if (other != null) {
      return other.get(session);
    }
    int at = find(session.placement().hash(), session.secretHigh(), session.secretLow());
    return places[at];
  }

  private @Nullable ShardTable elsewhere(long placement) {
    return crowds.isEmpty() ? null : crowds.get(placement);
  }

  private int home(byte[] packed) {
    return home(PackedShard.placement(packed), PackedShard.secretHigh(packed));
  }

  private int home(long placement, long secretHigh) {
    long spread = Digest.with(0, crowd ? secretHigh : placement) >>> Integer.SIZE;
    return (int) ((spread * places.length) >>> Integer.SIZE);
  }

  private int next(int at) {
    return at + 1 == places.length ? 0 : at + 1;
  }

  /** Where the shard stands, or would. */
  private int find(long placement, long secretHigh, long secretLow) {
    int at = home(placement, secretHigh);
    byte[] there = places[at];
    while (there != null
        && (PackedShard.secretHigh(there) != secretHigh
            || PackedShard.secretLow(there) != secretLow
            || PackedShard.placement(there) != placement)) {
      at = next(at);
      there = places[at];
    }
    return at;
  }

  /** Puts a shard in; returns the one of the same session that was there before. */
  byte @Nullable [] put(byte[] packed) {
    long placement = PackedShard.placement(packed);
    ShardTable other = elsewhere(placement);
    if (other == null && !crowd && isCrowd(placement)) {
      other = gather(placement);
    }
    byte[] before = other == null ? putHere(packed) : other.put(packed);
    size += before == null ? 1 : 0;
    return before;
  }

  private byte @Nullable [] putHere(byte[] packed) {
    int at =
        find(
            PackedShard.placement(packed),
            PackedShard.secretHigh(packed),
            PackedShard.secretLow(packed));
    byte[] before = places[at];
    places[at] = packed;
    if (before == null) {
      here++;
      if (here > places.length / 4 * 3) {
        rebuild(places.length + places.length / 2);
      }
    }
    return before;
  }

  private boolean isCrowd(long placement) {
    int count = 0;
    for (int at = home(placement, 0); ; at = next(at)) {
      byte[] there = places[at];
      if (there == null) {
        return false;
      }
      count += PackedShard.placement(there) == placement ? 1 : 0;
      if (count >= CROWD) {
        return true;
      }
    }
  }

  private ShardTable gather(long placement) {
    ShardTable own = new ShardTable(true);
    for (byte[] packed : ofPlacement(placement)) {
      removeHere(packed);
      own.put(packed);
    }
    crowds.put(placement, own);
    return own;
  }

  /** Takes a shard out; returns it if it was there. */
  byte @Nullable [] remove(SessionId session) {
    long placement = session.placement().hash();
    ShardTable other = elsewhere(placement);
    byte[] there = get(session);
    if (there == null) {
      return null;
    }
    size--;
    if (other == null) {
      removeHere(there);
    } else {
      other.remove(session);
      if (other.size <= CROWD / 2) {
        crowds.remove(placement);
        other.forEach(this::putHere);
      }
    }
    return there;
  }

  private void removeHere(byte[] packed) {
    int gap =
        find(
            PackedShard.placement(packed),
            PackedShard.secretHigh(packed),
            PackedShard.secretLow(packed));
    int at = next(gap);
    for (byte[] there = places[at]; there != null; there = places[at]) {
      if (distance(home(there), at) >= distance(gap, at)) {
        places[gap] = there;
        gap = at;
      }
      at = next(at);
    }
    places[gap] = null;
    here--;
    if (places.length > SMALLEST && here < places.length / 8) {
      rebuild(Math.max(SMALLEST, here * 2));
    }
  }

  private int distance(int from, int to) {
    return to >= from ? to - from : to - from + places.length;
  }

  private void rebuild(int capacity) {
    byte[] @Nullable [] old = places;
    places = new byte[capacity][];
    cursor = (int) ((long) cursor * capacity / old.length);
    for (byte[] packed : old) {
      if (packed != null) {
        int at = home(packed);
        while (places[at] != null) {
          at = next(at);
        }
        places[at] = packed;
      }
    }
  }

  /** The shards of all sessions with a placement key. Linear in their number. */
  List<byte[]> ofPlacement(long placement) {
    List<byte[]> found = new ArrayList<>();
    ShardTable other = elsewhere(placement);
    if (other != null) {
      other.forEach(found::add);
      return found;
    }
    int at = home(placement, 0);
    for (byte[] there = places[at]; there != null; there = places[at]) {
      if (PackedShard.placement(there) == placement) {
        found.add(there);
      }
      at = next(at);
    }
    return found;
  }

  /** All shards, in no particular order. Linear in the table. */
  void forEach(Consumer<byte[]> action) {
    for (byte[] packed : places) {
      if (packed != null) {
        action.accept(packed);
      }
    }
    crowds.values().forEach(own -> own.forEach(action));
  }

  /**
   * Offers some shards for replacement by another form of the same, going round and round: each
   * comes up once in a round, but one that was moved may be left out. Linear in the places visited.
   *
   * @param share the part of the table to go through, 0 to 1; at least one place
   * @param most how many places to go through at most
   */
  void visit(double share, int most, UnaryOperator<byte[]> replacement) {
    int visits = (int) Math.min(most, Math.max(1, places.length * share));
    for (int left = Math.min(visits, places.length); left > 0; left--) {
      cursor = cursor >= places.length - 1 ? 0 : cursor + 1;
      byte[] packed = places[cursor];
      if (packed != null) {
        places[cursor] = replacement.apply(packed);
      }
    }
    crowds.values().forEach(own -> own.visit(share, most, replacement));
  }
}
