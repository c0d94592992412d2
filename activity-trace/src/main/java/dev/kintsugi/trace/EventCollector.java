package dev.kintsugi.trace;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects events in any order; sorts them and merges messages sent at once. Not thread-safe. */
final class EventCollector {

  private record Sender(TraceUser user, ActionKind kind) {}

  private final Map<String, List<TraceUser>> users = new HashMap<>();
  private final List<ActivityEvent> events = new ArrayList<>();
  private Instant last = Instant.MIN;
  private long backwards;

  void add(LineResult.Happened line) {
    if (line.at().isBefore(last)) {
      backwards++;
    }
    last = line.at();
    List<TraceUser> peers = line.peer().isEmpty() ? List.of() : only(line.peer());
    events.add(new ActivityEvent(only(line.user()).getFirst(), line.kind(), peers, line.at()));
  }

  int events() {
    return events.size();
  }

  int users() {
    return users.size();
  }

  long backwards() {
    return backwards;
  }

  /** All events by time; those of one user, kind and instant that have peers are one. */
  List<ActivityEvent> sorted() {
    if (backwards > 0) {
      events.sort(Comparator.comparing(ActivityEvent::at));
    }
    List<ActivityEvent> merged = new ArrayList<>(events.size());
    int from = 0;
    while (from < events.size()) {
      int to = from + 1;
      while (to < events.size() && events.get(to).at().equals(events.get(from).at())) {
        to++;
      }
      if (to == from + 1) {
        merged.add(events.get(from));
      } else {
        mergeInstant(events.subList(from, to), merged);
      }
      from = to;
    }
    return merged;
  }

  private static void mergeInstant(List<ActivityEvent> instant, List<ActivityEvent> merged) {
    Map<Sender, Set<TraceUser>> mails = new LinkedHashMap<>();
    for (ActivityEvent event : instant) {
      if (event.peers().isEmpty()) {
        merged.add(event);
      } else {
        mails
            .computeIfAbsent(new Sender(event.user(), event.kind()), _ -> new LinkedHashSet<>())
            .addAll(event.peers());
      }
    }
    Instant at = instant.getFirst().at();
    mails.forEach((sender, peers) ->
        merged.add(new ActivityEvent(sender.user(), sender.kind(), List.copyOf(peers), at)));
  }

  /** The one list of the one user of a name, so that a trace holds each only once. */
  private List<TraceUser> only(String name) {
    return users.computeIfAbsent(name, n -> List.of(new TraceUser(n)));
  }
}
