package dev.kintsugi.bench;

import dev.kintsugi.node.app.SessionShardService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A node in a process of its own, and what its log says of its start.
 *
 * @param startSeconds from the start of the process to the first log fetch
 * @param rebuildSeconds from there to the last slot served
 */
record NodeProcess(Child child, double startSeconds, double rebuildSeconds)
    implements AutoCloseable {

  private static final String UNLOCK = "-XX:+UnlockDiagnosticVMOptions";

  /** JDK 25 stores call adapters under names that it then may not find again. */
  private static final String ADAPTERS = "-XX:-AOTAdapterCaching";

  /** A cache that learned by higher thresholds knows too little: the rebuild gains nothing. */
  private static final String LEARNING = "-XX:CompileThresholdScaling=1";

  private static final int ALL_SLOTS = (Data.CONTENT.size() + 1) * Data.SLOTS;
  private static final Pattern FETCH = Pattern.compile("(?m)^(\\S+) .*reading the log of slot ");
  private static final Pattern SERVING = Pattern.compile("(?m)^(\\S+) .*serving slot ");

  /** What a node is to do while it is watched. */
  interface Lesson {
    void give() throws IOException;
  }

  /**
   * Makes an AOT cache (JEP 514, 515) as an image of the service is to have it: from a node that
   * has read its logs and answered requests. What is learned of a start alone would slow requests
   * down for good, as the compiler believes it (measured: a sixth).
   */
  static void train(int port, Map<String, String> cluster, Path log, Path cache, Lesson lesson)
      throws IOException, InterruptedException {
    try (NodeProcess node =
        start(port, cluster, log, List.of("-XX:AOTCacheOutput=" + cache, ADAPTERS, LEARNING))) {
      lesson.give();
      node.child().end();
    }
    if (!Files.exists(cache)) {
      throw new IOException("no AOT cache was made:\n" + Files.readString(log));
    }
  }

  /** Starts a node and returns when it serves every slot. */
  static NodeProcess start(int port, Map<String, String> cluster, Path log, Path cache)
      throws IOException, InterruptedException {
    return start(port, cluster, log, List.of("-XX:AOTCache=" + cache, ADAPTERS));
  }

  private static NodeProcess start(
      int port, Map<String, String> cluster, Path log, List<String> more)
      throws IOException, InterruptedException {
    Map<String, String> settings = new TreeMap<>(cluster);
    settings.put("server.port", Integer.toString(port));
    settings.put("kintsugi.node.id", Site.NODE.value());
    settings.put("kintsugi.node.url", "http://127.0.0.1:" + port);
    settings.put("kintsugi.node.coordinators", "http://127.0.0.1:1");
    Child child =
        Child.start(
            SessionShardService.class,
            Stream.of(List.of(UNLOCK), Child.SERVER, more).flatMap(List::stream).toList(),
            Child::isNodes,
            settings,
            List.of(),
            log);
    child.await(printed ->
        SERVING.matcher(printed).results().count() >= ALL_SLOTS
            && printed.contains("Started SessionShardService"));
    String printed = child.output();
    long fetched = first(FETCH, printed);
    return new NodeProcess(
        child, (fetched - child.startedMillis()) / 1e3, (last(SERVING, printed) - fetched) / 1e3);
  }

  private static long first(Pattern line, String printed) {
    Matcher matcher = line.matcher(printed);
    if (!matcher.find()) {
      throw new IllegalStateException("the node's log has no line \"" + line + '"');
    }
    return millis(matcher.group(1));
  }

  private static long last(Pattern line, String printed) {
    return line.matcher(printed).results().mapToLong(it -> millis(it.group(1))).max().orElseThrow();
  }

  private static long millis(String time) {
    return OffsetDateTime.parse(time).toInstant().toEpochMilli();
  }

  @Override
  public void close() {
    child.close();
  }
}
