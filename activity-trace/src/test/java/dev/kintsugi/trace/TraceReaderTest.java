package dev.kintsugi.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceReaderTest {

  private static ActivityTrace read(String text) {
    return TraceReader.create().read(stream(text), "trace");
  }

  private static ByteArrayInputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static TraceUser user(String name) {
    return new TraceUser(name);
  }

  @Test
  void a_mail_to_several_is_one_event() {
    ActivityTrace trace = read("582 364 0\n168 472 2797\n168 912 2797\n168 472 2797\n");

    assertThat(trace.events())
        .containsExactly(
            new ActivityEvent(user("582"), ActionKind.SEND, List.of(user("364")), Instant.EPOCH),
            new ActivityEvent(
                user("168"),
                ActionKind.SEND,
                List.of(user("472"), user("912")),
                Instant.ofEpochSecond(2797)));
    assertThat(trace.users()).isEqualTo(5);
    assertThat(trace.report()).isEqualTo(new ActivityTrace.Report(4, 0, 0, 0));
  }

  @Test
  void a_header_comments_blank_lines_tabs_and_carriage_returns_are_taken() {
    ActivityTrace trace =
        read("\uFEFFsrc dst time\r\n# a comment\r\n\r\n% another\n1\t2\t1082040961\r\n");

    assertThat(trace.events()).hasSize(1);
    assertThat(trace.events().getFirst().at()).isEqualTo("2004-04-15T14:56:01Z");
    assertThat(trace.report().ignored()).isEqualTo(4);
  }

  @Test
  void time_that_goes_back_is_sorted_in_and_counted() {
    ActivityTrace trace = read("a b 30\nc d 10\ne f 20\n");

    assertThat(trace.events()).extracting(e -> e.user().name()).containsExactly("c", "e", "a");
    assertThat(trace.report().backwards()).isEqualTo(1);
  }

  @Test
  void gzip_is_recognised(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("trace.gz");
    Files.write(file, gzip("1 2 3\n"));

    assertThat(TraceReader.create().read(file).events()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1700000000                | 2023-11-14T22:13:20Z
          1700000000.25             | 2023-11-14T22:13:20.250Z
          1700000000123             | 2023-11-14T22:13:20.123Z
          2023-11-14T22:13:20Z      | 2023-11-14T22:13:20Z
          2023-11-14T22:13:20+01:00 | 2023-11-14T21:13:20Z
          2023-11-14 22:13:20       | 2023-11-14T22:13:20Z
          2023-11-14                | 2023-11-14T00:00:00Z
          """)
  void csv_times_may_be_numbers_or_iso(String time, Instant expected) {
    assertThat(read("ann,open inbox," + time + "\n").events().getFirst().at()).isEqualTo(expected);
  }

  @Test
  void csv_fields_may_be_quoted_and_a_header_may_order_them() {
    ActivityTrace trace =
        read(
            """
            time,host,user,action
            1700000000,h1,"Ann, ""the"" one","send mail"
            1700000001,h1,bob,change settings
            1700000002,h2,bob,save draft
            1700000003,h2,bob,read mail
            """);

    assertThat(trace.events().getFirst().user()).isEqualTo(user("Ann, \"the\" one"));
    assertThat(trace.events())
        .extracting(ActivityEvent::kind)
        .containsExactly(ActionKind.SEND, ActionKind.SETTINGS, ActionKind.WRITE, ActionKind.READ);
  }

  @Test
  void an_access_log_gives_the_third_field_as_user() {
    ActivityTrace trace =
        read(
            """
            127.0.0.1 - ann [10/Oct/2000:13:55:36 -0700] "GET /inbox HTTP/1.0" 200 2326
            127.0.0.1 - - [10/Oct/2000:13:55:37 -0700] "GET /logo.png HTTP/1.0" 200 17
            ::1 - bob [10/Oct/2000:13:55:38 -0700] "POST /mail/send HTTP/1.1" 201 - "http://x/" "Mozilla \\"5\\""
            ::1 - bob [10/Oct/2000:13:55:39 -0700] "-" 408 - "-" "-"
            """);

    assertThat(trace.events())
        .extracting(ActivityEvent::kind)
        .containsExactly(ActionKind.READ, ActionKind.SEND, ActionKind.READ);
    assertThat(trace.events().getFirst().at()).isEqualTo("2000-10-10T20:55:36Z");
    assertThat(trace.report().ignored()).isEqualTo(1);
  }

  @Test
  void a_cookie_gives_a_user_but_not_its_value() {
    String line =
        "1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] \"PUT /x HTTP/1.1\" 200 1 \"-\" \"curl\""
            + " \"theme=dark; sid=secret%s\"\n";
    ActivityTrace trace =
        TraceReader.create()
            .withCookie("sid")
            .read(stream(line.formatted("1") + line.formatted("1") + line.formatted("2")), "log");

    assertThat(trace.users()).isEqualTo(2);
    assertThat(trace.events().toString()).doesNotContain("secret");
  }

  @Test
  void a_file_of_no_format_is_refused_with_what_was_expected() {
    assertThatThrownBy(() -> read("Dear all,\nthis is a letter.\n"))
        .isInstanceOf(TraceException.class)
        .hasMessageContainingAll(
            "trace: line 1:", "sender recipient seconds", "user,action,time", "Dear all");
  }

  @Test
  void a_few_malformed_lines_are_counted_and_many_are_refused() {
    String good = "1 2 3\n".repeat(300);

    assertThat(read(good + "1 2\n1 2 x\n").report().malformed()).isEqualTo(2);
    assertThatThrownBy(() -> read(good + "1 2 x\n".repeat(4)))
        .isInstanceOf(TraceException.class)
        .hasMessageContainingAll("4 of 304 lines", "line 301", "\"x\" is no number of seconds");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 2 99999999999999999999",
        "1 2 -5",
        "1 2 253402300800",
        "1 2 3 4",
        "1 \u0000 3",
        "1 2 0x10",
        "1 2 ٣"
      })
  void a_hostile_line_is_malformed(String line) {
    assertThat(read("1 2 3\n".repeat(200) + line + "\n").report().malformed()).isEqualTo(1);
  }

  @Test
  void a_huge_line_is_skipped_without_being_kept() {
    TraceReader small =
        TraceReader.create().withLimits(new TraceLimits(100, 1_000, 1_000, 1 << 24, 0.5));
    String text = "1 2 3\n" + "x".repeat(1 << 20) + "\n4 5 6\n";

    ActivityTrace trace = small.read(stream(text), "trace");

    assertThat(trace.events()).hasSize(2);
    assertThat(trace.report().malformed()).isEqualTo(1);
  }

  @Test
  void limits_are_named_where_they_are_passed() {
    TraceReader small = TraceReader.create().withLimits(new TraceLimits(100, 2, 10, 50, 0.5));

    assertThatThrownBy(() -> small.read(stream("1 2 3\n".repeat(3)), "t"))
        .hasMessage("t: line 3: more than 2 events; cut the file");
    assertThatThrownBy(() -> small.read(stream("# comment\n".repeat(6)), "t"))
        .isInstanceOf(TraceException.class)
        .hasMessageContaining("longer than 50 bytes");
    TraceReader fewUsers = small.withLimits(new TraceLimits(100, 9, 2, 50, 0.5));
    assertThatThrownBy(() -> fewUsers.read(stream("1 2 3\n3 4 5\n"), "t"))
        .hasMessage("t: line 2: more than 2 users; cut the file");
  }

  @Test
  void broken_files_are_refused_with_their_name(@TempDir Path directory) throws IOException {
    byte[] whole = gzip("1 2 3\n".repeat(5_000));
    Path cut = Files.write(directory.resolve("cut.gz"), java.util.Arrays.copyOf(whole, 40));
    Path binary = Files.write(directory.resolve("binary"), new byte[10_000]);
    Path empty = Files.write(directory.resolve("empty"), new byte[0]);

    TraceReader reader = TraceReader.create();
    assertThatThrownBy(() -> reader.read(cut)).hasMessageContainingAll("cut.gz", "cut off");
    assertThatThrownBy(() -> reader.read(binary)).hasMessageContainingAll("binary: line 1");
    assertThatThrownBy(() -> reader.read(empty)).hasMessageContaining("empty: holds no line");
    assertThatThrownBy(() -> reader.read(directory)).hasMessageContaining("is a directory");
    assertThatThrownBy(() -> reader.read(directory.resolve("none")))
        .isInstanceOf(TraceException.class)
        .hasMessageStartingWith("there is no trace file");
  }

  @Test
  void a_log_without_users_says_where_users_are_looked_for() {
    String line = "::1 - - [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.1\" 200 1\n";

    assertThatThrownBy(() -> read(line)).hasMessageContaining("in a cookie?");
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
