package dev.kintsugi.node.domain;

import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The shards of a slot whose newest record counts but cannot be read here. Part of the fold: it
 * follows from the log alone. Not thread-safe. Constant time per record.
 */
final class Quarantine {
  /*
   * Such a record may come from a newer version of this program, so nothing that is made of older
   * content may be written over it: only the session's end may, which is final whatever it ends.
   * Any later record that counts and can be read ends the quarantine.
   */

  private final Map<SessionId, ShardVersion> unreadable = new HashMap<>();

  void enter(SessionId session, ShardVersion version) {
    unreadable.put(session, version);
  }

  void leave(SessionId session) {
    unreadable.remove(session);
  }

  boolean holds(SessionId session) {
    return unreadable.containsKey(session);
  }

  /** The version that cannot be read; {@link ShardVersion#NONE} for a shard that is sound. */
  ShardVersion version(SessionId session) {
    return unreadable.getOrDefault(session, ShardVersion.NONE);
  }

  int size() {
    return unreadable.size();
  }

  /** Unmodifiable. */
  Set<SessionId> sessions() {
    return Collections.unmodifiableSet(unreadable.keySet());
  }
}
