package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.kit.Activities;
import dev.kintsugi.log.activity.Activity;
import dev.kintsugi.log.activity.ActivityOutbox;
import dev.kintsugi.log.activity.ActivityTopic;
import java.time.Clock;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Keeps what it is sent. */
final class RecordedActivity implements ActivityTopic {

  final BlockingQueue<Activity> events = new LinkedBlockingQueue<>();
  private final ActivityOutbox outbox = new ActivityOutbox(this, 1_000);

  Activities activities(boolean trustTime) {
    return new Activities(outbox, Clock.systemUTC(), trustTime);
  }

  @Override
  public void send(Activity activity) {
    events.add(activity);
  }

  @Override
  public long lost() {
    return 0;
  }

  @Override
  public void close() {}
}
