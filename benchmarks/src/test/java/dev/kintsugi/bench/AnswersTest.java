package dev.kintsugi.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class AnswersTest {

  @Test
  void the_length_is_found_whatever_its_letters() {
    ByteBuffer in = bytes("HTTP/1.1 200 OK\r\nETag: \"1\"\r\ncontent-Length: 12\r\n\r\nabc");
    int body = Answers.endOfHead(in);
    assertThat(in.position() - body).isEqualTo(3);
    assertThat(Answers.contentLength(in, body)).isEqualTo(12);
  }

  @Test
  void half_a_head_has_no_end() {
    assertThat(Answers.endOfHead(bytes("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"))).isEqualTo(-1);
    assertThat(Answers.endOfHead(bytes(""))).isEqualTo(-1);
  }

  @Test
  void an_empty_answer_needs_no_length_any_other_does() {
    ByteBuffer empty = bytes("HTTP/1.1 204 No Content\r\n\r\n");
    assertThat(Answers.contentLength(empty, Answers.endOfHead(empty))).isZero();
    ByteBuffer chunked = bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    assertThatIllegalStateException()
        .isThrownBy(() -> Answers.contentLength(chunked, Answers.endOfHead(chunked)));
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.allocate(256).put(text.getBytes(StandardCharsets.US_ASCII));
  }
}
