package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.client.ShardResponse;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.gateway.domain.AreaFeed;
import dev.kintsugi.gateway.domain.AreaFeed.Next;
import dev.kintsugi.kit.ProblemException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Follows the areas of one session by long polls, each with the rules of an {@link AreaFeed}. */
final class EventStream {

  /** What a stream yields. */
  sealed interface Item {
    /** An area has a new state. */
    record Changed(Area area, AreaAnswer answer) implements Item {}

    /** The stream is over by the server's word. */
    record Over(AreaFeed.Reason reason) implements Item {}

    /** Nothing to tell. */
    record Nothing() implements Item {}
  }

  private static final Item NOTHING = new Item.Nothing();

  private final SessionCalls calls;
  private final SessionId session;
  private final HttpHeaders headers;
  private final Duration wait;

  EventStream(SessionCalls calls, SessionId session, HttpHeaders headers, Duration wait) {
    this.calls = calls;
    this.session = session;
    this.headers = headers;
    this.wait = wait;
  }

  /** The news of an area after a version; never ends but by {@link Item.Over}. */
  Flux<Item> follow(Area area, ShardVersion from) {
    return Flux.defer(() -> {
      AreaFeed feed = new AreaFeed(from);
      AtomicReference<Duration> pause = new AtomicReference<>(Duration.ZERO);
      return Mono.defer(() -> delay(pause.get()).then(poll(area, feed, pause)))
          .repeat()
          .filter(item -> !(item instanceof Item.Nothing));
    });
  }

  private static Mono<Void> delay(Duration pause) {
    return pause.isZero() ? Mono.empty() : Mono.delay(pause).then();
  }

  private Mono<Item> poll(Area area, AreaFeed feed, AtomicReference<Duration> pause) {
    return calls
        .changes(session, area, feed.seen(), wait, headers)
        .flatMap(response ->
            response.status() == 200
                ? Mono.just(changed(area, feed, response, pause))
                : after(feed.onPoll(response.status()), feed, pause))
        .onErrorResume(
            ProblemException.class,
            unreadable -> after(feed.onPoll(unreadable.problem().status().value()), feed, pause));
  }

  private static Item changed(
      Area area, AreaFeed feed, ShardResponse response, AtomicReference<Duration> pause) {
    AreaAnswer answer = AreaAnswer.read(response);
    if (feed.isNews(answer.position().version())) {
      pause.set(Duration.ZERO);
      return new Item.Changed(area, answer);
    }
    if (feed.onStaleAnswer() instanceof Next.Poll(Duration before)) {
      pause.set(before);
    }
    return NOTHING;
  }

  private Mono<Item> after(Next next, AreaFeed feed, AtomicReference<Duration> pause) {
    return switch (next) {
      case Next.Poll(Duration before) -> {
        pause.set(before);
        yield Mono.just(NOTHING);
      }
      case Next.Stop(AreaFeed.Reason reason) -> Mono.just(new Item.Over(reason));
      case Next.AskSession() ->
          calls
              .facts(session, headers)
              .flatMap(facts -> after(feed.onSession(facts.status()), feed, pause));
    };
  }
}
