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
 * killed meanwhile, the pause begins with the map that moves the slot. Nodes may read that map some
 * time before the coordinator has read it back, whose clock says when it was published. Pure.
 */
public final class Pauses {

  /** By how much a coordinator that lacks a processor may be later than the nodes. */
  private static final Duration LATEST_COORDINATOR = Duration.ofSeconds(1);

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
        pause(change).ifPresent(pauses::add);
      }
    }
    return pauses;
  }

  private Optional<Double> pause(OwnerChange change) {
    Instant earliest = change.published().minus(LATEST_COORDINATOR);
    Optional<Instant> served = first(serving, change.to(), change.slot(), earliest);
    Optional<Instant> gaveUp =
        served.flatMap(until ->
            Optional.ofNullable(givingUp.get(change.from() + ' ' + change.slot()))
                .map(times -> times.floor(until))
                .filter(at -> !at.isBefore(earliest)));
    if (gaveUp.isPresent()) {
      return served.map(until -> millis(gaveUp.get(), until));
    }
    // The log's milliseconds are cut off.
    return first(serving, change.to(), change.slot(), change.published().minusMillis(1))
        .map(until -> millis(change.published(), until));
  }

  private static double millis(Instant from, Instant until) {
    return Math.max(0, Duration.between(from, until).toNanos() / 1e6);
  }

  private static Optional<Instant> first(
      Map<String, NavigableSet<Instant>> times, String node, String slot, Instant from) {
    return Optional.ofNullable(times.get(node + ' ' + slot)).map(of -> of.ceiling(from));
  }
}
