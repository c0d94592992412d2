package dev.kintsugi.trace;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What users did, in the order of time.
 *
 * @param name where it comes from, for messages
 * @param events sorted by time; messages of one sender in one instant are one event
 * @param report what became of the lines
 */
public record ActivityTrace(String name, List<ActivityEvent> events, Report report) {

  /**
   * What became of the lines of a file.
   *
   * @param lines all lines
   * @param malformed lines that could not be understood
   * @param ignored comments, headers, blank lines, and log lines without a user
   * @param backwards lines whose time lies before that of the line above; they were sorted in
   */
  public record Report(long lines, long malformed, long ignored, long backwards) {}

  public ActivityTrace {
    events = List.copyOf(events);
  }

  /** The number of distinct users that act or are acted upon. */
  public int users() {
    Set<TraceUser> users = new HashSet<>();
    for (ActivityEvent event : events) {
      users.add(event.user());
      users.addAll(event.peers());
    }
    return users.size();
  }
}
