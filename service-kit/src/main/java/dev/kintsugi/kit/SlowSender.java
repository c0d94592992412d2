package dev.kintsugi.kit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Closes one connection whose client takes too long over a request's head or body. What the service
 * takes over its answer is not its business. Confined to the channel's event loop.
 */
final class SlowSender {
  /*
   *            bytes               head complete            body complete
   *   NOTHING ───────► HEAD ───────────────────────► BODY ────────────────► NOTHING
   *                    closed headerTimeout          closed bodyPause after its last bytes,
   *                    after its first bytes         bodyTimeout after its head
   *
   * One handler stands before the HTTP decoder, since half a head gives no message, and one behind
   * it. The timer is set only when a read leaves a request unfinished, so a request that arrives in
   * one piece costs nothing. Half a head that came in the same read as the request before it counts
   * from the next bytes on; without any the idle timeout closes the connection.
   *
   * Reactor Netty's readTimeout and requestTimeout know only the body, and the latter nothing of a
   * body that nobody reads because the answer was given before it.
   */

  private enum Phase {
    NOTHING,
    HEAD,
    BODY
  }

  private final ServerProperties limits;
  private Phase phase = Phase.NOTHING;
  private long bodyEndNanos;
  private @Nullable Future<?> timer;

  private SlowSender(ServerProperties limits) {
    this.limits = limits;
  }

  /** Watches a channel that speaks HTTP/1.1, and nothing else later on: no upgrades. */
  static void watch(Channel channel, ServerProperties limits) {
    ChannelPipeline pipeline = channel.pipeline();
    if (pipeline.get(NettyPipeline.HttpCodec) != null) {
      SlowSender sender = new SlowSender(limits);
      pipeline.addBefore(NettyPipeline.HttpCodec, "kintsugi.slowSender.bytes", sender.new Bytes());
      pipeline.addAfter(
          NettyPipeline.HttpCodec, "kintsugi.slowSender.messages", sender.new Messages());
    }
  }

  private final class Bytes extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      boolean first = phase == Phase.NOTHING;
      if (first) {
        phase = Phase.HEAD;
      }
      context.fireChannelRead(bytes);
      switch (phase) {
        case NOTHING -> stop();
        case HEAD -> {
          if (first) {
            closeAfter(limits.headerTimeout().toNanos(), context);
          }
        }
        case BODY ->
            closeAfter(
                Math.min(limits.bodyPause().toNanos(), bodyEndNanos - System.nanoTime()), context);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      stop();
      context.fireChannelInactive();
    }
  }

  private final class Messages extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpRequest) {
        phase = Phase.BODY;
        bodyEndNanos = System.nanoTime() + limits.bodyTimeout().toNanos();
      }
      if (message instanceof LastHttpContent) {
        phase = Phase.NOTHING;
      }
      context.fireChannelRead(message);
    }
  }

  private void closeAfter(long nanos, ChannelHandlerContext context) {
    stop();
    timer = context.executor().schedule(() -> close(context), nanos, TimeUnit.NANOSECONDS);
  }

  private static void close(ChannelHandlerContext context) {
    var _ = context.close();
  }

  private void stop() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
