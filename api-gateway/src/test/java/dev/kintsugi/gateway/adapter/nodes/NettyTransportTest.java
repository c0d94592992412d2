package dev.kintsugi.gateway.adapter.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.AttemptFailedException;
import dev.kintsugi.client.AttemptFailedException.Kind;
import dev.kintsugi.client.NodeAnswer;
import dev.kintsugi.client.RawNode;
import dev.kintsugi.client.ShardRequest;
import dev.kintsugi.client.Transport;
import dev.kintsugi.client.TransportContract;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.SlotId;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.netty.resources.LoopResources;

class NettyTransportTest extends TransportContract {

  private final LoopResources loops = LoopResources.create("test", 2, true);
  private final NettyTransport transport =
      new NettyTransport(
          loops.onServer(LoopResources.DEFAULT_NATIVE), 1000, CONNECT_TIMEOUT, Optional.empty());

  @Override
  protected Transport transport() {
    return transport;
  }

  @Test
  void who_asks_on_an_event_loop_is_answered_there() throws Exception {
    ShardRequest request = ShardRequest.to(new SlotId(Area.SESSION, 0), "GET", "/v1/x").build();
    try (RawNode node = RawNode.answering("HTTP/1.1 204 No Content\r\n\r\n")) {
      for (int round = 0; round < 20; round++) {
        for (EventExecutor loop : loops.onServer(LoopResources.DEFAULT_NATIVE)) {
          CompletableFuture<Boolean> there = new CompletableFuture<>();
          loop.execute(() -> {
            var _ =
                transport
                    .send(node.url(), request, 1)
                    .whenComplete(
                        (answer, failure) -> there.complete(answer != null && loop.inEventLoop()));
          });
          assertThat(there.get()).isTrue();
        }
      }
    }
  }

  @Test
  void an_attempt_that_gets_no_connection_is_not_sent_and_blames_nobody() throws Exception {
    ShardRequest request = ShardRequest.to(new SlotId(Area.SESSION, 0), "GET", "/v1/x").build();
    try (RawNode silent = RawNode.answering("");
        NettyTransport narrow = narrow()) {
      CompletableFuture<NodeAnswer> first = narrow.send(silent.url(), request, 1);
      CompletableFuture<NodeAnswer> second = narrow.send(silent.url(), request, 1);
      assertThatThrownBy(second::get)
          .cause()
          .isInstanceOfSatisfying(
              AttemptFailedException.class,
              failed -> assertThat(failed.kind()).isEqualTo(Kind.UNSENT));
      assertThat(first).isNotDone();
    }
  }

  /** One loop with one connection. */
  private NettyTransport narrow() {
    EventLoopGroup all = loops.onServer(LoopResources.DEFAULT_NATIVE);
    return new NettyTransport(all.next(), 1, CONNECT_TIMEOUT, Optional.empty());
  }

  @AfterEach
  void close() {
    transport.close();
    loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
  }
}
