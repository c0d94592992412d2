package dev.kintsugi.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.stream.XMLStreamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestReportTest {

  @TempDir private Path root;

  @Test
  void sums_over_all_modules() throws IOException, XMLStreamException {
    report("a/target/surefire-reports/TEST-A.xml", "<testcase classname='A' name='one'/>");
    report("b/target/failsafe-reports/TEST-B.xml", "<testcase classname='B' name='two'/>");
    report("b/target/other/TEST-C.xml", "<testcase classname='C' name='no test report'/>");
    TestReport report = read();
    assertThat(report.text(true)).endsWith("\n2 passed, 0 failed, 0 skipped\n");
    assertThat(report.isGood(true)).isTrue();
  }

  @Test
  void a_failure_or_error_fails() throws IOException, XMLStreamException {
    report(
        "a/target/surefire-reports/TEST-A.xml",
        "<testcase classname='A' name='one'><failure/></testcase>"
            + "<testcase classname='A' name='two'><error/></testcase>"
            + "<testcase classname='A' name='three'/>");
    assertThat(read().text(false)).endsWith("\n1 passed, 2 failed, 0 skipped\n");
    assertThat(read().isGood(false)).isFalse();
  }

  @Test
  void whoever_sees_only_the_end_knows_which_test_failed_and_why()
      throws IOException, XMLStreamException {
    report(
        "a/target/surefire-reports/TEST-A.xml",
        "<testcase classname='A' name='one'><failure message='m'><![CDATA[expected: 1\n  at A.one]]></failure>"
            + "<system-out>noise</system-out></testcase>");
    assertThat(read().text(true))
        .contains("failed: A.one\n  expected: 1\n    at A.one\n")
        .doesNotContain("noise");
  }

  @Test
  void of_a_long_trace_the_beginning_is_shown() throws IOException, XMLStreamException {
    String trace = "at B.b\n".repeat(5_000);
    report(
        "a/target/surefire-reports/TEST-A.xml",
        "<testcase classname='A' name='one'><error>boom\n" + trace + "</error></testcase>");
    assertThat(read().text(true)).contains("boom").hasLineCount(33);
  }

  @Test
  void what_needs_an_engine_may_be_skipped_everywhere() throws IOException, XMLStreamException {
    skip("no Docker engine answers");
    assertThat(read().text(true))
        .contains("skipped: A.two (no Docker engine answers)\n")
        .endsWith("\n1 passed, 0 failed, 1 skipped\n");
    assertThat(read().isGood(true)).isTrue();
  }

  @Test
  void what_could_be_installed_may_be_skipped_at_home_but_not_in_ci()
      throws IOException, XMLStreamException {
    skip("redis-server is not installed");
    assertThat(read().isGood(false)).isTrue();
    assertThat(read().isGood(true)).isFalse();
    assertThat(read().text(true)).endsWith("\n1 passed, 1 failed, 0 skipped\n");
  }

  @Test
  void a_test_class_without_a_report_has_failed() throws IOException, XMLStreamException {
    report("a/target/surefire-reports/TEST-p.ATest.xml", "<testcase classname='A' name='one'/>");
    report("a/target/surefire-reports/TEST-p.NestedTest$In.xml", "<testcase name='two'/>");
    source("a/src/test/java/p/ATest.java");
    source("a/src/test/java/p/NestedTest.java");
    source("a/src/test/java/p/TestSource.java");
    source("a/src/main/java/p/LoadTest.java");
    assertThat(read().isGood(false)).isTrue();

    source("a/src/test/java/p/HangingTest.java");
    source("b/src/test/java/CrashingIT.java");
    assertThat(read().isGood(false)).isFalse();
    assertThat(read().text(false))
        .contains("failed: p.HangingTest left no report")
        .contains("failed: CrashingIT left no report")
        .endsWith("\n2 passed, 2 failed, 0 skipped\n");
  }

  @Test
  void no_test_at_all_is_not_good() throws IOException, XMLStreamException {
    assertThat(read().isGood(false)).isFalse();
  }

  private void skip(String reason) throws IOException {
    report(
        "a/target/surefire-reports/TEST-A.xml",
        "<testcase classname='A' name='one'/><testcase classname='A' name='two'><skipped message='"
            + reason
            + "'/></testcase>");
  }

  private void source(String path) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "");
  }

  private void report(String path, String cases) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "<?xml version='1.0'?><testsuite>" + cases + "</testsuite>");
  }

  private TestReport read() throws IOException, XMLStreamException {
    var report = new TestReport();
    report.readAll(root);
    return report;
  }
}
