package dev.kintsugi.log.activity;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps activity events until their topic takes them, up to a bound; when full, the newest are
 * dropped and counted, so that no request ever waits for Kafka. Thread-safe.
 */
public final class ActivityOutbox implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ActivityOutbox.class);
  private static final long IDLE_MILLIS = 200;
  private static final long CLOSE_MILLIS = 2_000;

  /** What became of an event offered. */
  public enum Offer {
    ACCEPTED,
    /** Full; the event is lost, and counted. */
    DROPPED
  }

  private final BlockingQueue<Activity> waiting;
  private final ActivityTopic topic;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final Thread sender;
  private volatile boolean closed;

  /**
   * An outbox with its thread, which starts at once.
   *
   * @param capacity events that may wait; 1 or greater
   */
  public ActivityOutbox(ActivityTopic topic, int capacity) {
    this.topic = topic;
    this.waiting = new ArrayBlockingQueue<>(capacity);
    this.sender = Thread.ofPlatform().name("activity-outbox").daemon().start(this::run);
  }

  /** Takes an event, or drops it. Never blocks. */
  public Offer offer(Activity activity) {
    if (!closed && waiting.offer(activity) && !isTakenBack(activity)) {
      return Offer.ACCEPTED;
    }
    dropped.incrementAndGet();
    return Offer.DROPPED;
  }

  /** The sender may have ended between the look at {@code closed} and the offer. */
  private boolean isTakenBack(Activity activity) {
    return closed && waiting.remove(activity);
  }

  private void run() {
    while (!closed || !waiting.isEmpty()) {
      Activity next;
      try {
        next = waiting.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        return;
      }
      if (next != null) {
        send(next);
      }
    }
  }

  private void send(Activity next) {
    try {
      topic.send(next);
      sent.incrementAndGet();
    } catch (RuntimeException e) {
      if (failed.getAndIncrement() == 0) {
        LOG.warn("activity events are being lost: {}", e.toString());
      }
    }
  }

  /** Events that the topic took. */
  public long sent() {
    return sent.get();
  }

  /** Events lost because too many waited. */
  public long dropped() {
    return dropped.get();
  }

  /** Events that the topic did not take. */
  public long failed() {
    return failed.get();
  }

  /** Events that the topic took, and lost afterwards. */
  public long lost() {
    return topic.lost();
  }

  public int waiting() {
    return waiting.size();
  }

  /** Sends what waits, for at most two seconds, and closes the topic. */
  @Override
  public void close() {
    closed = true;
    try {
      sender.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    sender.interrupt();
    topic.close();
  }
}
