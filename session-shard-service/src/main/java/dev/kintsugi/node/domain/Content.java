package dev.kintsugi.node.domain;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a shard: name to JSON text (RFC 8259, compact, never {@code null}), sorted by
 * name. Immutable.
 */
public final class Content {
  /*
   * Most content is only ever carried from one array of bytes to another: from the log to memory,
   * from memory to an answer. So it is kept as bytes, a part of an array that nobody changes, and
   * the texts are made for whoever asks for them. The form is that of PackedBytes: the number of
   * attributes, then each name and value. It is the same for the same attributes.
   */

  public static final Content EMPTY = new Content(new TreeMap<>());

  /** Numbers for each attribute in a list of spans. */
  public static final int SPAN = 4;

  private static final int LONGEST_LENGTH = 5;

  /** Told of attributes in UTF-8; must not change the array. */
  public interface Visitor {
    void attribute(byte[] array, int nameAt, int nameLength, int valueAt, int valueLength);
  }

  private final byte[] array;
  private final int from;
  private final int to;

  /** Made when first asked for; safe to publish by a race, as its own fields are final. */
  private @Nullable SortedMap<String, String> attributes;

  /** The attributes of a map, whatever its order. Linear. */
  public Content(Map<String, String> attributes) {
    TreeMap<String, String> sorted = new TreeMap<>(attributes);
    PackedBytes packed = PackedBytes.empty(16 + 64 * sorted.size());
    packed.putNumber(sorted.size());
    sorted.forEach((name, value) -> {
      packed.putText(name);
      packed.putText(value);
    });
    this.array = packed.toArray();
    this.from = 0;
    this.to = array.length;
  }

  private Content(byte[] array, int from, int to) {
    this.array = array;
    this.from = from;
    this.to = to;
  }

  /** What stands in a part of an array; the array is kept. */
  static Content in(byte[] array, int from, int to) {
    return new Content(array, from, to);
  }

  /**
   * The attributes that stand in an array as valid UTF-8, in any order. Linear where they are
   * sorted.
   *
   * @param spans for each attribute where its name begins, the name's length, where its value
   *     begins, and the value's length
   * @param count of attributes
   * @throws IllegalArgumentException if a name stands twice
   */
  public static Content ofUtf8(byte[] array, int[] spans, int count) {
    if (!isSorted(array, spans, count)) {
      return ofUnsorted(array, spans, count);
    }
    int bytes = LONGEST_LENGTH;
    for (int at = 0; at < count * SPAN; at += SPAN) {
      bytes += spans[at + 1] + spans[at + 3] + 2 * LONGEST_LENGTH;
    }
    PackedBytes packed = PackedBytes.empty(bytes);
    packed.putNumber(count);
    for (int at = 0; at < count * SPAN; at += SPAN) {
      packed.putBytes(array, spans[at], spans[at + 1]);
      packed.putBytes(array, spans[at + 2], spans[at + 3]);
    }
    return new Content(packed.array(), 0, packed.position());
  }

  /** Whether the names ascend as bytes, where that is the order of their texts as well. */
  private static boolean isSorted(byte[] array, int[] spans, int count) {
    for (int at = 0; at < count * SPAN; at += SPAN) {
      int nameAt = spans[at];
      int nameEnd = nameAt + spans[at + 1];
      for (int i = nameAt; i < nameEnd; i++) {
        if (array[i] < 0) {
          return false;
        }
      }
      if (at > 0) {
        int beforeAt = spans[at - SPAN];
        int beforeEnd = beforeAt + spans[at - SPAN + 1];
        if (Arrays.compare(array, beforeAt, beforeEnd, array, nameAt, nameEnd) >= 0) {
          return false;
        }
      }
    }
    return true;
  }

  private static Content ofUnsorted(byte[] array, int[] spans, int count) {
    TreeMap<String, String> byName = new TreeMap<>();
    for (int at = 0; at < count * SPAN; at += SPAN) {
      String name = new String(array, spans[at], spans[at + 1], StandardCharsets.UTF_8);
      String value = new String(array, spans[at + 2], spans[at + 3], StandardCharsets.UTF_8);
      if (byName.put(name, value) != null) {
        throw new IllegalArgumentException("an attribute stands twice");
      }
    }
    return new Content(byName);
  }

  /** Sorted by name; unmodifiable. Linear when called for the first time. */
  public SortedMap<String, String> attributes() {
    SortedMap<String, String> made = attributes;
    if (made == null) {
      TreeMap<String, String> map = new TreeMap<>();
      forEach((bytes, nameAt, nameLength, valueAt, valueLength) ->
          map.put(
              new String(bytes, nameAt, nameLength, StandardCharsets.UTF_8),
              new String(bytes, valueAt, valueLength, StandardCharsets.UTF_8)));
      made = Collections.unmodifiableSortedMap(map);
      attributes = made;
    }
    return made;
  }

  /** Shows all attributes, sorted by name, without making anything. */
  public void forEach(Visitor visitor) {
    PackedBytes packed = PackedBytes.of(array, from);
    for (int left = packed.takeLength(); left > 0; left--) {
      int nameLength = packed.takeLength();
      int nameAt = packed.position();
      packed.skip(nameLength);
      int valueLength = packed.takeLength();
      int valueAt = packed.position();
      packed.skip(valueLength);
      visitor.attribute(array, nameAt, nameLength, valueAt, valueLength);
    }
  }

  /** The number of attributes. Constant time. */
  public int size() {
    return PackedBytes.of(array, from).takeLength();
  }

  public boolean isEmpty() {
    return size() == 0;
  }

  /** The encoded names and values in bytes; linear in the number of attributes. */
  public int bytes() {
    return PackedBytes.of(array, from).takeTextLengths();
  }

  /** About the heap it takes, in bytes. Constant time. */
  public int memoryBytes() {
    return to - from;
  }

  void packTo(PackedBytes other) {
    other.putRaw(array, from, to - from);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Content that
        && Arrays.equals(array, from, to, that.array, that.from, that.to);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int at = from; at < to; at++) {
      hash = 31 * hash + array[at];
    }
    return hash;
  }

  @Override
  public String toString() {
    return "Content" + attributes();
  }
}
