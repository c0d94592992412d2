package dev.kintsugi.local.verify.load;

import java.util.List;

/** The areas that are written, and how shards and slots are numbered by them. */
public final class Areas {

  /** Their names, as the suite declares them. */
  public static final List<String> NAMES = List.of("mailbox-list", "message-content", "settings");

  /** How many there are. */
  public static final int COUNT = NAMES.size();

  private static final int MOST_SLOTS = 100_000;

  private Areas() {}

  /** The shard of a session in an area. */
  public static int shard(int session, int area) {
    return session * COUNT + area;
  }

  /** A slot's number among those of all areas; -1 if it is none of these areas. */
  public static int slot(String name) {
    int slash = name.indexOf('/');
    int area = slash < 0 ? -1 : NAMES.indexOf(name.substring(0, slash));
    if (area < 0) {
      return -1;
    }
    try {
      return area * MOST_SLOTS + Integer.parseInt(name.substring(slash + 1));
    } catch (NumberFormatException notOurs) {
      return -1;
    }
  }

  /** The name of a slot that {@link #slot} has numbered. */
  public static String slotName(int slot) {
    return slot < 0 ? "?" : NAMES.get(slot / MOST_SLOTS) + '/' + slot % MOST_SLOTS;
  }
}
