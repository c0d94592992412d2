package dev.kintsugi.node.domain;

import dev.kintsugi.core.SessionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Those who wait for the next change of a session, in one slot; a bounded number. All but {@link
 * #takeIf} costs O(those concerned). Not thread-safe.
 */
final class Watchers {

  private final int most;
  private final Map<SessionId, List<Waiting>> bySession = new HashMap<>();
  private int size;

  Watchers(int most) {
    this.most = most;
  }

  /** Whether none may be added. */
  boolean isFull() {
    return size >= most;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void add(SessionId session, Waiting waiting) {
    if (isFull()) {
      throw new IllegalStateException("there are " + size + " already");
    }
    bySession.computeIfAbsent(session, _ -> new ArrayList<>()).add(waiting);
    size++;
  }

  /** Takes those out who wait for this session. */
  List<Waiting> take(SessionId session) {
    List<Waiting> taken = bySession.remove(session);
    if (taken == null) {
      return List.of();
    }
    size -= taken.size();
    return taken;
  }

  /** Takes those out of whom something is so; looks at all. */
  List<Waiting> takeIf(Predicate<Waiting> so) {
    List<Waiting> taken = new ArrayList<>();
    Iterator<List<Waiting>> lists = bySession.values().iterator();
    while (lists.hasNext()) {
      List<Waiting> list = lists.next();
      list.removeIf(waiting -> so.test(waiting) && taken.add(waiting));
      if (list.isEmpty()) {
        lists.remove();
      }
    }
    size -= taken.size();
    return taken;
  }

  List<Waiting> takeAll() {
    return takeIf(_ -> true);
  }
}
