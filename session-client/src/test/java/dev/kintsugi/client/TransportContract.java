package dev.kintsugi.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.kintsugi.client.AttemptFailedException.Kind;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.SlotId;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every transport must do, on real connections. */
@Timeout(30)
public abstract class TransportContract {

  /** What the transport waits for a connection. */
  protected static final Duration CONNECT_TIMEOUT = Duration.ofMillis(300);

  private static final SlotId SLOT = new SlotId(Area.SESSION, 0);
  private static final int BOUND = 100_000;
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private final List<AutoCloseable> open = new ArrayList<>();

  /** The transport under test; the subclass closes what it is made of. */
  protected abstract Transport transport();

  @AfterEach
  void closeNodes() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private URI at(RawNode node) {
    open.add(node);
    return node.url();
  }

  private static ShardRequest.Builder request(String method) {
    return ShardRequest.to(SLOT, method, "/v1/x");
  }

  private CompletableFuture<NodeAnswer> get(URI node) {
    return transport().send(node, request("GET").build(), BOUND);
  }

  private NodeAnswer answer(String bytes) throws Exception {
    return get(at(RawNode.answering(bytes))).get();
  }

  private static String text(NodeAnswer answer) {
    return new String(answer.body(), StandardCharsets.ISO_8859_1);
  }

  private static Kind failure(CompletableFuture<NodeAnswer> answer) {
    Throwable thrown = catchThrowable(answer::get);
    assertThat(thrown)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(AttemptFailedException.class);
    return ((AttemptFailedException) thrown.getCause()).kind();
  }

  @Test
  void an_answer_has_its_status_its_headers_and_its_body() throws Exception {
    NodeAnswer answer =
        answer(
            "HTTP/1.1 412 Whatever\r\nETag: \"7\"\r\nLink: a\r\nlink: b\r\nContent-Length: 5\r\n\r\n"
                + "later");
    assertThat(answer.status()).isEqualTo(412);
    assertThat(answer.headers().firstValue("etag")).contains("\"7\"");
    assertThat(answer.headers().allValues("Link")).containsExactly("a", "b");
    assertThat(text(answer)).isEqualTo("later");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "HTTP/1.1 204 No Content",
        "HTTP/1.1 304 Not Modified",
        "HTTP/1.1 200 OK\\r\\nContent-Length: 0"
      })
  void an_answer_may_lack_a_body(String head) throws Exception {
    NodeAnswer answer = answer(head.replace("\\r\\n", "\r\n") + "\r\n\r\n");
    assertThat(answer.body()).isEmpty();
    assertThat(answer.status()).isIn(200, 204, 304);
  }

  @Test
  void a_head_request_has_no_body_whatever_its_length_says() throws Exception {
    URI node = at(RawNode.answering("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"));
    for (int i = 0; i < 3; i++) {
      NodeAnswer answer = transport().send(node, request("HEAD").build(), BOUND).get();
      assertThat(answer.body()).isEmpty();
      assertThat(answer.headers().firstValue("Content-Length")).contains("1000000");
    }
  }

  @Test
  void a_body_in_chunks_is_put_together() throws Exception {
    NodeAnswer answer =
        answer(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\nTrailer: x\r\n\r\n");
    assertThat(text(answer)).isEqualTo("abcd");
  }

  @Test
  void a_redirect_is_an_answer_like_any_other() throws Exception {
    NodeAnswer answer =
        answer("HTTP/1.1 307 There\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
    assertThat(answer.status()).isEqualTo(307);
    assertThat(answer.headers().firstValue("location")).contains("http://127.0.0.1:1/");
  }

  @Test
  void odd_but_legal_header_values_arrive_as_they_were_sent() throws Exception {
    String odd = "W/\"a,b;c=\\\"\", <x>; q=0.5 {}[]()@?=%25%zz";
    String long7k = "x".repeat(7_000);
    NodeAnswer answer =
        answer(
            "HTTP/1.1 200 OK\r\nEmpty:\r\nOdd: %s\r\nLatin: caf\u00e9\r\nLong: %s\r\nContent-Length: 0\r\n\r\n"
                .formatted(odd, long7k));
    assertThat(answer.headers().firstValue("Empty")).contains("");
    assertThat(answer.headers().firstValue("Odd")).contains(odd);
    assertThat(answer.headers().firstValue("Latin")).contains("caf\u00e9");
    assertThat(answer.headers().firstValue("Long")).contains(long7k);
    RawNode.Seen seen =
        seen(request("GET").header("Odd", odd).header("Empty", "").header("Long", long7k).build());
    assertThat(seen.headers())
        .containsEntry("odd", odd)
        .containsEntry("empty", "")
        .containsEntry("long", long7k);
  }

  /** What a node sees of a request. */
  private RawNode.Seen seen(ShardRequest request) throws Exception {
    BlockingQueue<RawNode.Seen> seen = new LinkedBlockingQueue<>();
    URI node =
        at(
            new RawNode(connection -> {
              seen.add(connection.read());
              connection.write("HTTP/1.1 204 No Content\r\n\r\n");
            }));
    assertThat(transport().send(node, request, BOUND).get().status()).isEqualTo(204);
    return seen.take();
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE", "GET"})
  void a_request_goes_out_with_its_headers_and_its_body_and_hardly_more(String method)
      throws Exception {
    RawNode.Seen seen =
        seen(
            ShardRequest.to(SLOT, method, "/v1/%C3%A4/b?c=d%20e&f")
                .header("Shard-Epoch", "1.2")
                .body("application/json", "{}".getBytes(StandardCharsets.UTF_8))
                .build());
    assertThat(seen.line()).isEqualTo(method + " /v1/%C3%A4/b?c=d%20e&f HTTP/1.1");
    assertThat(seen.body()).isEqualTo("{}");
    assertThat(seen.headers())
        .containsEntry("shard-epoch", "1.2")
        .containsEntry("content-type", "application/json")
        .containsEntry("content-length", "2");
    assertThat(seen.headers().keySet())
        .isSubsetOf("shard-epoch", "content-type", "content-length", "host", "user-agent");
    assertThat(seen.headers().get("host")).startsWith("127.0.0.1:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE", "GET", "HEAD"})
  void a_request_may_lack_a_body(String method) throws Exception {
    RawNode.Seen seen = seen(request(method).build());
    assertThat(seen.line()).isEqualTo(method + " /v1/x HTTP/1.1");
    assertThat(seen.headers()).doesNotContainKey("transfer-encoding");
    if (seen.line().startsWith("P")) {
      assertThat(seen.headers()).containsEntry("content-length", "0");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 100000", "Transfer-Encoding: chunked"})
  void a_body_of_the_largest_size_is_passed_on(String length) throws Exception {
    String body = "x".repeat(BOUND);
    NodeAnswer answer =
        answer(
            "HTTP/1.1 200 OK\r\n%s\r\n\r\n%s"
                .formatted(
                    length,
                    length.contains("chunked")
                        ? Integer.toHexString(BOUND) + "\r\n" + body + "\r\n0\r\n\r\n"
                        : body));
    assertThat(text(answer)).isEqualTo(body);
  }

  @Test
  void a_larger_body_is_refused_and_its_connection_closed() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    URI node =
        at(
            new RawNode(connection -> {
              connection.read();
              connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n");
              connection.write("x".repeat(BOUND + 1));
              connection.awaitEnd();
              ended.countDown();
            }));
    assertThat(failure(get(node))).isEqualTo(Kind.OVERSIZED);
    ended.await();
  }

  @Test
  void a_body_without_end_is_refused_and_its_connection_closed() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    String chunk = "2710\r\n" + "x".repeat(10_000) + "\r\n";
    URI node =
        at(
            new RawNode(connection -> {
              connection.read();
              connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
              try {
                while (true) {
                  connection.write(chunk);
                }
              } catch (IOException closed) {
                ended.countDown();
              }
            }));
    assertThat(failure(get(node))).isEqualTo(Kind.OVERSIZED);
    ended.await();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gopher://127.0.0.1:70", "node:80", "http:///", "/relative", "http://a_b"})
  void where_no_request_can_be_sent_none_is(String address) {
    assertThat(failure(get(URI.create(address)))).isEqualTo(Kind.UNSENT);
  }

  @Test
  void a_port_at_which_nobody_listens_refuses() throws Exception {
    RawNode gone = RawNode.answering(OK);
    gone.close();
    assertThat(failure(get(gone.url()))).isEqualTo(Kind.REFUSED);
  }

  @Test
  void a_machine_that_drops_what_arrives_is_not_reached() throws Exception {
    DeafMachine deaf = new DeafMachine();
    open.add(deaf);
    assertThat(failure(get(deaf.url()))).isEqualTo(Kind.UNREACHED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf"
      })
  void an_answer_that_breaks_off_is_lost(String part) throws Exception {
    URI ends =
        at(
            new RawNode(connection -> {
              connection.read();
              connection.write(part);
            }));
    assertThat(failure(get(ends))).isEqualTo(Kind.LOST);
    URI resets =
        at(
            new RawNode(connection -> {
              connection.read();
              connection.write(part);
              connection.reset();
            }));
    assertThat(failure(get(resets))).isEqualTo(Kind.LOST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.6\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"
      })
  void an_answer_that_is_no_http_is_lost_and_its_connection_not_used_again(String nonsense)
      throws Exception {
    AtomicInteger connections = new AtomicInteger();
    URI node =
        at(
            new RawNode(connection -> {
              connection.read();
              connection.write(connections.incrementAndGet() == 1 ? nonsense : OK);
              connection.awaitEnd();
            }));
    assertThat(failure(get(node))).isEqualTo(Kind.LOST);
    assertThat(text(get(node).get())).isEqualTo("ok");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"})
  void an_attempt_that_is_cancelled_closes_its_connection(String part) throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    URI node =
        at(
            new RawNode(connection -> {
              connection.read();
              connection.write(part);
              asked.countDown();
              connection.awaitEnd();
              ended.countDown();
            }));
    CompletableFuture<NodeAnswer> answer = get(node);
    asked.await();
    assertThat(answer.cancel(true)).isTrue();
    ended.await();
    assertThatThrownBy(answer::get).isInstanceOf(java.util.concurrent.CancellationException.class);
  }

  @Test
  void many_cancelled_at_once_leave_room_for_others() throws Exception {
    int many = 100;
    Semaphore asked = new Semaphore(0);
    Semaphore ended = new Semaphore(0);
    URI node =
        at(
            new RawNode(connection -> {
              if (connection.read().line().startsWith("GET")) {
                asked.release();
                connection.awaitEnd();
                ended.release();
              } else {
                connection.write(OK);
              }
            }));
    List<CompletableFuture<NodeAnswer>> silent = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      silent.add(get(node));
    }
    asked.acquire(many);
    silent.parallelStream().forEach(each -> each.cancel(true));
    ended.acquire(many);
    assertThat(text(transport().send(node, request("POST").build(), BOUND).get())).isEqualTo("ok");
  }

  @Test
  void an_attempt_on_a_connection_that_was_closed_while_idle_is_answered_or_lost()
      throws Exception {
    Semaphore closed = new Semaphore(0);
    URI node =
        at(
            new RawNode(connection -> {
              connection.read();
              connection.write(OK);
              connection.reset();
              closed.release();
            }));
    for (int i = 0; i < 50; i++) {
      CompletableFuture<NodeAnswer> next = transport().send(node, request("POST").build(), BOUND);
      Throwable thrown = catchThrowable(next::get);
      if (thrown != null) {
        assertThat(failure(next)).isEqualTo(Kind.LOST);
      }
      closed.acquire();
    }
  }

  @Test
  void an_answer_that_nobody_asked_for_is_given_to_nobody() throws Exception {
    URI node =
        at(
            new RawNode(connection -> {
              while (true) {
                String body = connection.read().body();
                String own =
                    "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(body.length(), body);
                connection.write(own + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nalien");
              }
            }));
    int answered = 0;
    for (int i = 0; i < 100; i++) {
      byte[] body = ("own " + i).getBytes(StandardCharsets.US_ASCII);
      CompletableFuture<NodeAnswer> next =
          transport().send(node, request("PUT").body("text/plain", body).build(), BOUND);
      if (catchThrowable(next::get) == null) {
        assertThat(text(next.get())).isEqualTo("own " + i);
        answered++;
      } else {
        assertThat(failure(next)).isEqualTo(Kind.LOST);
      }
    }
    assertThat(answered).isPositive();
  }

  @Test
  void connections_are_kept_for_the_next_attempt() throws Exception {
    Semaphore connections = new Semaphore(0);
    URI node =
        at(
            new RawNode(connection -> {
              connections.release();
              while (true) {
                connection.read();
                connection.write(OK);
              }
            }));
    for (int i = 0; i < 200; i++) {
      assertThat(text(get(node).get())).isEqualTo("ok");
    }
    assertThat(connections.availablePermits()).isLessThan(20);
  }

  @Test
  void many_at_once_each_get_their_own_answer() throws Exception {
    URI node =
        at(
            new RawNode(connection -> {
              while (true) {
                RawNode.Seen seen = connection.read();
                connection.write(
                    "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(seen.body().length(), seen.body()));
              }
            }));
    List<CompletableFuture<NodeAnswer>> all = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      byte[] body = ("number " + i).getBytes(StandardCharsets.US_ASCII);
      all.add(transport().send(node, request("PUT").body("text/plain", body).build(), BOUND));
    }
    for (int i = 0; i < 500; i++) {
      assertThat(text(all.get(i).get())).isEqualTo("number " + i);
    }
  }
}
