package dev.kintsugi.trace;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Reads an activity trace from a file: mail edge list, CSV or access log, plain or gzip, recognised
 * by content unless the format is given. Takes memory for the events (bounded by {@link
 * TraceLimits}) and one line. Immutable, so thread-safe.
 */
public final class TraceReader {

  private static final int SAMPLE_LINES = 50;
  private static final int GZIP_MAGIC = 0x1f8b;

  private final TraceLimits limits;
  private final Optional<TraceFormat> format;
  private final String cookie;

  private TraceReader(TraceLimits limits, Optional<TraceFormat> format, String cookie) {
    this.limits = limits;
    this.format = format;
    this.cookie = cookie;
  }

  /** A reader that recognises the format. */
  public static TraceReader create() {
    return new TraceReader(TraceLimits.DEFAULT, Optional.empty(), "");
  }

  public TraceReader withLimits(TraceLimits newLimits) {
    return new TraceReader(newLimits, format, cookie);
  }

  /** A reader that takes every file for one of this format. */
  public TraceReader withFormat(TraceFormat known) {
    return new TraceReader(limits, Optional.of(known), cookie);
  }

  /** A reader that takes an access log's users from the cookie of this name. */
  public TraceReader withCookie(String name) {
    return new TraceReader(limits, format, name);
  }

  /**
   * Reads a file.
   *
   * @throws TraceException if it cannot be read or is no trace
   */
  public ActivityTrace read(Path file) {
    String name = String.valueOf(file.getFileName());
    if (Files.isDirectory(file)) {
      throw new TraceException(file + " is a directory; a trace is a file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, name);
    } catch (NoSuchFileException e) {
      throw new TraceException("there is no trace file " + file, e);
    } catch (AccessDeniedException e) {
      throw new TraceException("the trace file " + file + " may not be read", e);
    } catch (IOException e) {
      throw new TraceException("the trace file " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a stream to its end; does not close it.
   *
   * @param name what messages call it
   * @throws TraceException if it is no trace
   */
  public ActivityTrace read(InputStream in, String name) {
    BoundedLines lines = null;
    try {
      lines = new BoundedLines(plain(in), limits.lineBytes(), limits.bytes());
      return new Run(name, lines).read();
    } catch (EOFException | ZipException e) {
      throw new TraceException(at(name, lines) + "the gzip data is broken or cut off", e);
    } catch (IOException e) {
      throw new TraceException(at(name, lines) + "cannot be read: " + e.getMessage(), e);
    }
  }

  private static String at(String name, @Nullable BoundedLines lines) {
    return name + (lines == null ? ": " : ": after line " + lines.number() + ": ");
  }

  private static InputStream plain(InputStream in) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in);
    buffered.mark(2);
    int magic = (buffered.read() << 8) | buffered.read();
    buffered.reset();
    return magic == GZIP_MAGIC ? new GZIPInputStream(buffered, 32 * 1024) : buffered;
  }

  /** The reading of one file. */
  private final class Run {

    private final String name;
    private final BoundedLines lines;
    private final EventCollector collector = new EventCollector();
    private long malformed;
    private long ignored;
    private String firstMalformed = "";

    Run(String name, BoundedLines lines) {
      this.name = name;
      this.lines = lines;
    }

    ActivityTrace read() throws IOException {
      List<BoundedLines.Line> sample = new ArrayList<>();
      BoundedLines.Line line = null;
      while (sample.size() < SAMPLE_LINES && (line = lines.next()) != null) {
        if (isContent(line)) {
          sample.add(line);
        } else {
          ignored++;
        }
      }
      TraceFormat known = format.orElseGet(() -> recognise(sample));
      LineParser parser = LineParser.of(known, cookie);
      sample.forEach(l -> take(parser, l));
      while ((line = lines.next()) != null) {
        if (isContent(line)) {
          take(parser, line);
        } else {
          ignored++;
        }
      }
      check(known);
      return new ActivityTrace(
          name,
          collector.sorted(),
          new ActivityTrace.Report(lines.number(), malformed, ignored, collector.backwards()));
    }

    private TraceFormat recognise(List<BoundedLines.Line> sample) {
      TraceFormat best = TraceFormat.MAIL_EDGES;
      long most = 0;
      for (TraceFormat candidate : TraceFormat.values()) {
        LineParser parser = LineParser.of(candidate, cookie);
        long understood =
            sample.stream()
                .map(l -> l.text())
                .filter(t -> t != null && !(parser.parse(t) instanceof LineResult.Malformed))
                .count();
        if (understood > most) {
          most = understood;
          best = candidate;
        }
      }
      if (sample.isEmpty()) {
        throw new TraceException(name + ": holds no line with an event");
      }
      if (most * 2 <= sample.size()) {
        BoundedLines.Line first = sample.getFirst();
        throw new TraceException(
            "%s: line %d: not a trace in a known format; expected %s, or %s, or %s, got %s"
                .formatted(
                    name,
                    first.number(),
                    TraceFormat.MAIL_EDGES.line(),
                    TraceFormat.CSV.line(),
                    TraceFormat.ACCESS_LOG.line(),
                    first.text() == null ? first.why() : Shown.of(first.text())));
      }
      return best;
    }

    private void take(LineParser parser, BoundedLines.Line line) {
      LineResult result =
          line.text() == null ? new LineResult.Malformed(line.why()) : parser.parse(line.text());
      switch (result) {
        case LineResult.Happened happened -> {
          collector.add(happened);
          checkSize(line);
        }
        case LineResult.Ignored _ -> ignored++;
        case LineResult.Malformed(String why) -> {
          if (malformed++ == 0) {
            firstMalformed = "line " + line.number() + " (" + why + ")";
          }
        }
      }
    }

    private void checkSize(BoundedLines.Line line) {
      if (collector.events() > limits.events()) {
        throw new TraceException(
            "%s: line %d: more than %d events; cut the file"
                .formatted(name, line.number(), limits.events()));
      }
      if (collector.users() > limits.users()) {
        throw new TraceException(
            "%s: line %d: more than %d users; cut the file"
                .formatted(name, line.number(), limits.users()));
      }
    }

    private void check(TraceFormat known) {
      long content = lines.number() - ignored;
      if (malformed > limits.malformedShare() * content) {
        throw new TraceException(
            "%s: %d of %d lines are malformed, the first is %s; expected %s"
                .formatted(name, malformed, lines.number(), firstMalformed, known.line()));
      }
      if (collector.events() == 0) {
        throw new TraceException(
            name
                + ": holds no event of a known user"
                + (known == TraceFormat.ACCESS_LOG
                    ? "; is the user in the third field, or in a cookie?"
                    : ""));
      }
    }

    private static boolean isContent(BoundedLines.Line line) {
      String text = line.text();
      return text == null || !(text.isBlank() || text.startsWith("#") || text.startsWith("%"));
    }
  }
}
