package dev.kintsugi.local.demo.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.trace.ActionKind;
import dev.kintsugi.trace.ActivityEvent;
import dev.kintsugi.trace.ActivityTrace;
import dev.kintsugi.trace.TraceGenerator;
import dev.kintsugi.trace.TraceUser;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayPlanTest {

  private static final Duration MINUTE = Duration.ofSeconds(60);

  private static ActivityTrace trace(ActivityEvent... events) {
    return new ActivityTrace(
        "made", List.of(events), new ActivityTrace.Report(events.length, 0, 0, 0));
  }

  private static ActivityEvent event(long second, ActionKind kind, String user, String... peers) {
    return new ActivityEvent(
        new TraceUser(user),
        kind,
        java.util.Arrays.stream(peers).map(TraceUser::new).toList(),
        Instant.ofEpochSecond(second));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8})
  void the_window_has_as_many_requests_as_the_plan(long seed) {
    ActivityTrace trace = new TraceGenerator(seed, 300, 28).generate();

    ReplayPlan plan = ReplayPlan.of(trace, 200, 5_000, MINUTE);

    assertThat(plan.window().enough()).isTrue();
    assertThat(plan.requests()).hasSize((int) plan.window().requests());
    assertThat(plan.users()).hasSize(plan.window().users());
    assertThat(plan.requests().size()).isGreaterThanOrEqualTo(5_000);
    assertThat(plan.requests())
        .isSortedAccordingTo((a, b) -> a.start().compareTo(b.start()))
        .allSatisfy(r -> assertThat(r.start()).isLessThan(MINUTE.plusSeconds(1)));
    assertThat(plan.requests()).extracting(PlannedRequest::number).doesNotHaveDuplicates();
    assertThat(plan.tokenLifetime()).isEqualTo(ReplayPlan.SHORTEST_TOKEN);
    assertThat(plan.idleLimit()).isGreaterThanOrEqualTo(ReplayPlan.SHORTEST_TOKEN.multipliedBy(2));
  }

  @Test
  void a_mail_is_drafted_sent_and_delivered() {
    ReplayPlan plan =
        ReplayPlan.of(trace(event(0, ActionKind.SEND, "ann", "bob", "cy")), 1, 1, MINUTE);

    assertThat(plan.requests().stream().filter(r -> r.actor() == Actor.USER).limit(6))
        .extracting(r -> r.user() + " " + r.call().label())
        .containsExactly(
            "ann GET mailbox-list",
            "ann GET message-content",
            "ann PATCH message-content",
            "ann PATCH message-content",
            "ann GET mailbox-list",
            "ann GET message-content");
    assertThat(plan.requests().stream().filter(r -> r.actor() == Actor.APPLICATION))
        .extracting(r -> r.user().name())
        .containsExactly("bob", "cy");
  }

  @Test
  void a_sent_message_takes_its_drafts_place() {
    Map<String, String> content = replay(plan(1), "user-0", DemoArea.MESSAGE_CONTENT);

    assertThat(content).containsOnlyKeys("sent-1");
  }

  @Test
  void shards_stay_small_however_much_is_written() {
    ReplayPlan plan = plan(500);

    assertThat(replay(plan, "user-0", DemoArea.MESSAGE_CONTENT))
        .hasSize(Expansion.KEPT_MESSAGES)
        .containsKey("sent-500")
        .doesNotContainKey("sent-1");
    assertThat(replay(plan, "user-1", DemoArea.MAILBOX_LIST)).hasSize(Expansion.KEPT_LINES);
    assertThat(bytes(replay(plan, "user-0", DemoArea.MESSAGE_CONTENT))).isLessThan(16_384);
  }

  @Test
  void texts_of_two_writes_differ() {
    List<String> texts =
        plan(200).requests().stream()
            .map(PlannedRequest::call)
            .filter(Call.Patch.class::isInstance)
            .flatMap(c -> ((Call.Patch) c).changes().byAttribute().values().stream())
            .flatMap(Optional::stream)
            .toList();

    assertThat(texts)
        .doesNotHaveDuplicates()
        .allSatisfy(t -> assertThat(t.length()).isLessThan(420));
  }

  @Test
  void a_window_without_length_has_times_all_the_same() {
    ReplayPlan plan =
        ReplayPlan.of(
            trace(event(7, ActionKind.READ, "a"), event(7, ActionKind.READ, "b")), 2, 2, MINUTE);

    assertThat(plan.tokenLifetime()).isEqualTo(ReplayPlan.USUAL_TOKEN);
    assertThat(plan.idleLimit()).isEqualTo(Duration.ofHours(8));
    assertThat(plan.activitySpeed()).isEqualTo(0.001);
  }

  @Test
  void a_short_window_is_stretched_and_keeps_usual_tokens() {
    ReplayPlan plan =
        ReplayPlan.of(
            trace(event(0, ActionKind.READ, "a"), event(30, ActionKind.SETTINGS, "b")),
            200,
            5_000,
            MINUTE);

    assertThat(plan.factor()).isEqualTo(0.5);
    assertThat(plan.tokenLifetime()).isEqualTo(ReplayPlan.USUAL_TOKEN);
    assertThat(plan.window().enough()).isFalse();
    assertThat(plan.requests().getLast().start()).isGreaterThanOrEqualTo(MINUTE);
  }

  @Test
  void events_of_one_instant_are_spread() {
    ReplayPlan plan =
        ReplayPlan.of(
            trace(
                IntStream.range(0, 60)
                    .mapToObj(i -> event(7, ActionKind.READ, "u" + i))
                    .toArray(ActivityEvent[]::new)),
            1,
            60,
            MINUTE);

    assertThat(plan.requests().getLast().start()).isBetween(Duration.ofSeconds(50), MINUTE);
  }

  @Test
  void tokens_are_compressed_with_the_window() {
    ReplayPlan plan =
        ReplayPlan.of(
            trace(event(0, ActionKind.READ, "a"), event(6_000, ActionKind.READ, "b")),
            2,
            2,
            MINUTE);

    assertThat(plan.factor()).isEqualTo(100);
    assertThat(plan.tokenLifetime()).isEqualTo(Duration.ofSeconds(36));
    assertThat(plan.idleLimit()).isEqualTo(Duration.ofSeconds(288));
  }

  /** Mails of user-0 to user-1, one a minute. */
  private static ReplayPlan plan(int mails) {
    ActivityEvent[] events =
        IntStream.range(0, mails)
            .mapToObj(i -> event(60L * i, ActionKind.SEND, "user-0", "user-1"))
            .toArray(ActivityEvent[]::new);
    return ReplayPlan.of(trace(events), 200, 1_000_000, MINUTE);
  }

  /** What is left after all writes, in order. */
  private static Map<String, String> replay(ReplayPlan plan, String user, DemoArea area) {
    Map<String, String> content = new HashMap<>();
    for (PlannedRequest request : plan.requests()) {
      if (request.user().name().equals(user)
          && request.call() instanceof Call.Patch(DemoArea patched, Changes changes)
          && patched == area) {
        changes
            .byAttribute()
            .forEach((a, v) ->
                v.ifPresentOrElse(value -> content.put(a, value), () -> content.remove(a)));
      }
    }
    return new TreeMap<>(content);
  }

  private static int bytes(Map<String, String> content) {
    return content.values().stream().mapToInt(String::length).sum();
  }
}
