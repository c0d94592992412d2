package dev.kintsugi.local.demo.plan;

import dev.kintsugi.trace.ActivityEvent;
import dev.kintsugi.trace.TraceUser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns events into requests, as a mail application's server would make them.
 *
 * <ul>
 *   <li>A sent message: the sender reads the own {@code mailbox-list} and the {@code
 *       message-content}, writes a draft and the message in its place into the latter, and reads
 *       both again; the application writes a line into the {@code mailbox-list} of each recipient.
 *   <li>A write: a draft in {@code message-content}, which is then read.
 *   <li>A change of settings: {@code settings} is written and read.
 *   <li>Anything else: the own {@code mailbox-list} is read.
 *   <li>With one event in eight the user changes {@code settings} besides, with one in six the
 *       session is rebuilt from all areas.
 * </ul>
 *
 * <p>Old messages and lines are removed in the same write that adds a new one, so that shards stay
 * small. What an event makes depends on nothing but the event, apart from the names of attributes.
 * Not thread-safe.
 */
public final class Expansion {

  /** A user's requests of one event start this far apart. */
  public static final Duration STEP = Duration.ofMillis(120);

  /** Deliveries of one message start this far apart. */
  public static final Duration DELIVERY_STEP = Duration.ofMillis(5);

  /** Messages that a user's {@code message-content} keeps. */
  static final int KEPT_MESSAGES = 16;

  /** Lines that a user's {@code mailbox-list} keeps. */
  static final int KEPT_LINES = 24;

  /** Steps after which a message is sent, counted from the first request about it. */
  private static final int SENT_AFTER = 3;

  private static final int SETTINGS_EVERY = 8;
  private static final int REBUILD_EVERY = 6;

  /** A request before it has its place in time: the delay counts from the event's own start. */
  record Sketch(Actor actor, TraceUser user, Call call, Duration delay) {}

  private final Map<TraceUser, Integer> messages = new HashMap<>();
  private final Map<TraceUser, Integer> lines = new HashMap<>();
  private int events;

  /** The number of requests that an event makes. */
  public static int requestsOf(ActivityEvent event) {
    int own =
        switch (event.kind()) {
          case SEND -> 6 + event.peers().size();
          case WRITE, SETTINGS -> 2;
          case READ -> 1;
        };
    return own + (changesSettings(event) ? 1 : 0) + (rebuilds(event) ? 1 : 0);
  }

  /** The requests of the next event. */
  List<Sketch> expand(ActivityEvent event) {
    int number = events++;
    TraceUser user = event.user();
    List<Call> own = new ArrayList<>();
    switch (event.kind()) {
      case SEND -> {
        int message = messages.merge(user, 1, Integer::sum);
        own.add(new Call.Read(DemoArea.MAILBOX_LIST));
        own.add(new Call.Read(DemoArea.MESSAGE_CONTENT));
        own.add(draft(number, message));
        own.add(sent(event, number, message));
        own.add(new Call.Read(DemoArea.MAILBOX_LIST));
        own.add(new Call.Read(DemoArea.MESSAGE_CONTENT));
      }
      case WRITE -> {
        int message = messages.merge(user, 1, Integer::sum);
        own.add(draft(number, message));
        own.add(new Call.Read(DemoArea.MESSAGE_CONTENT));
      }
      case SETTINGS -> {
        own.add(settings(number));
        own.add(new Call.Read(DemoArea.SETTINGS));
      }
      case READ -> own.add(new Call.Read(DemoArea.MAILBOX_LIST));
    }
    if (changesSettings(event)) {
      own.add(settings(number));
    }
    if (rebuilds(event)) {
      own.add(new Call.Rebuild(List.of(DemoArea.values())));
    }
    List<Sketch> sketches = new ArrayList<>();
    for (int i = 0; i < own.size(); i++) {
      sketches.add(new Sketch(Actor.USER, user, own.get(i), STEP.multipliedBy(i)));
    }
    deliver(event, number, sketches);
    return sketches;
  }

  private void deliver(ActivityEvent event, int number, List<Sketch> sketches) {
    Duration delay = STEP.multipliedBy(SENT_AFTER);
    for (TraceUser peer : event.peers()) {
      if (event.kind() == dev.kintsugi.trace.ActionKind.SEND) {
        sketches.add(new Sketch(Actor.APPLICATION, peer, line(event, number, peer), delay));
        delay = delay.plus(DELIVERY_STEP);
      }
    }
  }

  private static Call draft(int number, int message) {
    String text = Texts.of("Draft " + number, number, 100 + number % 120);
    return patch(DemoArea.MESSAGE_CONTENT, "draft-" + message, text, message, "draft-");
  }

  /** The message takes its draft's place. */
  private static Call sent(ActivityEvent event, int number, int message) {
    String text =
        Texts.of(
            "Message %d to %d".formatted(number, event.peers().size()), number, 140 + number % 240);
    Call.Patch patch = patch(DemoArea.MESSAGE_CONTENT, "sent-" + message, text, message, "sent-");
    return new Call.Patch(patch.area(), patch.changes().andRemove("draft-" + message));
  }

  private Call line(ActivityEvent event, int number, TraceUser peer) {
    int line = lines.merge(peer, 1, Integer::sum);
    String text = Texts.of("Mail %d from %s:".formatted(number, event.user()), number, 100);
    int old = line - KEPT_LINES;
    Changes changes = Changes.set("mail-" + line, text);
    return new Call.Patch(
        DemoArea.MAILBOX_LIST, old > 0 ? changes.andRemove("mail-" + old) : changes);
  }

  private static Call settings(int number) {
    String[] themes = {"light", "dark", "paper", "contrast"};
    String value = "%s, %d lines, change %d".formatted(themes[number % 4], 20 + number % 5, number);
    return new Call.Patch(DemoArea.SETTINGS, Changes.set("view", value));
  }

  private static Call.Patch patch(
      DemoArea area, String attribute, String text, int message, String prefix) {
    int old = message - KEPT_MESSAGES;
    Changes changes = Changes.set(attribute, text);
    return new Call.Patch(area, old > 0 ? changes.andRemove(prefix + old) : changes);
  }

  private static boolean changesSettings(ActivityEvent event) {
    return Math.floorMod(mix(event), SETTINGS_EVERY) == 0;
  }

  private static boolean rebuilds(ActivityEvent event) {
    return Math.floorMod(mix(event) >> 8, REBUILD_EVERY) == 0;
  }

  /** The same on every machine: String.hashCode is specified. */
  private static int mix(ActivityEvent event) {
    int hash = event.user().name().hashCode() * 31 + Long.hashCode(event.at().toEpochMilli());
    hash *= 0x9E3779B9;
    return hash ^ (hash >>> 15);
  }
}
