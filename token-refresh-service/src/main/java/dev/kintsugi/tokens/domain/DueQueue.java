package dev.kintsugi.tokens.domain;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Tasks that this instance has claimed, until their time comes. A task is in it once, at the time
 * named last. Not thread-safe; every call costs O(log n).
 */
public final class DueQueue {

  private record Entry(Instant at, String text, DueTask task) {}

  private final int capacity;
  private final Map<DueTask, Entry> byTask = new HashMap<>();
  private final TreeSet<Entry> byTime =
      new TreeSet<>(Comparator.comparing(Entry::at).thenComparing(Entry::text));

  public DueQueue(int capacity) {
    this.capacity = capacity;
  }

  /** How many more fit. */
  public int room() {
    return capacity - byTask.size();
  }

  /**
   * Puts a task in, or moves it to another time.
   *
   * @throws IllegalStateException if it is full; ask {@link #room} before claiming
   */
  public void add(DueTask task, Instant at) {
    Entry old = byTask.remove(task);
    if (old != null) {
      byTime.remove(old);
    } else if (room() <= 0) {
      throw new IllegalStateException("more tasks claimed than fit: " + capacity);
    }
    Entry entry = new Entry(at, task.toString(), task);
    byTask.put(task, entry);
    byTime.add(entry);
  }

  /** Takes out what is due, the longest overdue first, at most {@code most}. */
  public List<DueTask> take(Instant now, int most) {
    List<DueTask> due = new ArrayList<>();
    while (due.size() < most && !byTime.isEmpty() && !byTime.first().at().isAfter(now)) {
      Entry entry = byTime.removeFirst();
      byTask.remove(entry.task());
      due.add(entry.task());
    }
    return due;
  }

  /** When the next one is due. */
  public Optional<Instant> next() {
    return byTime.isEmpty() ? Optional.empty() : Optional.of(byTime.first().at());
  }
}
