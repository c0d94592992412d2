package dev.kintsugi.local.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Sums up the reports that Surefire and Failsafe left below a directory: what was skipped, what
 * failed and why, which test class left no report, and the line {@code N passed, N failed, N
 * skipped}.
 *
 * <p>A class leaves no report if the JVM that runs it crashes or is stopped because it hangs; the
 * build itself goes on then, so that every other test runs, and says nothing in the end.
 *
 * <p>Runs from its source, without anything else of the project, so that it works after a build
 * that failed. Arguments: the directory, and the exit status of the build.
 */
public final class TestReport {

  /** The only thing a test may miss that cannot be installed: an engine for containers. */
  private static final String NOT_INSTALLABLE = "Docker";

  /** Enough for a message and the first frames of the test. */
  private static final int LINES_OF_A_FAILURE = 30;

  private static final String PREFIX = "TEST-";
  private static final String SUFFIX = ".xml";
  private static final String TEST_SOURCES = "/src/test/java/";

  /** One test case that did not run. */
  record Skipped(String test, String reason) {}

  /** One test case that failed, and the first lines of why. */
  record Failed(String test, String why) {}

  private int passed;
  private final List<Failed> failed = new ArrayList<>();
  private final List<Skipped> skipped = new ArrayList<>();
  private final List<String> silent = new ArrayList<>();

  TestReport() {}

  /** Prints the report; exit status 0 only if the build and every test passed. */
  public static void main(String[] args) throws IOException, XMLStreamException {
    int build = Integer.parseInt(args[1]);
    boolean ci = "true".equals(System.getenv("CI"));
    var report = new TestReport();
    report.readAll(Path.of(args[0]));
    System.out.print(report.text(ci));
    System.exit(build == 0 && report.isGood(ci) ? 0 : 1);
  }

  void readAll(Path root) throws IOException, XMLStreamException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(root)) {
      all = files.sorted().toList();
    }
    Set<String> reported = new HashSet<>();
    for (Path report : all.stream().filter(TestReport::isReport).toList()) {
      String name = report.getFileName().toString();
      reported.add(name.substring(PREFIX.length(), name.length() - SUFFIX.length()));
      try (InputStream in = Files.newInputStream(report)) {
        read(in);
      }
    }
    all.stream()
        .flatMap(file -> testClass(file).stream())
        .filter(
            test -> reported.stream().noneMatch(it -> it.equals(test) || it.startsWith(test + '$')))
        .forEach(silent::add);
  }

  private static boolean isReport(Path file) {
    String path = file.toString();
    String name = file.getFileName().toString();
    return name.startsWith(PREFIX)
        && name.endsWith(SUFFIX)
        && (path.contains("/surefire-reports/") || path.contains("/failsafe-reports/"));
  }

  /** The class of a source file whose tests are run, by its name. */
  private static Optional<String> testClass(Path file) {
    String path = file.toString();
    int start = path.indexOf(TEST_SOURCES);
    if (start < 0 || !(path.endsWith("Test.java") || path.endsWith("IT.java"))) {
      return Optional.empty();
    }
    String name = path.substring(start + TEST_SOURCES.length(), path.length() - ".java".length());
    return Optional.of(name.replace('/', '.'));
  }

  void read(InputStream in) throws XMLStreamException {
    XMLInputFactory factory = XMLInputFactory.newFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    XMLStreamReader xml = factory.createXMLStreamReader(in);
    String test = "";
    String why = null;
    boolean isSkipped = false;
    while (xml.hasNext()) {
      int event = xml.next();
      if (event == XMLStreamReader.START_ELEMENT) {
        switch (xml.getLocalName()) {
          case "testcase" -> {
            test = attribute(xml, "classname") + '.' + attribute(xml, "name");
            why = null;
            isSkipped = false;
          }
          case "failure", "error" -> why = firstLines(xml.getElementText());
          case "skipped" -> {
            isSkipped = true;
            skipped.add(new Skipped(test, attribute(xml, "message")));
          }
          default -> {}
        }
      } else if (event == XMLStreamReader.END_ELEMENT && xml.getLocalName().equals("testcase")) {
        if (why != null) {
          failed.add(new Failed(test, why));
        } else if (!isSkipped) {
          passed++;
        }
      }
    }
  }

  private static String firstLines(String trace) {
    return trace.lines().limit(LINES_OF_A_FAILURE).collect(Collectors.joining("\n"));
  }

  private static String attribute(XMLStreamReader xml, String name) {
    String value = xml.getAttributeValue(null, name);
    return value == null ? "" : value.strip();
  }

  /**
   * Whether every test ran and passed; where {@code ci}, also whether none was skipped without
   * need.
   */
  boolean isGood(boolean ci) {
    return failed.isEmpty()
        && silent.isEmpty()
        && passed > 0
        && (!ci || needlesslySkipped().isEmpty());
  }

  private List<Skipped> needlesslySkipped() {
    return skipped.stream().filter(test -> !test.reason().contains(NOT_INSTALLABLE)).toList();
  }

  String text(boolean ci) {
    var text = new StringBuilder("\n");
    skipped.forEach(
        test -> text.append("skipped: %s (%s)%n".formatted(test.test(), test.reason())));
    failed.forEach(test ->
        text.append(
            "failed: %s%n%s%n".formatted(test.test(), test.why().indent(2).stripTrailing())));
    silent.forEach(test ->
        text.append(
            "failed: %s left no report: the JVM of its tests crashed, or hung and was stopped; see the output above%n"
                .formatted(test)));
    if (ci) {
      needlesslySkipped()
          .forEach(test ->
              text.append(
                  "failed: %s was skipped though what it misses can be installed%n"
                      .formatted(test.test())));
    }
    int failures = failed.size() + silent.size() + (ci ? needlesslySkipped().size() : 0);
    int skips = skipped.size() - (ci ? needlesslySkipped().size() : 0);
    return text.append("%d passed, %d failed, %d skipped%n".formatted(passed, failures, skips))
        .toString();
  }
}
