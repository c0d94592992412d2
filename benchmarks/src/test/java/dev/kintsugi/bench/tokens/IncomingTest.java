package dev.kintsugi.bench.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.trace.ActivityTrace;
import dev.kintsugi.trace.TraceGenerator;
import dev.kintsugi.trace.TraceReader;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IncomingTest {

  private static ActivityTrace read(String text) {
    return TraceReader.create()
        .read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "made");
  }

  private static List<String> told(Activity activity) {
    List<String> told = new ArrayList<>();
    activity.replay(
        new Activity.Listener() {
          @Override
          public void request(int user, long second) {
            told.add(second + " by " + user);
          }

          @Override
          public void incoming(int user, long second) {
            told.add(second + " for " + user);
          }
        });
    return told;
  }

  private static Activity activity(ActivityTrace trace) {
    return new Activity(Requests.of(trace), Incoming.of(trace));
  }

  @Test
  void recipients_who_make_requests_are_told_of_once_a_second_after_the_requests_of_that_second() {
    assertThat(told(activity(read("a b 1\na c 1\nb a 2\nb b 2\na b 3\nc a 3\na d 4\n"))))
        .containsExactly(
            "1 by 0", "1 for 1", "1 for 2", "2 by 1", "2 for 0", "3 by 0", "3 by 2", "3 for 1",
            "3 for 0", "4 by 0");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void what_has_been_decided_does_not_depend_on_what_comes_later(long seed) {
    Activity all = activity(new TraceGenerator(seed, 60, 28).generate());
    Requests requests = all.requests();
    long cut = (long) requests.middle();
    long[] seconds = requests.seconds().clone();
    long[] incoming = all.incoming().seconds().clone();
    // The same first half; what comes later comes all at once at the end.
    Arrays.setAll(seconds, i -> seconds[i] > cut ? requests.last() : seconds[i]);
    Arrays.setAll(incoming, i -> incoming[i] > cut ? requests.last() : incoming[i]);
    Activity other =
        new Activity(
            new Requests("other", requests.users(), seconds, requests.user()),
            new Incoming(incoming, all.incoming().user()));
    double[] costs = {0.02, 0.1};
    List<Double> before = earlierStalls(all, costs);
    assertThat(earlierStalls(other, costs)).isEqualTo(before);
    assertThat(earlierStalls(new Activity(requests, Incoming.NONE), costs)).isNotEqualTo(before);
  }

  private static List<Double> earlierStalls(Activity activity, double[] costs) {
    return Forecasting.replay(activity, 900, 1800, costs).stream()
        .map(point -> point.score().earlierStallPercent())
        .toList();
  }

  @Test
  void the_same_activity_is_decided_the_same_way_again() {
    Activity activity = activity(new TraceGenerator(3, 60, 28).generate());
    double[] costs = {0.05};
    assertThat(Forecasting.replay(activity, 900, 1800, costs))
        .isEqualTo(Forecasting.replay(activity, 900, 1800, costs));
  }

  @Test
  void it_saves_renewals_where_people_answer_one_another() {
    Activity told = activity(new TraceGenerator(4, 150, 60).generate());
    Activity untold = new Activity(told.requests(), Incoming.NONE);
    assertThat(frontier(told).at(2)).isLessThan(frontier(untold).at(2));
  }

  private static Frontier frontier(Activity activity) {
    double[] costs = {0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2};
    return Frontier.of(
        Forecasting.replay(activity, 900, 1800, costs),
        Oracle.renewals(activity.requests(), 900, 1800));
  }
}
