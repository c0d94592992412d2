package dev.kintsugi.gateway.domain;

import dev.kintsugi.core.ShardVersion;
import java.time.Duration;

/**
 * One area of an event stream: decides, from the status of each answer to a long poll, what to do
 * next. A handover shows as 503 or 504 here and only pauses the feed. Not thread-safe.
 *
 * <pre>
 *  poll ── 200 newer ──► event, poll      poll ── 404 ──► ask for the session ── 404 ──► end
 *   ▲ └── 204, 200 old ──► poll                            │ lives: the area is empty so far
 *   └───────── pause ◄── 429, 5xx ◄────────────────────────┘
 * </pre>
 */
public final class AreaFeed {

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
  private static final Duration EMPTY_AREA_PAUSE = Duration.ofSeconds(1);

  /** What to do next. */
  public sealed interface Next {
    /** Poll after a pause. */
    record Poll(Duration pause) implements Next {}

    /** Ask whether the session still lives, then call {@link AreaFeed#onSession}. */
    record AskSession() implements Next {}

    /** End the stream. */
    record Stop(Reason reason) implements Next {}
  }

  /** Why a stream ends by the server's word. */
  public enum Reason {
    /** The session has ended. */
    SESSION_ENDED,
    /** The caller's token is no longer accepted. */
    UNAUTHORIZED,
    /** The owner refuses the poll for good. */
    REFUSED
  }

  private ShardVersion seen;
  private int failuresInRow;

  public AreaFeed(ShardVersion seen) {
    this.seen = seen;
  }

  /** The version to ask for changes after. */
  public ShardVersion seen() {
    return seen;
  }

  /** Whether a version that was answered is news; if so it counts as seen from now on. */
  public boolean isNews(ShardVersion version) {
    failuresInRow = 0;
    if (!version.exceeds(seen)) {
      return false;
    }
    seen = version;
    return true;
  }

  /** The next step after the answer to a poll. */
  public Next onPoll(int status) {
    return switch (status) {
      case 200, 204 -> {
        failuresInRow = 0;
        yield new Next.Poll(Duration.ZERO);
      }
      case 404 -> new Next.AskSession();
      default -> onFailure(status);
    };
  }

  /** The next step after asking for the session because the area was not found. */
  public Next onSession(int status) {
    return switch (status) {
      case 200 -> new Next.Poll(EMPTY_AREA_PAUSE);
      case 404 -> new Next.Stop(Reason.SESSION_ENDED);
      default -> onFailure(status);
    };
  }

  /** The pause before a poll that follows an answer without news although it said 200. */
  public Next onStaleAnswer() {
    return pause();
  }

  private Next onFailure(int status) {
    return switch (status) {
      case 401, 403 -> new Next.Stop(Reason.UNAUTHORIZED);
      default -> status == 429 || status >= 500 ? pause() : new Next.Stop(Reason.REFUSED);
    };
  }

  private Next pause() {
    Duration doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(failuresInRow, 10));
    failuresInRow++;
    return new Next.Poll(doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled);
  }
}
