package dev.kintsugi.trace;

/**
 * Understands the lines of one file in one format. A parser remembers what a header said, so each
 * file needs its own. Never throws on any text. Not thread-safe.
 */
sealed interface LineParser permits MailEdgeParser, CsvParser, AccessLogParser {

  /** What the next line says; blank lines and those that begin with # are not handed in. */
  LineResult parse(String line);

  static LineParser of(TraceFormat format, String cookie) {
    return switch (format) {
      case MAIL_EDGES -> new MailEdgeParser();
      case CSV -> new CsvParser();
      case ACCESS_LOG -> new AccessLogParser(cookie);
    };
  }
}
