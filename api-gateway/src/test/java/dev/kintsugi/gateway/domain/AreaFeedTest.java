package dev.kintsugi.gateway.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.gateway.domain.AreaFeed.Next;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AreaFeedTest {

  private final AreaFeed feed = new AreaFeed(new ShardVersion(3));

  @Test
  void only_a_larger_version_is_news() {
    assertThat(feed.isNews(new ShardVersion(3))).isFalse();
    assertThat(feed.isNews(new ShardVersion(5))).isTrue();
    assertThat(feed.isNews(new ShardVersion(4))).isFalse();
    assertThat(feed.seen()).isEqualTo(new ShardVersion(5));
  }

  @Test
  void an_empty_poll_is_followed_by_the_next_at_once() {
    assertThat(feed.onPoll(204)).isEqualTo(new Next.Poll(Duration.ZERO));
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503, 504})
  void a_failure_pauses_longer_and_longer_but_never_stops(int status) {
    assertThat(feed.onPoll(status)).isEqualTo(new Next.Poll(Duration.ofMillis(100)));
    assertThat(feed.onPoll(status)).isEqualTo(new Next.Poll(Duration.ofMillis(200)));
    for (int i = 0; i < 100; i++) {
      feed.onPoll(status);
    }
    assertThat(feed.onPoll(status)).isEqualTo(new Next.Poll(Duration.ofSeconds(2)));
    feed.onPoll(204);
    assertThat(feed.onPoll(status)).isEqualTo(new Next.Poll(Duration.ofMillis(100)));
  }

  @Test
  void an_area_not_found_is_empty_while_the_session_lives_and_the_end_when_it_does_not() {
    assertThat(feed.onPoll(404)).isEqualTo(new Next.AskSession());
    assertThat(feed.onSession(200)).isEqualTo(new Next.Poll(Duration.ofSeconds(1)));
    assertThat(feed.onSession(404)).isEqualTo(new Next.Stop(AreaFeed.Reason.SESSION_ENDED));
    assertThat(feed.onSession(503)).isInstanceOf(Next.Poll.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void a_token_no_longer_accepted_ends_the_stream(int status) {
    assertThat(feed.onPoll(status)).isEqualTo(new Next.Stop(AreaFeed.Reason.UNAUTHORIZED));
  }

  @Test
  void a_poll_refused_for_good_ends_the_stream() {
    assertThat(feed.onPoll(400)).isEqualTo(new Next.Stop(AreaFeed.Reason.REFUSED));
  }
}
