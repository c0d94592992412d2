package dev.kintsugi.trace;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lines {@code user,action,time} as RFC 4180 quotes them, one record a line. A header may name the
 * columns {@code user}, {@code action} and {@code time} in another order and among others.
 */
final class CsvParser implements LineParser {

  private record Columns(int user, int action, int time, int count) {
    static final Columns USUAL = new Columns(0, 1, 2, 3);
  }

  private Columns columns = Columns.USUAL;
  private boolean first = true;

  @Override
  public LineResult parse(String line) {
    boolean mayBeHeader = first;
    first = false;
    List<String> fields = split(line);
    if (fields == null) {
      return new LineResult.Malformed("a quoted field does not end");
    }
    if (mayBeHeader && readHeader(fields)) {
      return LineResult.IGNORED;
    }
    if (fields.size() != columns.count) {
      return new LineResult.Malformed(fields.size() + " fields instead of " + columns.count);
    }
    String user = fields.get(columns.user);
    String time = fields.get(columns.time);
    Optional<Instant> at = TraceTimes.any(time);
    if (at.isEmpty()) {
      return new LineResult.Malformed(Shown.of(time) + " is no time");
    }
    if (!TraceUser.isName(user)) {
      return new LineResult.Malformed("a user needs 1 to 256 printable characters");
    }
    return new LineResult.Happened(
        user, ActionKind.named(fields.get(columns.action)), "", at.get());
  }

  private boolean readHeader(List<String> fields) {
    List<String> names = fields.stream().map(f -> f.toLowerCase(Locale.ROOT)).toList();
    if (!names.contains("user") || !names.contains("action") || !names.contains("time")) {
      return false;
    }
    columns =
        new Columns(
            names.indexOf("user"), names.indexOf("action"), names.indexOf("time"), names.size());
    return true;
  }

  /** The fields without their quotes and outer blanks; null if a quoted one does not end. */
  private static @Nullable List<String> split(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quoted && c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        field.append('"');
        i++;
      } else if (c == '"' && (quoted || field.toString().isBlank())) {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.add(field.toString().strip());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString().strip());
    return quoted ? null : fields;
  }
}
