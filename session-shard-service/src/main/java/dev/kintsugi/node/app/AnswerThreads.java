package dev.kintsugi.node.app;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.resources.LoopResources;

/**
 * Where the answer to whoever asks is worked on: for an event loop of the HTTP server that loop, as
 * it will write the answer out and need not be woken for it once more; for all others a pool.
 * Thread-safe; linear in the number of event loops, of which there is about one per processor.
 */
final class AnswerThreads implements Supplier<Executor> {

  private final Iterable<EventExecutor> loops;
  private final Executor others;

  AnswerThreads(ReactorResourceFactory resources, Executor others) {
    this(resources.getLoopResources().onServer(LoopResources.DEFAULT_NATIVE), others);
  }

  AnswerThreads(Iterable<EventExecutor> loops, Executor others) {
    this.loops = loops;
    this.others = others;
  }

  @Override
  public Executor get() {
    for (EventExecutor loop : loops) {
      if (loop.inEventLoop()) {
        return loop;
      }
    }
    return others;
  }
}
