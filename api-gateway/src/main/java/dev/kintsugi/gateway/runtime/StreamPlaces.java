package dev.kintsugi.gateway.runtime;

import dev.kintsugi.core.SessionId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How many event streams may be open at once, over all and per session. Thread-safe. */
public final class StreamPlaces {

  /** A place taken; closing it twice is harmless. */
  public interface Place extends AutoCloseable {
    @Override
    void close();
  }

  private final int most;
  private final int mostPerSession;
  private final Map<SessionId, Integer> bySession = new HashMap<>();
  private int open;

  public StreamPlaces(int most, int mostPerSession) {
    if (most < 1 || mostPerSession < 1) {
      throw new IllegalArgumentException(
          "at least one stream must be allowed, got " + most + " and " + mostPerSession);
    }
    this.most = most;
    this.mostPerSession = mostPerSession;
  }

  /** Takes a place; empty if there is none. */
  public synchronized Optional<Place> take(SessionId session) {
    int ofSession = bySession.getOrDefault(session, 0);
    if (open >= most || ofSession >= mostPerSession) {
      return Optional.empty();
    }
    open++;
    bySession.put(session, ofSession + 1);
    return Optional.of(new Taken(session));
  }

  public synchronized int open() {
    return open;
  }

  private final class Taken implements Place {
    private final SessionId session;
    private boolean given;

    Taken(SessionId session) {
      this.session = session;
    }

    @Override
    public void close() {
      synchronized (StreamPlaces.this) {
        if (given) {
          return;
        }
        given = true;
        open--;
        bySession.computeIfPresent(session, (_, count) -> count == 1 ? null : count - 1);
      }
    }
  }
}
