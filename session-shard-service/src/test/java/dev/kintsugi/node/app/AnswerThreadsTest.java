package dev.kintsugi.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AnswerThreadsTest {

  private static final Executor OTHERS = Runnable::run;

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final AnswerThreads threads = new AnswerThreads(loops, OTHERS);

  @AfterEach
  void end() throws InterruptedException {
    loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
  }

  @Test
  void an_event_loop_gets_its_own_answers() throws Exception {
    for (EventExecutor loop : loops) {
      assertThat(loop.submit(threads::get).get()).isSameAs(loop);
    }
  }

  @Test
  void everybody_else_gets_them_on_the_pool() throws Exception {
    assertThat(threads.get()).isSameAs(OTHERS);
    EventExecutor stranger = io.netty.util.concurrent.ImmediateEventExecutor.INSTANCE;
    assertThat(stranger.submit(threads::get).get()).isSameAs(OTHERS);
  }
}
