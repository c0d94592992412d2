package dev.kintsugi.local.verify.report;

import dev.kintsugi.local.verify.check.Answer;
import dev.kintsugi.local.verify.check.Exchange;
import dev.kintsugi.local.verify.check.History;
import dev.kintsugi.local.verify.check.Request;
import dev.kintsugi.local.verify.load.Areas;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/**
 * A history as JSON lines, one request each, compressed. Times are in milliseconds from the
 * beginning of the run; what is not known is left out.
 */
public final class HistoryFile {

  private HistoryFile() {}

  /** Writes it. */
  public static void write(History history, Path file) throws IOException {
    try (Writer out =
        new BufferedWriter(
            new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(file), 1 << 16),
                StandardCharsets.US_ASCII))) {
      for (int id = 0; id < history.size(); id++) {
        out.write(line(history.get(id)));
        out.write('\n');
      }
    }
  }

  /** One line. */
  static String line(Exchange exchange) {
    Request request = exchange.request();
    Answer answer = exchange.answer();
    StringBuilder line = new StringBuilder(256);
    line.append("{\"id\":").append(exchange.id());
    line.append(",\"kind\":\"").append(request.kind()).append('"');
    line.append(",\"via\":\"").append(request.via() == 0 ? "gateway" : "node-" + request.via());
    line.append("\",\"shard\":").append(request.shard());
    line.append(",\"intended\":").append(millis(request.intendedNanos()));
    line.append(",\"sent\":").append(millis(request.sentNanos()));
    line.append(",\"answered\":").append(millis(answer.nanos()));
    line.append(",\"status\":").append(answer.status());
    line.append(",\"fate\":\"").append(answer.fate()).append('"');
    if (request.value() != 0) {
      line.append(",\"value\":").append(request.value());
    }
    if (request.ifMatch() >= 0) {
      line.append(",\"ifMatch\":").append(request.ifMatch());
    }
    if (answer.slot() >= 0) {
      line.append(",\"slot\":\"").append(Areas.slotName(answer.slot())).append('"');
      line.append(",\"epoch\":\"").append(answer.epoch()).append('"');
      line.append(",\"offset\":").append(answer.offset());
      line.append(",\"map\":\"").append(answer.map()).append('"');
      line.append(",\"version\":").append(answer.version());
    }
    if (answer.content().last() != 0) {
      line.append(",\"last\":").append(answer.content().last());
      line.append(",\"places\":").append(java.util.Arrays.toString(answer.content().places()));
    }
    if (answer.stale()) {
      line.append(",\"stale\":true");
    }
    if (answer.foreign()) {
      line.append(",\"foreign\":true");
    }
    return line.append('}').toString();
  }

  private static String millis(long nanos) {
    return nanos == Long.MAX_VALUE ? "null" : String.format(Locale.ROOT, "%.3f", nanos / 1e6);
  }
}
