package dev.kintsugi.local.demo.report;

import dev.kintsugi.local.demo.measure.Answered;
import dev.kintsugi.local.demo.measure.DemoSummary;
import dev.kintsugi.local.demo.measure.FaultSpan;
import dev.kintsugi.local.demo.measure.Gaps;
import dev.kintsugi.local.demo.measure.Recording;
import dev.kintsugi.local.demo.measure.Sample;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A run as one JSON document; times in milliseconds from the beginning of the replay. */
public final class JsonReport {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
  private static final int MOST_LISTED = 200;

  private JsonReport() {}

  /** The document's text. */
  public static String of(RunRecord run) {
    ObjectNode root = JSON.createObjectNode();
    root.put("line", run.summary().line());
    root.put("passed", run.summary().passed() && run.findings().isEmpty());
    root.put("trace", run.trace()).put("tokenPolicy", run.policy());
    root.put("began", run.began().toString());
    window(run, root.putObject("window"));
    summary(run.summary(), root.putObject("summary"));
    latencies(run.latencies(), root.putObject("latencyMs"));
    faults(run, root.putArray("faults"));
    perSecond(run.samples(), root.putArray("perSecond"));
    ownerChanges(run.ownerChanges(), root.putArray("ownerChanges"));
    slowest(run.samples(), root.putArray("slowest"));
    failures(run.samples(), root.putArray("failures"));
    ArrayNode findings = root.putArray("findings");
    run.findings().stream().limit(MOST_LISTED).forEach(f -> findings.add(f.toString()));
    return JSON.writeValueAsString(root);
  }

  private static void window(RunRecord run, ObjectNode to) {
    var window = run.plan().window();
    to.put("from", window.from().toString());
    to.put("to", window.to().toString());
    to.put("length", window.length().toString());
    to.put("events", window.events().size());
    to.put("users", window.users());
    to.put("requests", window.requests());
    to.put("enough", window.enough());
    to.put("factor", run.plan().factor());
    to.put("tokenLifetime", run.plan().tokenLifetime().toString());
  }

  private static void summary(DemoSummary summary, ObjectNode to) {
    to.put("users", summary.users());
    to.put("requests", summary.requests());
    to.put("failed", summary.failed());
    to.put("acked_writes", summary.ackedWrites());
    to.put("lost", summary.lost());
    to.put("kills", summary.kills());
    to.put("pauses", summary.pauses());
    to.put("handovers", summary.handovers());
    to.put("gap_kill_ms_max", summary.gapKillMax().toNanos() / 1e6);
    to.put("gap_pause_ms_max", summary.gapPauseMax().toNanos() / 1e6);
    to.put("token_stalls", summary.tokenStalls());
    to.put("refreshes", summary.refreshes());
  }

  private static void latencies(Recording.Latencies latencies, ObjectNode to) {
    to.put("count", latencies.count());
    to.put("p50", latencies.p50());
    to.put("p99", latencies.p99());
    to.put("max", latencies.max());
  }

  private static void faults(RunRecord run, ArrayNode to) {
    for (FaultSpan fault : run.faults()) {
      ObjectNode one = to.addObject();
      one.put("kind", fault.kind().name()).put("process", fault.process());
      one.put("began", fault.began().toMillis()).put("ended", fault.ended().toMillis());
      Gaps.slowest(run.samples(), List.of(fault), fault.kind())
          .ifPresent(slowest -> one.put("slowest", Failures.told(slowest)));
    }
  }

  private static void perSecond(List<Sample> samples, ArrayNode to) {
    for (Second second : Second.of(samples)) {
      ObjectNode one = to.addObject();
      one.put("second", second.number()).put("requests", second.requests());
      one.put("failed", second.failed()).put("maxMs", second.slowest().toNanos() / 1e6);
    }
  }

  private static void ownerChanges(List<RunRecord.Moved> changes, ArrayNode to) {
    for (RunRecord.Moved change : changes) {
      ObjectNode one = to.addObject();
      one.put("at", change.at().toMillis()).put("slot", change.slot());
      one.put("from", change.from()).put("to", change.to()).put("kind", change.kind());
    }
  }

  /** The slowest proper answers, and what they waited for. */
  private static void slowest(List<Sample> samples, ArrayNode to) {
    samples.stream()
        .filter(Sample::proper)
        .sorted(Comparator.comparing(Sample::latency).reversed())
        .limit(MOST_LISTED)
        .forEach(sample -> {
          ObjectNode one = to.addObject();
          one.put("start", sample.request().start().toMillis());
          one.put("call", sample.request().call().label());
          one.put("user", sample.request().user().name());
          one.put("actor", sample.request().actor().name());
          one.put("ms", sample.latency().toMillis());
          one.put("turnMs", sample.turn().minus(sample.request().start()).toMillis());
          one.put("tokenMs", sample.sent().minus(sample.turn()).toMillis());
          one.put("answerMs", sample.ended().minus(sample.sent()).toMillis());
        });
  }

  private static void failures(List<Sample> samples, ArrayNode to) {
    Failures.of(samples).stream().limit(MOST_LISTED).forEach(f -> failure(f, to.addObject()));
  }

  private static void failure(Sample sample, ObjectNode to) {
    to.put("start", sample.request().start().toMillis());
    to.put("call", sample.request().call().label());
    to.put("user", sample.request().user().name());
    to.put("actor", sample.request().actor().name());
    to.put("ms", sample.latency().toMillis());
    if (sample.answered() instanceof Answered.Wrongly(int status, String detail)) {
      to.put("status", status).put("detail", Failures.shortened(detail));
    }
  }

  /** The requests that were intended to start in one second. */
  private record Second(int number, int requests, int failed, Duration slowest) {

    static List<Second> of(List<Sample> samples) {
      var seconds = new java.util.TreeMap<Integer, Second>();
      for (Sample sample : samples) {
        int number = (int) sample.request().start().toSeconds();
        Duration latency = sample.proper() ? sample.latency() : Duration.ZERO;
        seconds.merge(
            number, new Second(number, 1, sample.proper() ? 0 : 1, latency), Second::with);
      }
      return List.copyOf(seconds.values());
    }

    private Second with(Second other) {
      return new Second(
          number,
          requests + other.requests,
          failed + other.failed,
          slowest.compareTo(other.slowest) >= 0 ? slowest : other.slowest);
    }
  }
}
