package dev.kintsugi.local.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Sums up the reports that Surefire and Failsafe left below a directory: what was skipped and why,
 * and the line {@code N passed, N failed, N skipped}.
 *
 * <p>Runs from its source, without anything else of the project, so that it works after a build
 * that failed. Arguments: the directory, and the exit status of the build.
 */
public final class TestReport {

  /** The only thing a test may miss that cannot be installed: an engine for containers. */
  private static final String NOT_INSTALLABLE = "Docker";

  /** One test case that did not run. */
  record Skipped(String test, String reason) {}

  private int passed;
  private int failed;
  private final List<Skipped> skipped = new ArrayList<>();

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
    List<Path> reports;
    try (Stream<Path> files = Files.walk(root)) {
      reports = files.filter(TestReport::isReport).sorted().toList();
    }
    for (Path report : reports) {
      try (InputStream in = Files.newInputStream(report)) {
        read(in);
      }
    }
  }

  private static boolean isReport(Path file) {
    String path = file.toString();
    return path.endsWith(".xml")
        && file.getFileName().toString().startsWith("TEST-")
        && (path.contains("/surefire-reports/") || path.contains("/failsafe-reports/"));
  }

  void read(InputStream in) throws XMLStreamException {
    XMLInputFactory factory = XMLInputFactory.newFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    XMLStreamReader xml = factory.createXMLStreamReader(in);
    String test = "";
    boolean hasFailed = false;
    boolean isSkipped = false;
    while (xml.hasNext()) {
      int event = xml.next();
      if (event == XMLStreamReader.START_ELEMENT) {
        switch (xml.getLocalName()) {
          case "testcase" -> {
            test = attribute(xml, "classname") + '.' + attribute(xml, "name");
            hasFailed = false;
            isSkipped = false;
          }
          case "failure", "error" -> hasFailed = true;
          case "skipped" -> {
            isSkipped = true;
            skipped.add(new Skipped(test, attribute(xml, "message")));
          }
          default -> {}
        }
      } else if (event == XMLStreamReader.END_ELEMENT && xml.getLocalName().equals("testcase")) {
        if (hasFailed) {
          failed++;
        } else if (!isSkipped) {
          passed++;
        }
      }
    }
  }

  private static String attribute(XMLStreamReader xml, String name) {
    String value = xml.getAttributeValue(null, name);
    return value == null ? "" : value.strip();
  }

  /** Whether every test passed; where {@code ci}, also whether none was skipped without need. */
  boolean isGood(boolean ci) {
    return failed == 0 && passed > 0 && (!ci || needlesslySkipped().isEmpty());
  }

  private List<Skipped> needlesslySkipped() {
    return skipped.stream().filter(test -> !test.reason().contains(NOT_INSTALLABLE)).toList();
  }

  String text(boolean ci) {
    var text = new StringBuilder("\n");
    skipped.forEach(
        test -> text.append("skipped: %s (%s)%n".formatted(test.test(), test.reason())));
    if (ci) {
      needlesslySkipped()
          .forEach(test ->
              text.append(
                  "failed: %s was skipped though what it misses can be installed%n"
                      .formatted(test.test())));
    }
    int failures = failed + (ci ? needlesslySkipped().size() : 0);
    int skips = skipped.size() - (ci ? needlesslySkipped().size() : 0);
    return text.append("%d passed, %d failed, %d skipped%n".formatted(passed, failures, skips))
        .toString();
  }
}
