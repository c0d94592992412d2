package dev.kintsugi.node.app;

import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.Suspect;
import dev.kintsugi.node.runtime.StoreListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes what the store says on to those who came after it was made. Thread-safe. */
final class StoreListeners implements StoreListener {

  private static final Logger LOG = LoggerFactory.getLogger(StoreListeners.class);

  private final List<StoreListener> listeners = new CopyOnWriteArrayList<>();

  void add(StoreListener listener) {
    listeners.add(listener);
  }

  @Override
  public void onHalfEnded(SlotId slot, List<SessionId> sessions) {
    if (!sessions.isEmpty()) {
      LOG.info("going on with {} half-ended sessions of slot {}", sessions.size(), slot);
    }
    listeners.forEach(listener -> listener.onHalfEnded(slot, sessions));
  }

  @Override
  public void onDue(SlotId slot, List<SessionId> sessions) {
    listeners.forEach(listener -> listener.onDue(slot, sessions));
  }

  @Override
  public void onFacts(SlotId slot, SessionId session, Shard shard) {
    listeners.forEach(listener -> listener.onFacts(slot, session, shard));
  }

  @Override
  public void onWritten(SlotId slot, Duration readBack) {
    listeners.forEach(listener -> listener.onWritten(slot, readBack));
  }

  @Override
  public void onServing(SlotId slot, Duration took) {
    LOG.info("serving slot {} after {} ms", slot, took.toMillis());
    listeners.forEach(listener -> listener.onServing(slot, took));
  }

  @Override
  public void onNews() {
    listeners.forEach(StoreListener::onNews);
  }

  @Override
  public void onGivingUp(SlotId slot) {
    LOG.info("giving up slot {}", slot);
    listeners.forEach(listener -> listener.onGivingUp(slot));
  }

  @Override
  public void onDifference(SlotId slot, Suspect suspect) {
    listeners.forEach(listener -> listener.onDifference(slot, suspect));
  }

  @Override
  public void onFenced() {
    listeners.forEach(StoreListener::onFenced);
  }
}
