package dev.kintsugi.local.verify.measure;

import dev.kintsugi.local.admin.OwnerChange;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * For how long a slot was served by nobody while it moved as planned: from the moment at which the
 * old owner's log says that it answers nothing new for it any more, until the new owner's log says
 * that it serves. Both are wall-clock times of one machine in whole milliseconds, so that a pause
 * is right to a millisecond. If the old owner's log has no such line, as that of an owner that was
 * killed meanwhile, the pause begins with the map that moves the slot. Pure.
 */
public final class Pauses {

  private static final Pattern SERVING =
      Pattern.compile("^(\\S+Z)\\s.*: serving slot (\\S+/\\d+) after \\d+ ms\\s*$");

  private static final Pattern GIVING_UP =
      Pattern.compile("^(\\S+Z)\\s.*: giving up slot (\\S+/\\d+)\\s*$");

  private final Map<String, NavigableSet<Instant>> serving = new TreeMap<>();
  private final Map<String, NavigableSet<Instant>> givingUp = new TreeMap<>();

  /** Notes what a node's log says. */
  public void read(String node, Stream<String> lines) {
    lines.forEach(line -> {
      note(serving, SERVING.matcher(line), node);
      note(givingUp, GIVING_UP.matcher(line), node);
    });
  }

  private static void note(Map<String, NavigableSet<Instant>> times, Matcher matcher, String node) {
    if (matcher.matches()) {
      instant(matcher.group(1))
          .ifPresent(at ->
              times.computeIfAbsent(node + ' ' + matcher.group(2), _ -> new TreeSet<>()).add(at));
    }
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeException otherLine) {
      return Optional.empty();
    }
  }

  /** The pause of each planned change whose end is known, in milliseconds. */
  public List<Double> of(List<OwnerChange> changes) {
    List<Double> pauses = new ArrayList<>();
    for (OwnerChange change : changes) {
      if (!change.isUnplanned()) {
        // The log's milliseconds are cut off.
        Instant moved = change.published().minusMillis(1);
        Optional<Instant> served = first(serving, change.to(), change.slot(), moved);
        Instant began =
            first(givingUp, change.from(), change.slot(), moved)
                .filter(at -> served.filter(at::isAfter).isEmpty())
                .orElse(change.published());
        served
            .map(at -> Math.max(0, Duration.between(began, at).toNanos() / 1e6))
            .ifPresent(pauses::add);
      }
    }
    return pauses;
  }

  private static Optional<Instant> first(
      Map<String, NavigableSet<Instant>> times, String node, String slot, Instant from) {
    return Optional.ofNullable(times.get(node + ' ' + slot)).map(of -> of.ceiling(from));
  }
}
