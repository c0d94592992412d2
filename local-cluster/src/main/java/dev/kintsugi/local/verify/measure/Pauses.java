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
 * map that moves it could be read, when the old owner stops answering, until the new owner's log
 * says that it serves. Both are wall-clock times of one machine, the latter in whole milliseconds.
 * Pure.
 */
public final class Pauses {

  private static final Pattern SERVING =
      Pattern.compile("^(\\S+Z)\\s.*: serving slot (\\S+/\\d+) after \\d+ ms\\s*$");

  private final Map<String, NavigableSet<Instant>> serving = new TreeMap<>();

  /** Notes what a node's log says. */
  public void read(String node, Stream<String> lines) {
    lines.forEach(line -> {
      Matcher matcher = SERVING.matcher(line);
      if (matcher.matches()) {
        instant(matcher.group(1))
            .ifPresent(at ->
                serving
                    .computeIfAbsent(node + ' ' + matcher.group(2), _ -> new TreeSet<>())
                    .add(at));
      }
    });
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
        Instant from = change.published().minusMillis(1);
        Optional.ofNullable(serving.get(change.to() + ' ' + change.slot()))
            .map(times -> times.ceiling(from))
            .map(at -> Math.max(0, Duration.between(change.published(), at).toNanos() / 1e6))
            .ifPresent(pauses::add);
      }
    }
    return pauses;
  }
}
