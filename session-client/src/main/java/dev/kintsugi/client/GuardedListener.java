package dev.kintsugi.client;

import dev.kintsugi.client.domain.Trouble;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A listener whose exceptions harm no call: it misses what it threw at, and the first one is
 * logged. Thread-safe if the listener is.
 */
final class GuardedListener implements ShardCallListener {

  private static final System.Logger LOG = System.getLogger(GuardedListener.class.getName());

  private final ShardCallListener listener;
  private final AtomicBoolean logged = new AtomicBoolean();

  GuardedListener(ShardCallListener listener) {
    this.listener = listener;
  }

  private void guarded(Runnable told) {
    try {
      told.run();
    } catch (RuntimeException | Error bug) {
      if (logged.compareAndSet(false, true)) {
        LOG.log(System.Logger.Level.WARNING, "a listener of calls threw; told this once", bug);
      }
    }
  }

  @Override
  public void parked(SlotId slot, Trouble trouble) {
    guarded(() -> listener.parked(slot, trouble));
  }

  @Override
  public void abandoned(SlotId slot, Trouble trouble) {
    guarded(() -> listener.abandoned(slot, trouble));
  }

  @Override
  public void replayed(SlotId slot, NodeId node) {
    guarded(() -> listener.replayed(slot, node));
  }

  @Override
  public void nodeFailed(NodeTrouble trouble) {
    guarded(() -> listener.nodeFailed(trouble));
  }

  @Override
  public void nodeAnswered(NodeId node, Incarnation incarnation, long atNanos) {
    guarded(() -> listener.nodeAnswered(node, incarnation, atNanos));
  }

  @Override
  public void answered(SlotId slot, ShardResponse response) {
    guarded(() -> listener.answered(slot, response));
  }

  @Override
  public void gaveUp(SlotId slot, Trouble trouble, ShardResponse response) {
    guarded(() -> listener.gaveUp(slot, trouble, response));
  }
}
